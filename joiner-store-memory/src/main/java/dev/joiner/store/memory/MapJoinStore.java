package dev.joiner.store.memory;

import dev.joiner.DefaultingStoreException;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in a map of this process, without a bound or with one.
 *
 * <p>It is thread-safe. Reads take no lock; a write takes one, among a few chosen by the key's hash, if it changes when
 * the key is due. Values are held as they are, not copied.
 *
 * <p>Without a bound the store fails by {@link OutOfMemoryError} only. With one, a write that would begin a key for which
 * there is no room is refused with a {@link StoreException}; keys that are there can always be written.
 *
 * <p>The joins live as long as the store object does. {@link #close()} does nothing: another joiner may take the store
 * over.
 *
 * <pre>{@code
 * MapJoinStore<String, Integer> store = MapJoinStore.bounded(2);
 * }</pre>
 *
 * @param <K> the keys, with {@code equals} and {@code hashCode}
 * @param <V> the values that the joins merge
 */
public final class MapJoinStore<K, V> implements JoinStore<K, V> {
    /** Views of caches, which look like maps that keep what they are given. */
    private static final Set<String> PACKAGES_OF_CACHES =
            Set.of("com.github.benmanes.caffeine.cache", "com.google.common.cache");

    private final ConcurrentMap<K, Versioned<V>> map;
    private final DueIndex<K, Versioned<V>> index;
    private final Scans<Map.Entry<K, Versioned<V>>> scans = new Scans<>();
    private final @Nullable Room room;

    private MapJoinStore(ConcurrentMap<K, Versioned<V>> map, @Nullable Room room) {
        this.map = map;
        this.room = room;
        index = new DueIndex<>(key -> dueAt(map.get(key)), this::replace);
        map.forEach((key, held) -> index.replace(key, held, JoinState.NEVER, held, dueAt(held)));
    }

    /** Creates a store on a map of its own, without a bound. */
    public static <K, V> MapJoinStore<K, V> create() {
        return new MapJoinStore<>(new ConcurrentHashMap<>(), null);
    }

    /**
     * Creates a store on a map of its own that refuses to begin a key when there is no room.
     *
     * @param maximumSize how many keys there may be, also those whose join is being handed over or remembered; at least 1
     */
    public static <K, V> MapJoinStore<K, V> bounded(long maximumSize) {
        if (maximumSize < 1) {
            throw new IllegalArgumentException("maximumSize is " + maximumSize + ", must be at least 1");
        }
        return new MapJoinStore<>(new ConcurrentHashMap<>(), new Room(maximumSize));
    }

    /**
     * Creates a store on a map of the caller's, without a bound. What the map holds is taken over; from then on the store
     * must be the only one to change it.
     *
     * <p>The map must keep what is put until it is removed, and compare keys by {@code equals}. It is asked for a key
     * that no map can know.
     *
     * @throws DefaultingStoreException if the map has a value for the unknown key, or fails to find none; also if it is
     *     the view of a Caffeine or Guava cache, which may load, replace or drop joins and cannot be told from one that
     *     does not
     */
    public static <K, V> MapJoinStore<K, V> on(ConcurrentMap<K, Versioned<V>> map) {
        refuseInventing(map);
        return new MapJoinStore<>(map, null);
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        return map.get(key);
    }

    /** Returns what is there: finding out costs nothing. */
    @Override
    public @Nullable Versioned<V> guess(K key) {
        return find(key);
    }

    /**
     * {@inheritDoc}
     *
     * @throws StoreException if it would begin a key and there is no room; nothing is written then
     */
    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        return room == null ? exchange(key, expected, next) : exchangeWithin(room, key, expected, next);
    }

    private Exchange<V> exchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        // The write happens only if what is there is the very write that is expected, and so is due as that is.
        long from = dueAt(expected);
        long to = dueAt(next);
        while (true) {
            boolean won = from == to ? replace(key, expected, next) : index.replace(key, expected, from, next, to);
            if (won) {
                return Exchange.written();
            }
            Versioned<V> held = map.get(key);
            if (!Objects.equals(held, expected)) { // else it was another's for a moment: a key that was new, and ended
                return Exchange.lost(held);
            }
        }
    }

    private boolean replace(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        if (expected == null) {
            return next == null ? !map.containsKey(key) : map.putIfAbsent(key, next) == null;
        }
        return next == null ? map.remove(key, expected) : map.replace(key, expected, next);
    }

    /** Room is taken before a key is written, so that there are never more keys than allowed. */
    private Exchange<V> exchangeWithin(
            Room bound, K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        boolean begins = expected == null && next != null;
        if (begins) {
            // A key that turns out to be there needs no room, and is lost: found gone, it would have to have some.
            Versioned<V> held = map.get(key);
            if (held != null) {
                return Exchange.lost(held);
            }
            bound.take();
        }
        boolean won = false;
        try {
            Exchange<V> exchange = exchange(key, expected, next);
            won = exchange.won();
            return exchange;
        } finally {
            boolean ended = won && expected != null && next == null;
            if (ended || (begins && !won)) {
                bound.give();
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>A change that would begin a key for which there is no room is refused alone, too.
     */
    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        List<Exchange<V>> exchanges = new ArrayList<>(changes.size());
        for (Change<K, V> change : changes) {
            try {
                exchanges.add(compareAndExchange(change.key(), change.expected(), change.next()));
            } catch (StoreException full) {
                exchanges.add(Exchange.refused(full));
            }
        }
        return exchanges;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The order is exact but for what is written meanwhile. Beyond O(limit) it costs at most a fixed number of look-ups,
     * and none if nothing pending is due by {@code upTo}.
     */
    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        requirePositive(limit);
        long first = JoinState.millis(from);
        long last = Math.min(JoinState.millis(upTo), JoinState.NEVER - 1); // what is never due is not due then
        PriorityQueue<Due<K>> oldest = new PriorityQueue<>(OLDEST_FIRST.reversed());
        PriorityQueue<DueIndex<K, Versioned<V>>.Page> pages =
                new PriorityQueue<>(Comparator.comparingLong(DueIndex.Page::earliest));
        pages.addAll(index.firstPages(first, last));
        Set<K> seen = new HashSet<>(); // a key that is written meanwhile may move from one page to another
        for (DueIndex<K, Versioned<V>>.Page page = pages.poll(); page != null; page = pages.poll()) {
            if (oldest.size() == limit && page.earliest() >= oldest.element().at()) {
                break;
            }
            for (K key : page.keys) {
                long at = dueAt(map.get(key));
                if (first <= at && at <= last && seen.add(key)) {
                    oldest.add(Due.of(key, at, 0));
                    if (oldest.size() > limit) {
                        oldest.remove();
                    }
                }
            }
            DueIndex<K, Versioned<V>>.Page next = page.next(last);
            if (next != null) {
                pages.add(next);
            }
        }
        List<Due<K>> due = new ArrayList<>(oldest);
        due.sort(OLDEST_FIRST);
        return due;
    }

    private static final Comparator<Due<?>> OLDEST_FIRST = Comparator.comparingLong(Due::at);

    /**
     * {@inheritDoc}
     *
     * <p>A page costs what is on it. The order is that of the map. A cursor is good for one page, and 16 scans may be
     * under way: beginning or continuing one more ends the one that has waited longest.
     *
     * @throws IllegalArgumentException if no scan waits under the cursor
     */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        requirePositive(limit);
        Iterator<Map.Entry<K, Versioned<V>>> scan =
                cursor == null ? map.entrySet().iterator() : scans.resume(cursor);
        if (scan == null) {
            throw new IllegalArgumentException(
                    "cursor is \"" + cursor + "\": no scan waits under it (any more), begin again");
        }
        List<Entry<K, V>> entries = new ArrayList<>();
        while (entries.size() < limit && scan.hasNext()) {
            Map.Entry<K, Versioned<V>> entry = scan.next();
            entries.add(new Entry<>(entry.getKey(), entry.getValue()));
        }
        return new Page<>(entries, scan.hasNext() ? scans.suspend(scan) : null);
    }

    /** Counts the keys; exact while nothing is written. */
    @Override
    public long size() {
        return map instanceof ConcurrentHashMap<?, ?> own ? own.mappingCount() : map.size();
    }

    /** Does nothing. */
    @Override
    public void close() {}

    /** How many keys there are, and how many there may be. */
    @Override
    public String toString() {
        return "MapJoinStore[" + size() + (room == null ? "" : " of at most " + room.maximum) + " keys]";
    }

    /** How many keys the due index holds. */
    long indexed() {
        return index.size();
    }

    private static long dueAt(@Nullable Versioned<?> held) {
        return held == null ? JoinState.NEVER : held.state().dueAt();
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
    }

    private static <K, V> void refuseInventing(ConcurrentMap<K, Versioned<V>> map) {
        String type = map.getClass().getName();
        if (PACKAGES_OF_CACHES.contains(map.getClass().getPackageName())) {
            throw new DefaultingStoreException("the map is the view of a cache (" + type
                    + "), which may load, replace or drop joins on its own; for a bound, use MapJoinStore.bounded or"
                    + " CaffeineJoinStore");
        }
        Object unknown = new Object();
        try {
            if (map.containsKey(unknown) || map.get(unknown) != null || map.getOrDefault(unknown, null) != null) {
                map.remove(unknown);
                throw new DefaultingStoreException("the map (" + type + ") has a value for a key that was never put");
            }
        } catch (DefaultingStoreException e) {
            throw e;
        } catch (RuntimeException e) {
            // A sorted map compares an unknown key with those that it holds, and may refuse it for that.
            if (!(e instanceof ClassCastException && map instanceof SortedMap)) {
                throw new DefaultingStoreException(
                        "the map (" + type + ") does not say that an unknown key is unknown, but throws " + e);
            }
        }
    }

    /** How many more keys may begin. */
    private static final class Room {
        final long maximum;
        private final AtomicLong left;

        Room(long maximum) {
            this.maximum = maximum;
            left = new AtomicLong(maximum);
        }

        void take() {
            long before;
            do {
                before = left.get();
                if (before == 0) {
                    throw new StoreException("maximumSize is " + maximum
                            + ", and there is no room for another key; nothing was written");
                }
            } while (!left.compareAndSet(before, before - 1));
        }

        void give() {
            left.incrementAndGet();
        }
    }
}
