package dev.joiner.store.memory;

import dev.joiner.DefaultingStoreException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
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
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in a map of this process, without a bound.
 *
 * <p>It is thread-safe. Reads take no lock; a write takes one, among a few chosen by the key's hash, if it changes when
 * the key is due. The store fails by {@link OutOfMemoryError} only. Values are held as they are, not copied.
 *
 * <p>The joins live as long as the store object does. {@link #close()} does nothing: another joiner may take the store
 * over.
 *
 * @param <K> the keys, with {@code equals} and {@code hashCode}
 * @param <V> the values that the joins merge
 */
public final class MapJoinStore<K, V> implements JoinStore<K, V> {
    /** Views of caches, which look like maps that keep what they are given. */
    private static final Set<String> PACKAGES_OF_CACHES =
            Set.of("com.github.benmanes.caffeine.cache", "com.google.common.cache");

    private final ConcurrentMap<K, Versioned<V>> map;
    private final DueIndex<K> index;
    private final Scans<Map.Entry<K, Versioned<V>>> scans = new Scans<>();

    private MapJoinStore(ConcurrentMap<K, Versioned<V>> map) {
        this.map = map;
        index = new DueIndex<>(key -> dueAt(map.get(key)));
        map.forEach((key, held) -> index.move(key, JoinState.NEVER, dueAt(held), () -> true));
    }

    /** A store on a map of its own. */
    public static <K, V> MapJoinStore<K, V> create() {
        return new MapJoinStore<>(new ConcurrentHashMap<>());
    }

    /**
     * A store on a map of the caller's. What the map holds is taken over; from then on the store must be the only one
     * to change it.
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
        return new MapJoinStore<>(map);
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        return map.get(key);
    }

    /** What is there: finding out costs nothing. */
    @Override
    public @Nullable Versioned<V> guess(K key) {
        return find(key);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        // The write happens only if what is there is the very write that is expected, and so is due as that is.
        long from = dueAt(expected);
        long to = dueAt(next);
        while (true) {
            boolean won = from == to
                    ? replace(key, expected, next)
                    : index.move(key, from, to, () -> replace(key, expected, next));
            if (won) {
                return new Exchange<>(true, next);
            }
            Versioned<V> held = map.get(key);
            if (!Objects.equals(held, expected)) { // else it was another's for a moment: a key that was new, and ended
                return new Exchange<>(false, held);
            }
        }
    }

    private boolean replace(K key, @Nullable Versioned<V> held, @Nullable Versioned<V> next) {
        if (held == null) {
            return next == null ? !map.containsKey(key) : map.putIfAbsent(key, next) == null;
        }
        return next == null ? map.remove(key, held) : map.replace(key, held, next);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The choice is among the {@code 4 * limit} that have been due for longest, and comes oldest first. Beyond
     * O(limit) it costs at most a fixed number of look-ups, and none if nothing pending is as old as {@code now}.
     */
    @Override
    public List<Entry<K, V>> due(Instant now, int limit) {
        requirePositive(limit);
        long until = Math.min(JoinState.millis(now), JoinState.NEVER - 1); // what is never due is not due then
        int enough = (int) Math.min(Integer.MAX_VALUE, 4L * limit);
        PriorityQueue<Due<K, V>> oldest = new PriorityQueue<>(Due.YOUNGEST_FIRST);
        PriorityQueue<DueIndex<K>.Page> pages = new PriorityQueue<>(Comparator.comparingLong(DueIndex.Page::earliest));
        pages.addAll(index.firstPages(until));
        Set<K> seen = new HashSet<>(); // a key that is written meanwhile may move from one page to another
        for (DueIndex<K>.Page page = pages.poll(); page != null; page = pages.poll()) {
            if (oldest.size() == enough && page.earliest() >= oldest.element().at()) {
                break;
            }
            for (K key : page.keys) {
                Versioned<V> held = map.get(key);
                long at = dueAt(held);
                if (held != null && at <= until && seen.add(key)) {
                    oldest.add(new Due<>(at, new Entry<>(key, held)));
                    if (oldest.size() > enough) {
                        oldest.remove();
                    }
                }
            }
            DueIndex<K>.Page next = page.next(until);
            if (next != null) {
                pages.add(next);
            }
        }
        List<Due<K, V>> chosen = new ArrayList<>(oldest);
        if (chosen.size() > limit) {
            Collections.shuffle(chosen, ThreadLocalRandom.current());
            chosen = chosen.subList(0, limit);
        }
        chosen.sort(Comparator.comparingLong(Due::at));
        return chosen.stream().map(Due::entry).toList();
    }

    private record Due<K, V>(long at, Entry<K, V> entry) {
        static final Comparator<Due<?, ?>> YOUNGEST_FIRST =
                Comparator.<Due<?, ?>>comparingLong(Due::at).reversed();
    }

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

    /** How many keys are held; exact while nothing is written. */
    @Override
    public long size() {
        return map instanceof ConcurrentHashMap<?, ?> own ? own.mappingCount() : map.size();
    }

    /** Does nothing. */
    @Override
    public void close() {}

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
                    + "), which may load, replace or drop joins on its own; a store with a bound is CaffeineJoinStore");
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
}
