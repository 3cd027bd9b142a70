package dev.joiner.kafka.streams;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The keys of a store, by the time at which they are due: what there is to do is read without the rest.
 *
 * <p>An entry is eight bytes of time, the sign turned so that bytes are in the order of times, and the bytes of the key. For one
 * thread.
 */
final class Deadlines {
    private static final byte[] EMPTY = {};

    private final KeyValueStore<Bytes, byte[]> store;
    /**
     * Nothing is before this. RocksDB steps over every entry that was deleted and not yet compacted away, so that a look from the
     * beginning would cost more with each join that has ended.
     */
    private Bytes floor = entry(Long.MIN_VALUE, EMPTY);

    Deadlines(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** A key that is due. */
    record Due(long at, Bytes key, Bytes entry) {}

    void add(long at, Bytes key) {
        Bytes entry = entry(at, key.get());
        store.put(entry, EMPTY);
        if (entry.compareTo(floor) < 0) {
            floor = entry;
        }
    }

    void remove(long at, Bytes key) {
        store.delete(entry(at, key.get()));
    }

    /** Up to {@code limit} of what is due up to a time, the oldest first. Nothing that is left behind a page may be due. */
    List<Due> next(long upTo, int limit) {
        List<Due> page = new ArrayList<>();
        Bytes end = entry(upTo + 1, EMPTY);
        if (floor.compareTo(end) >= 0) {
            return page;
        }
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(floor, end)) {
            while (page.size() < limit && entries.hasNext()) {
                KeyValue<Bytes, byte[]> next = entries.next();
                byte[] bytes = next.key.get();
                page.add(new Due(
                        ByteBuffer.wrap(bytes).getLong() ^ Long.MIN_VALUE,
                        Bytes.wrap(Arrays.copyOfRange(bytes, Long.BYTES, bytes.length)),
                        next.key));
            }
        }
        floor = page.size() < limit ? end : after(page.get(limit - 1).entry);
        return page;
    }

    /** Shows again what was in a page and is there still. */
    void lookAgainFrom(Due due) {
        if (due.entry.compareTo(floor) < 0) {
            floor = due.entry;
        }
    }

    private static Bytes entry(long at, byte[] key) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + key.length)
                .putLong(at ^ Long.MIN_VALUE)
                .put(key)
                .array());
    }

    /** The least that comes behind an entry: Bytes.increment would step over keys that begin with it. */
    static Bytes after(Bytes entry) {
        return Bytes.wrap(Arrays.copyOf(entry.get(), entry.get().length + 1));
    }
}
