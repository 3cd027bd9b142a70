package dev.joiner.store.memory;

import dev.joiner.spi.JoinState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which keys become due when: every key that has a due time is in it, once.
 *
 * <p>The times themselves are not in it but in the states, so that an entry takes little more than the reference to its
 * key. Keys stand in leaves, each for a range of due times and without order inside; a leaf that is full is split by
 * looking up when its keys are due. Whoever asks what is due takes the first leaves, and looks up as well.
 *
 * <p>Keys are spread by hash over a few stripes, each a sorted set of leaves under a lock. <em>A key's due time changes
 * only while the lock of its stripe is held, and its entry is moved before the lock is released.</em> So whoever holds
 * the lock sees each key of the stripe once, in the leaf whose range holds the key's due time: no entry is missing, left
 * over or there twice at any moment, and there is nothing to clean up. What has to be allocated is allocated before the
 * write, so that nothing can fail between the write and the move. A write that leaves the due time as it is needs no
 * lock, as it makes no time that was looked up wrong.
 *
 * @param <K> the keys
 * @param <W> what is written under them
 */
final class DueIndex<K, W> {
    private static final int STRIPE_BITS = 4;
    private static final int LEAF_SIZE = 64;

    /** Writes a key: one object for all writes, as one for each would have to be allocated. */
    @FunctionalInterface
    interface Write<K, W> {
        /** Whether the key held what was expected, and now holds what comes next; null is nothing. */
        boolean replace(K key, @Nullable W expected, @Nullable W next);
    }

    private final ToLongFunction<? super K> dueAt;
    private final Write<K, W> write;
    private final List<Stripe> stripes =
            Stream.generate(Stripe::new).limit(1 << STRIPE_BITS).toList();

    /**
     * @param dueAt when a key is due as things are now; {@link JoinState#NEVER} if it is not
     * @param write runs under a lock
     */
    DueIndex(ToLongFunction<? super K> dueAt, Write<K, W> write) {
        this.dueAt = dueAt;
        this.write = write;
    }

    /**
     * Does a write that changes when a key is due.
     *
     * @param from when the key is due until then; {@link JoinState#NEVER} if it is not
     * @param to when it is due from then on
     * @return whether the write happened
     */
    boolean replace(K key, @Nullable W expected, long from, @Nullable W next, long to) {
        int hash = spread(key);
        return stripes.get(hash >>> (Integer.SIZE - STRIPE_BITS)).replace(key, hash, expected, from, next, to);
    }

    /** The page of each stripe where keys begin that are due from a time on, but for those on which none is due in time. */
    List<Page> firstPages(long from, long upTo) {
        return stripes.stream()
                .map(stripe -> stripe.firstPage(from, upTo))
                .filter(Objects::nonNull)
                .toList();
    }

    /** How many entries there are. */
    long size() {
        return stripes.stream().mapToLong(Stripe::size).sum();
    }

    /** The keys of a leaf, as they were at one moment. */
    final class Page {
        private final Stripe stripe;
        private final Leaf<K> start;
        final List<K> keys;

        private Page(Stripe stripe, Leaf<K> leaf) {
            this.stripe = stripe;
            start = new Leaf<>(leaf.due, leaf.hash);
            keys = List.copyOf(leaf.keys);
        }

        /** No key on this page and those after it was due before. */
        long earliest() {
            return start.due;
        }

        /** The next page of the same stripe, null if nothing can be due on it by then. */
        @Nullable
        Page next(long upTo) {
            return stripe.pageAfter(start, upTo);
        }
    }

    /** Hash codes may differ in the low bits only; the stripe is chosen by the high ones. */
    private static int spread(Object key) {
        return key.hashCode() * 0x9E3779B9;
    }

    /** Keys from one position to the next leaf's. A position is a due time, and a hash among keys due at the same time. */
    private static final class Leaf<K> implements Comparable<Leaf<K>> {
        long due;
        int hash;
        ArrayList<K> keys;

        Leaf(long due, int hash) {
            this.due = due;
            this.hash = hash;
            keys = new ArrayList<>(0);
        }

        /** Begins there at the latest. Only the first leaf of a stripe ever gets earlier, and it stays the first. */
        void begin(long atDue, int atHash) {
            if (compare(atDue, atHash) > 0) {
                due = atDue;
                hash = atHash;
            }
        }

        /** Takes out the key that equals this one. */
        K remove(K key) {
            int at = keys.indexOf(key);
            if (at < 0) {
                return key;
            }
            K last = keys.remove(keys.size() - 1);
            return at == keys.size() ? last : keys.set(at, last);
        }

        private int compare(long otherDue, int otherHash) {
            return due != otherDue ? Long.compare(due, otherDue) : Integer.compare(hash, otherHash);
        }

        @Override
        public int compareTo(Leaf<K> that) {
            return compare(that.due, that.hash);
        }
    }

    private record Placed<K>(long due, int hash, K key) {
        static final Comparator<Placed<?>> ORDER =
                Comparator.<Placed<?>>comparingLong(Placed::due).thenComparingInt(Placed::hash);
    }

    private final class Stripe {
        private final ReentrantLock lock = new ReentrantLock();
        /** Never empty. Only where it is the one leaf may a leaf be without keys. */
        private final TreeSet<Leaf<K>> leaves = new TreeSet<>();

        Stripe() {
            leaves.add(new Leaf<>(JoinState.NEVER, 0));
        }

        boolean replace(K key, int hash, @Nullable W expected, long from, @Nullable W next, long to) {
            lock.lock();
            try {
                Leaf<K> target = to == JoinState.NEVER ? null : withRoom(to, hash);
                Leaf<K> source = from == JoinState.NEVER ? null : leafAt(from, hash);
                if (!write.replace(key, expected, next)) {
                    return false;
                }
                if (target != null) {
                    target.begin(to, hash);
                }
                if (target != source) {
                    // The object that is moved is the one that is there: an equal one would be kept beside the map's.
                    K moved = source == null ? key : source.remove(key);
                    if (target != null) {
                        target.keys.add(moved);
                    }
                    if (source != null && source.keys.isEmpty()) {
                        end(source);
                    }
                }
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Nullable
        Page firstPage(long from, long upTo) {
            lock.lock();
            try {
                return page(leafAt(from, Integer.MIN_VALUE), upTo);
            } finally {
                lock.unlock();
            }
        }

        @Nullable
        Page pageAfter(Leaf<K> start, long upTo) {
            lock.lock();
            try {
                return page(leaves.higher(start), upTo);
            } finally {
                lock.unlock();
            }
        }

        private @Nullable Page page(@Nullable Leaf<K> leaf, long upTo) {
            return leaf == null || leaf.due > upTo ? null : new Page(this, leaf);
        }

        long size() {
            lock.lock();
            try {
                return leaves.stream().mapToLong(leaf -> leaf.keys.size()).sum();
            } finally {
                lock.unlock();
            }
        }

        private Leaf<K> leafAt(long due, int hash) {
            if (leaves.size() == 1) {
                return leaves.first(); // the usual case where joins have no deadline, and leases alone are due
            }
            Leaf<K> leaf = leaves.floor(new Leaf<>(due, hash));
            return leaf == null ? leaves.first() : leaf;
        }

        private void end(Leaf<K> empty) {
            if (leaves.size() > 1) {
                leaves.remove(empty);
            } else {
                empty.due = JoinState.NEVER;
            }
        }

        private Leaf<K> withRoom(long due, int hash) {
            Leaf<K> leaf = leafAt(due, hash);
            int size = leaf.keys.size();
            // A leaf whose keys have all the same position stays whole; it is looked at again at twice the size.
            if (size >= LEAF_SIZE && Integer.bitCount(size) == 1) {
                split(leaf, due, hash);
                leaf = leafAt(due, hash);
            }
            leaf.keys.ensureCapacity(leaf.keys.size() + 1);
            return leaf;
        }

        /** Splits a leaf in the middle, or before its last key if one comes that belongs behind it. */
        private void split(Leaf<K> leaf, long due, int hash) {
            List<Placed<K>> placed = new ArrayList<>(leaf.keys.size());
            for (K key : leaf.keys) {
                placed.add(new Placed<>(dueAt.applyAsLong(key), spread(key), key));
            }
            placed.sort(Placed.ORDER);
            int last = placed.size() - 1;
            Placed<K> end = placed.get(last);
            boolean growsAtTheEnd = end.due < due || (end.due == due && end.hash < hash);
            int at = cut(placed, growsAtTheEnd ? last : placed.size() / 2);
            if (at > 0) {
                List<K> keys = placed.stream().map(Placed::key).toList();
                ArrayList<K> left = new ArrayList<>(keys.subList(0, at));
                Leaf<K> right = new Leaf<>(placed.get(at).due, placed.get(at).hash);
                right.keys.addAll(keys.subList(at, keys.size()));
                leaves.add(right);
                leaf.keys = left;
            }
        }

        /** Where one position ends and another begins, nearest to the place wished; 0 if all keys have the same. */
        private int cut(List<Placed<K>> placed, int wished) {
            for (int distance = 0; distance < placed.size(); distance++) {
                for (int at : new int[] {wished - distance, wished + distance}) {
                    if (at > 0 && at < placed.size() && Placed.ORDER.compare(placed.get(at - 1), placed.get(at)) < 0) {
                        return at;
                    }
                }
            }
            return 0;
        }
    }
}
