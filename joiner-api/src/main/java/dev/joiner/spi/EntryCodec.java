package dev.joiner.spi;

import dev.joiner.CodecException;
import dev.joiner.spi.JoinStore.Entry;

/**
 * Keys as texts and states as bytes, for stores that hold those: the codecs of a config, and what becomes of an entry
 * that they cannot read.
 *
 * <p>Thread-safe. What cannot be decoded is no failure of the store: it comes back as {@link Versioned#unreadable}.
 */
public final class EntryCodec<K, V> {
    private final KeyCodec<K> keys;
    private final StateCodec<V> states;

    public EntryCodec(JoinStoreConfig<K, V> config) {
        keys = config.keys();
        states = new StateCodec<>(config.values());
    }

    /**
     * The text of a key.
     *
     * @throws IllegalArgumentException if it is one that not every store can keep
     */
    public String text(K key) {
        return keys.text(key);
    }

    /**
     * The bytes of a state.
     *
     * @throws CodecException if the codec of the values throws
     */
    public byte[] bytes(String text, JoinState<V> state) {
        return states.encode(text, state);
    }

    /** What a store holds under a key's text. */
    public Versioned<V> held(String text, long version, byte[] bytes) {
        try {
            return Versioned.of(version, states.decode(text, bytes));
        } catch (CodecException e) {
            return Versioned.unreadable(version, e);
        }
    }

    /** A key and what a store holds under it; without the key, and unreadable, if the text is none. */
    public Entry<K, V> entry(String text, long version, byte[] bytes) {
        try {
            return new Entry<>(keys.decode(text), held(text, version, bytes));
        } catch (RuntimeException e) {
            return new Entry<>(null, Versioned.unreadable(version, new CodecException(text, "is no key", e)));
        }
    }
}
