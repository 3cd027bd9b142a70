package dev.joiner.kafka.streams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.PartsChange.Append;
import dev.joiner.spi.PartsChange.Range;
import dev.joiner.spi.StoredParts.Part;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The parts of joins that collect, in a store of their own: an entry for each part, and one for each id.
 *
 * <p>An entry's key is the length of the join's key, that key, the number of the join, and then either 0 and the part's position,
 * so that the parts of a join are in one range, or 1 and an id. A part is preceded by its id, with the length before that; -1 stands
 * for none. For one thread.
 */
final class JoinParts {
    /** What a page of parts takes up at most, but for one part that takes more. */
    private static final int PAGE_BYTES = 1 << 20;

    private static final byte POSITION = 0;
    private static final byte ID = 1;
    private static final byte[] EMPTY = {};
    private static final int NO_ID = -1;

    private final KeyValueStore<Bytes, byte[]> store;
    private final long maxBytes;

    /** @param maxBytes of a part with its id */
    JoinParts(KeyValueStore<Bytes, byte[]> store, long maxBytes) {
        this.store = store;
        this.maxBytes = maxBytes;
    }

    /** @throws ValueTooLargeException if one of the parts that are added is too large; nothing is written */
    void requireRoom(Bytes key, PartsChange change) {
        for (Append append : change.appended()) {
            for (Part part : append.parts()) {
                int size = sizeOf(idOf(part), part.bytes());
                if (size > maxBytes) {
                    throw new ValueTooLargeException(JoinStates.text(key), size, maxBytes);
                }
            }
        }
    }

    void write(Bytes key, PartsChange change) {
        for (Range range : change.removed()) {
            forEach(key, range, (entry, part) -> {
                store.delete(entry);
                if (part.id() != null) {
                    store.delete(entryOfId(key, range.number(), part.id()));
                }
            });
        }
        for (Range range : change.stripped()) {
            forEach(key, range, (entry, part) -> store.put(entry, valueOf(new Part(part.id(), null))));
        }
        for (Append append : change.appended()) {
            int position = append.position();
            for (Part part : append.parts()) {
                store.put(entryOf(key, append.number(), position++), valueOf(part));
                if (part.id() != null) {
                    store.put(entryOfId(key, append.number(), part.id()), EMPTY);
                }
            }
        }
    }

    private interface EntryConsumer {
        void accept(Bytes entry, Part part);
    }

    private void forEach(Bytes key, Range range, EntryConsumer consumer) {
        Bytes last = entryOf(key, range.number(), range.to() - 1);
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(entryOf(key, range.number(), range.from()), last)) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> next = entries.next();
                consumer.accept(next.key, partOf(next.value));
            }
        }
    }

    /** The number under which an id is; null if it is under none of them. */
    @Nullable
    Long present(Bytes key, Collection<Long> numbers, String id) {
        for (Long number : numbers) {
            if (store.get(entryOfId(key, number, id)) != null) {
                return number;
            }
        }
        return null;
    }

    /** Reads the parts of a key. */
    PartReader of(Bytes key) {
        return of(store, key);
    }

    static PartReader of(ReadOnlyKeyValueStore<Bytes, byte[]> store, Bytes key) {
        return PartReader.of((number, from, limit) -> page(store, key, number, from, limit));
    }

    private static List<Part> page(
            ReadOnlyKeyValueStore<Bytes, byte[]> store, Bytes key, long number, int from, int limit) {
        List<Part> page = new ArrayList<>();
        int last = (int) Math.min(Integer.MAX_VALUE, (long) from + limit - 1);
        long bytes = 0;
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.range(entryOf(key, number, from), entryOf(key, number, last))) {
            while (entries.hasNext() && bytes < PAGE_BYTES) {
                byte[] value = entries.next().value;
                page.add(partOf(value));
                bytes += value.length;
            }
        }
        return page;
    }

    private static Bytes entryOf(Bytes key, long number, int position) {
        return Bytes.wrap(
                beginning(key, number, POSITION, Integer.BYTES).putInt(position).array());
    }

    private static Bytes entryOfId(Bytes key, long number, String id) {
        byte[] bytes = id.getBytes(UTF_8);
        return Bytes.wrap(beginning(key, number, ID, bytes.length).put(bytes).array());
    }

    private static ByteBuffer beginning(Bytes key, long number, byte kind, int length) {
        byte[] bytes = key.get();
        return ByteBuffer.allocate(Integer.BYTES + bytes.length + Long.BYTES + 1 + length)
                .putInt(bytes.length)
                .put(bytes)
                .putLong(number)
                .put(kind);
    }

    private static byte[] idOf(Part part) {
        return part.id() == null ? EMPTY : part.id().getBytes(UTF_8);
    }

    /** How long {@link #valueOf} is. */
    private static int sizeOf(byte[] id, byte @Nullable [] bytes) {
        return Integer.BYTES + id.length + 1 + (bytes == null ? 0 : bytes.length);
    }

    /** The length of the id, the id, whether there is a part, and the part. */
    private static byte[] valueOf(Part part) {
        byte[] id = idOf(part);
        byte[] bytes = part.bytes();
        return ByteBuffer.allocate(sizeOf(id, bytes))
                .putInt(part.id() == null ? NO_ID : id.length)
                .put(id)
                .put((byte) (bytes == null ? 0 : 1))
                .put(bytes == null ? EMPTY : bytes)
                .array();
    }

    private static Part partOf(byte[] value) {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        int length = buffer.getInt();
        String id = null;
        if (length != NO_ID) {
            byte[] bytes = new byte[length];
            buffer.get(bytes);
            id = new String(bytes, UTF_8);
        }
        if (buffer.get() == 0) {
            return new Part(id, null);
        }
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        return new Part(id, part);
    }
}
