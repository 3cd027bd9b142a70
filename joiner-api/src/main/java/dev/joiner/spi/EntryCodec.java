package dev.joiner.spi;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.ValueTooLargeException;
import dev.joiner.internal.SafeText;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.StateCodec.Encoded;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns keys into texts and states into bytes and back, for stores that hold those: the codecs of a config, and the checks that
 * make sure that what is written can be read again.
 *
 * <p>Thread-safe. What cannot be decoded is not a failure of the store: it comes back as {@link Versioned#unreadable}.
 */
public final class EntryCodec<K, V> {
    private final KeyCodec<K> keys;
    private final StateCodec<V> states;
    private final long maxBytes;

    /** Creates a codec without a limit of size. */
    public EntryCodec(JoinStoreConfig<K, V> config) {
        this(config, Long.MAX_VALUE);
    }

    /** @param maxBytes how large a state may become, in bytes */
    public EntryCodec(JoinStoreConfig<K, V> config, long maxBytes) {
        keys = config.keys();
        states = new StateCodec<>(config.values());
        this.maxBytes = maxBytes;
    }

    /** How large a state may become, in bytes. */
    public long maxBytes() {
        return maxBytes;
    }

    /**
     * Whether the bytes of a state are {@linkplain Codec#isText() text} from {@link StateCodec#valueAt} on.
     */
    public boolean isText() {
        return states.isText();
    }

    /**
     * Returns the text of a key.
     *
     * @throws IllegalArgumentException if it is empty, longer than 500 bytes of UTF-8, or contains U+0000 or an unpaired
     *     surrogate
     * @throws CodecException if the codec throws, or does not give the key back
     */
    public String text(K key) {
        String text;
        K back;
        try {
            text = keys.encode(key);
            back = keys.isLossless() ? key : keys.decode(text);
        } catch (Throwable e) { // an Error of a codec concerns no more than its key
            throw new CodecException(SafeText.of(key), "the key codec threw " + SafeText.of(e), e);
        }
        KeyCodec.checked("key", text);
        if (!key.equals(back)) {
            throw new CodecException(
                    text,
                    "the key codec does not give the key back, but " + SafeText.of(back)
                            + ": two keys with one text would be one join",
                    null);
        }
        return text;
    }

    /**
     * Returns the bytes of a state.
     *
     * @throws CodecException if the codec of the values throws, or does not give the newest value back
     * @throws ValueTooLargeException if there is no room for the state and what hand-overs may add to it
     */
    public byte[] bytes(String text, JoinState<V> state) {
        Encoded encoded = states.encoded(text, state);
        long size = (long) encoded.bytes().length + encoded.room();
        if (size > maxBytes) {
            throw new ValueTooLargeException(text, size, maxBytes);
        }
        if (!states.isLossless()) {
            Join<V> newest = newest(state);
            if (newest != null) {
                requireThatItComesBack(text, newest.value(), encoded.newest());
            }
        }
        return encoded.bytes();
    }

    private void requireThatItComesBack(String text, V value, byte[] bytes) {
        String difference;
        try {
            difference = ReadBack.difference(value, states.readBack(text, bytes));
        } catch (CodecException e) {
            throw e;
        } catch (Throwable e) { // an equals of the value's
            throw new CodecException(text, "cannot be compared with what is read again: " + SafeText.of(e), e);
        }
        if (difference != null) {
            throw new CodecException(
                    text, "cannot be written, as it would not be the same when it is read: " + difference, null);
        }
    }

    private static <V> @Nullable Join<V> newest(JoinState<V> state) {
        List<JoinState.Flight<V>> flights = state.inFlight();
        return state.open() != null || flights.isEmpty()
                ? state.open()
                : flights.get(flights.size() - 1).join();
    }

    /** Decodes what a store holds under a key's text. */
    public Versioned<V> held(String text, long version, byte[] bytes) {
        try {
            return Versioned.of(version, states.decode(text, bytes));
        } catch (CodecException e) {
            return Versioned.unreadable(version, bytes, e);
        }
    }

    /**
     * Decodes the text of a key.
     *
     * @throws CodecException if it is not a key's text, or not the one that its key is written with: under that key, nobody would
     *     find the entry
     */
    public K key(String text) {
        K key;
        String back;
        try {
            key = keys.decode(KeyCodec.checked("key", text));
            back = keys.encode(key);
        } catch (Throwable e) { // as above
            throw new CodecException(text, "is not the text of a key: " + SafeText.messageOf(e), e);
        }
        if (!text.equals(back)) {
            throw new CodecException(
                    text, "is not the text of a key: its key is written as \"" + SafeText.of(back) + "\"", null);
        }
        return key;
    }

    /** Decodes a key and what a store holds under it; unreadable and without the key if the text is not a key's. */
    public Entry<K, V> entry(String text, long version, byte[] bytes) {
        try {
            return new Entry<>(key(text), held(text, version, bytes));
        } catch (CodecException e) {
            return new Entry<>(null, Versioned.unreadable(version, bytes, e));
        }
    }

    /** Decodes a key that is due. */
    public JoinStore.Due<K> due(String text, long at, long bytes) {
        try {
            return JoinStore.Due.of(key(text), at, bytes);
        } catch (CodecException e) {
            return JoinStore.Due.unreadable(e, at);
        }
    }
}
