package dev.joiner.store.redis;

import dev.joiner.CodecException;
import dev.joiner.spi.Codec;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.Versioned;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Entries as Redis holds them: the eight bytes of the version, then the bytes of the state. */
final class Entries<K, V> {
    private static final byte[] NOTHING = {};
    /** Beyond this a sorted set does not tell one millisecond from the next. */
    private static final long LATEST = 1L << 53;

    private final EntryCodec<K, V> codec;

    Entries(JoinStoreConfig<K, V> config) {
        codec = new EntryCodec<>(config);
    }

    String text(K key) {
        return codec.text(key);
    }

    byte[] key(String text) {
        return Codec.string().encode(text);
    }

    /** The bytes of an entry; none for nothing. */
    byte[] bytes(String text, @Nullable Versioned<V> entry) {
        if (entry == null) {
            return NOTHING;
        }
        byte[] state = codec.bytes(text, entry.state());
        return ByteBuffer.allocate(Long.BYTES + state.length)
                .putLong(entry.version())
                .put(state)
                .array();
    }

    /** The bytes of a version; none for nothing. */
    byte[] version(@Nullable Versioned<V> entry) {
        return entry == null
                ? NOTHING
                : ByteBuffer.allocate(Long.BYTES).putLong(entry.version()).array();
    }

    /** The score of an entry in the due index; no bytes if it is not to be there. */
    byte[] dueAt(@Nullable Versioned<V> entry) {
        long at = entry == null ? JoinState.NEVER : entry.state().dueAt();
        return at == JoinState.NEVER ? NOTHING : String.valueOf(score(at)).getBytes(StandardCharsets.US_ASCII);
    }

    static long score(long millis) {
        return Math.max(-LATEST, Math.min(LATEST, millis));
    }

    /** What is held under a key; an entry too short for a version has one that ends in zeros, and cannot be read. */
    @Nullable
    Versioned<V> held(String text, byte @Nullable [] bytes) {
        return bytes == null ? null : codec.held(text, versionOf(bytes), state(bytes));
    }

    /** A key and what is held under it; without the key if it is not one that this store writes. */
    Entry<K, V> entry(byte[] key, byte[] bytes) {
        String text;
        try {
            text = Codec.string().decode(key);
        } catch (IllegalArgumentException e) {
            String about = new String(key, StandardCharsets.UTF_8);
            return new Entry<>(null, Versioned.unreadable(versionOf(bytes), new CodecException(about, "is no key", e)));
        }
        return codec.entry(text, versionOf(bytes), state(bytes));
    }

    private static long versionOf(byte[] bytes) {
        return ByteBuffer.wrap(Arrays.copyOf(bytes, Long.BYTES)).getLong();
    }

    private static byte[] state(byte[] bytes) {
        return bytes.length <= Long.BYTES ? NOTHING : Arrays.copyOfRange(bytes, Long.BYTES, bytes.length);
    }
}
