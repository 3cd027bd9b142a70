package dev.joiner.store.documents;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The server of a document database, reduced to what a store needs: tables of items, each in a partition and sorted by its key
 * there. One item is written atomically, under a condition on its version. Nothing is atomic over two items.
 *
 * <p>It is only reached through a {@link DocumentClient}, which copies everything on the way.
 */
final class DocumentDatabase {
    /** The largest item, in bytes. */
    static final int MAX_ITEM_BYTES = 400 * 1024;
    /** The largest answer, in bytes; one item always fits. */
    static final int MAX_ANSWER_BYTES = 1 << 20;
    /** The most keys or writes in one request. */
    static final int MAX_BATCH = 100;

    private static final Map<String, DocumentDatabase> HOSTS = new ConcurrentHashMap<>();

    private final Map<Partition, NavigableMap<String, Item>> items = new HashMap<>();
    /** What queries that may be stale show; null if that is what is there. */
    private @Nullable Map<Partition, NavigableMap<String, Item>> replica;

    record Partition(String table, String name) {}

    /**
     * A document: bytes under a key.
     *
     * @param version a number of the application's, which conditions are about
     */
    @SuppressWarnings("ArrayRecordComponent") // a client copies what goes in and what comes out
    record Item(String key, long version, byte[] bytes) {
        Item copy() {
            return new Item(key, version, bytes.clone());
        }
    }

    /** All of an item but its bytes. */
    record Head(String key, long version, int size) {}

    /** What has to be under a key for a write to happen: an item with that version, nothing, or whatever is there. */
    record Condition(@Nullable Long version, boolean always) {
        static final Condition ABSENT = new Condition(null, false);
        static final Condition ALWAYS = new Condition(null, true);

        static Condition version(long version) {
            return new Condition(version, false);
        }

        private boolean isMetBy(@Nullable Item item) {
            return always || (item == null ? version == null : version != null && version == item.version());
        }
    }

    /** @param item what the key is to hold; null: nothing */
    record Write(String key, Condition condition, @Nullable Item item) {}

    /** @param before what the key held before the write, or held instead of what the condition asks for */
    record Result(boolean applied, @Nullable Item before) {}

    /** @param unanswered keys that there was no room for in the answer: nobody knows what they hold */
    record Found(List<Item> items, List<String> unanswered) {}

    /** @param next where the next page begins; null after the last */
    record Page(List<Item> items, @Nullable String next) {}

    /** The server under a name, started when it is first needed. */
    static DocumentDatabase at(String host) {
        return HOSTS.computeIfAbsent(host, name -> new DocumentDatabase());
    }

    private NavigableMap<String, Item> items(Partition partition) {
        return items.computeIfAbsent(partition, name -> new TreeMap<>());
    }

    synchronized List<Result> write(Partition partition, List<Write> writes) {
        requireBatch(writes);
        NavigableMap<String, Item> held = items(partition);
        List<Result> results = new ArrayList<>();
        for (Write write : writes) {
            Item before = held.get(write.key());
            boolean applied = write.condition().isMetBy(before);
            if (applied && write.item() == null) {
                held.remove(write.key());
            } else if (applied) {
                requireItem(write.item());
                held.put(write.key(), write.item());
            }
            results.add(new Result(applied, before));
        }
        return results;
    }

    /** Never stale. */
    synchronized Found get(Partition partition, List<String> keys) {
        requireBatch(keys);
        List<Item> found = new ArrayList<>();
        long size = 0;
        for (int i = 0; i < keys.size(); i++) {
            Item item = items(partition).get(keys.get(i));
            size += item == null ? 0 : item.bytes().length;
            if (size > MAX_ANSWER_BYTES && !found.isEmpty()) {
                return new Found(found, keys.subList(i, keys.size()));
            }
            if (item != null) {
                found.add(item);
            }
        }
        return new Found(found, List.of());
    }

    /** Never stale. What holds nothing is left out. */
    synchronized List<Head> heads(Partition partition, List<String> keys) {
        requireBatch(keys);
        return keys.stream()
                .map(items(partition)::get)
                .filter(item -> item != null)
                .map(item -> new Head(item.key(), item.version(), item.bytes().length))
                .toList();
    }

    /**
     * The items between two keys, without both, in the order of their keys: as many as the limit and the size of an answer allow.
     *
     * @param after null for the beginning
     * @param before null for the end
     * @param consistent whether all that was written before must be there
     */
    synchronized Page query(
            Partition partition, @Nullable String after, @Nullable String before, int limit, boolean consistent) {
        NavigableMap<String, Item> range =
                consistent || replica == null ? items(partition) : replica.getOrDefault(partition, new TreeMap<>());
        if (after != null && before != null && after.compareTo(before) > 0) {
            return new Page(List.of(), null);
        }
        range = after == null ? range : range.tailMap(after, false);
        range = before == null ? range : range.headMap(before, false);
        List<Item> page = new ArrayList<>();
        long size = 0;
        for (Item item : range.values()) {
            size += item.bytes().length;
            if (page.size() == limit || (size > MAX_ANSWER_BYTES && !page.isEmpty())) {
                return new Page(page, page.get(page.size() - 1).key());
            }
            page.add(item);
        }
        return new Page(page, null);
    }

    synchronized long count(Partition partition) {
        return items(partition).size();
    }

    /** From now on queries that may be stale show what was there at this moment. */
    synchronized void stopReplication() {
        replica = new HashMap<>();
        items.forEach((partition, held) -> replica.put(partition, new TreeMap<>(held)));
    }

    synchronized void resumeReplication() {
        replica = null;
    }

    private static void requireBatch(List<?> batch) {
        if (batch.size() > MAX_BATCH) {
            throw new DocumentClient.RequestException("a request has at most " + MAX_BATCH + " items");
        }
    }

    private static void requireItem(Item item) {
        if (item.key().length() + item.bytes().length > MAX_ITEM_BYTES) {
            throw new DocumentClient.RequestException("an item has at most " + MAX_ITEM_BYTES + " bytes");
        }
    }
}
