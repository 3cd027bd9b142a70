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

    /** What a write makes of the key's place in the due index, as {@link Command#exchange} is told. */
    byte[] due(@Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        long to = dueAt(next);
        if (isDueAt(to, expected)) {
            return NOTHING;
        }
        return to == JoinState.NEVER
                ? Command.NOT_DUE
                : String.valueOf(score(to)).getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether the entry is due at that time. When one that cannot be read is due, nobody knows. */
    private static boolean isDueAt(long time, @Nullable Versioned<?> entry) {
        try {
            return dueAt(entry) == time;
        } catch (CodecException e) {
            return false;
        }
    }

    private static long dueAt(@Nullable Versioned<?> entry) {
        return entry == null ? JoinState.NEVER : entry.state().dueAt();
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
