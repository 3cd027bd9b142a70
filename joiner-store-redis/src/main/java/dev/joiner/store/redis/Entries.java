package dev.joiner.store.redis;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.PartsChange.Append;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Entries as Redis holds them: the eight bytes of the version, then the bytes of the state. */
final class Entries<K, V> {
    private static final byte[] NOTHING = {};
    /** Beyond this a sorted set cannot tell one millisecond from the next. */
    private static final long LATEST = 1L << 53;

    /** So much of parts goes together, and so many, that others do not have to wait for long. */
    private static final long MOST_PARTS_BYTES = 64 << 20;

    private static final int MOST_PARTS = 5_000;

    private final EntryCodec<K, V> codec;

    Entries(JoinStoreConfig<K, V> config, long maxEntryBytes) {
        codec = new EntryCodec<>(config, maxEntryBytes);
    }

    long maxEntryBytes() {
        return codec.maxBytes();
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

    /**
     * Refuses a write of more parts than had better go together. A joiner tries it with half of them then.
     *
     * @throws ValueTooLargeException if they are too many, or one is too large
     */
    void requireRoomForParts(String text, PartsChange change) {
        long bytes = 0;
        int count = 0;
        for (Append append : change.appended()) {
            for (Part part : append.parts()) {
                bytes +=
                        (part.id() == null ? 0 : part.id().length()) + (part.bytes() == null ? 0 : part.bytes().length);
                count++;
            }
        }
        long limit = count > 1 ? Math.min(MOST_PARTS_BYTES, maxEntryBytes()) : maxEntryBytes();
        long size = count > 1 ? bytes + count * (limit / MOST_PARTS) : bytes;
        if (size > limit) {
            throw new ValueTooLargeException(text, size, limit);
        }
    }

    /** The bytes of a version; none for nothing. */
    byte[] version(@Nullable Versioned<V> entry) {
        return entry == null
                ? NOTHING
                : ByteBuffer.allocate(Long.BYTES).putLong(entry.version()).array();
    }

    /** What a write makes of the key's place in the due index, in the form that {@link Command#exchange} takes. */
    byte[] due(@Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        long to = dueAt(next);
        if (isDueAt(to, expected)) {
            return NOTHING;
        }
        return to == JoinState.NEVER
                ? Command.NOT_DUE
                : String.valueOf(score(to)).getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether the entry is due at that time. When an entry that cannot be read is due, nobody knows. */
    private static boolean isDueAt(long time, @Nullable Versioned<?> entry) {
        return !(entry instanceof Versioned.Unreadable<?>) && dueAt(entry) == time;
    }

    private static long dueAt(@Nullable Versioned<?> entry) {
        return entry == null ? JoinState.NEVER : entry.state().dueAt();
    }

    static long score(long millis) {
        return Math.max(-LATEST, Math.min(LATEST, millis));
    }

    /** What is held under a key; null if there is nothing. */
    @Nullable
    Versioned<V> held(String text, byte @Nullable [] bytes) {
        return bytes == null ? null : decoded(text, bytes);
    }

    /** An entry that is too short for a version cannot be read, and has a version that ends in zeros. */
    private Versioned<V> decoded(String text, byte[] bytes) {
        if (bytes.length < Long.BYTES) {
            CodecException problem = new CodecException(text, "what is stored is too short for an entry", null);
            return Versioned.unreadable(versionOf(bytes), bytes, problem);
        }
        return codec.held(text, versionOf(bytes), state(bytes));
    }

    /**
     * A key and what is held under it; without the key if it cannot be read.
     *
     * @param misplaced what is wrong with the place where it was found; null if nothing is
     */
    Entry<K, V> entry(byte[] key, byte[] bytes, @Nullable CodecException misplaced) {
        try {
            if (misplaced != null) {
                throw misplaced;
            }
            String text = text(key);
            return new Entry<>(codec.key(text), decoded(text, bytes));
        } catch (CodecException e) {
            return new Entry<>(null, Versioned.unreadable(versionOf(bytes), state(bytes), e));
        }
    }

    Due<K> due(byte[] key, long at, long bytes) {
        try {
            return codec.due(text(key), at, bytes);
        } catch (CodecException e) {
            return Due.unreadable(e, at);
        }
    }

    private static String text(byte[] key) {
        try {
            return Codec.string().decode(key);
        } catch (IllegalArgumentException e) {
            throw new CodecException(new String(key, StandardCharsets.UTF_8), "is not the text of a key", e);
        }
    }

    private static long versionOf(byte[] bytes) {
        return ByteBuffer.wrap(Arrays.copyOf(bytes, Long.BYTES)).getLong();
    }

    private static byte[] state(byte[] bytes) {
        return bytes.length < Long.BYTES ? bytes : Arrays.copyOfRange(bytes, Long.BYTES, bytes.length);
    }
}
