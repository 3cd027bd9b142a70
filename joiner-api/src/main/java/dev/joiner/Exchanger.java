package dev.joiner;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Carries changes of keys through to the store: computes what to write from what is thought to be there, exchanges it,
 * and computes again from the witness where something else was there.
 *
 * <p>A change that comes to nothing, or that throws, is believed only on a state that was read by the same work; on a
 * guess, the key is read and the change computed again.
 */
final class Exchanger<V> {
    private static final int MAX_TRIES = 256;
    private static final int TRIES_WITHOUT_PAUSE = 8;
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final JoinStore<Object, V> store;
    private final Events events;
    private final Randomness randomness;

    Exchanger(JoinStore<Object, V> store, Events events, Randomness randomness) {
        this.store = store;
        this.events = events;
        this.randomness = randomness;
    }

    /** What a key's state is to become; the very state that is given, if it is to stay. Runs once per try. */
    @FunctionalInterface
    interface Rewrite<V> {
        @Nullable
        JoinState<V> of(@Nullable JoinState<V> state);
    }

    /** One key's part of a batch. */
    static class Work<V> {
        final Cursor<V> cursor;
        private final Rewrite<V> rewrite;
        /** Why nothing was written for the key. */
        @Nullable
        Exception failure;

        Work(Cursor<V> cursor, Rewrite<V> rewrite) {
            this.cursor = cursor;
            this.rewrite = rewrite;
        }
    }

    /** A random number that nobody else draws, for a version or a claim; never 0. */
    long nonce() {
        return randomness.nonce();
    }

    Cursor<V> guess(Object key) {
        return new Cursor<>(key, store.guess(key), false);
    }

    /** Carries one change through. When it returns, the cursor holds what is in the store. */
    void settle(Cursor<V> cursor, Rewrite<V> rewrite) {
        for (int tries = 1; ; tries++) {
            if (compute(cursor, rewrite)) {
                if (took(cursor, store.compareAndExchange(cursor.key, cursor.held, cursor.next), tries)) {
                    return;
                }
                requireTriesLeft(tries, cursor.key);
                pauseAfter(tries);
            } else if (cursor.fresh) {
                cursor.fresh = false;
                return;
            } else {
                cursor.read(store.find(cursor.key));
            }
        }
    }

    /**
     * Carries the changes of many distinct keys through, one exchange of the whole batch at a time. A key that cannot
     * be settled fails alone.
     *
     * @throws StoreException if the store failed; what is written by then is not known
     */
    void settleAll(Collection<? extends Work<V>> works) {
        List<Work<V>> unsettled = new ArrayList<>(works);
        for (int round = 1; !unsettled.isEmpty(); round++) {
            int tries = round;
            List<Work<V>> unread = new ArrayList<>();
            List<Work<V>> writing = new ArrayList<>();
            for (Work<V> work : unsettled) {
                Cursor<V> cursor = work.cursor;
                try {
                    if (compute(cursor, work.rewrite)) {
                        writing.add(work);
                    } else if (cursor.fresh) {
                        cursor.fresh = false;
                    } else {
                        unread.add(work);
                    }
                } catch (Exception e) {
                    work.failure = e;
                }
            }
            List<Work<V>> lost = exchange(writing, tries);
            readAll(unread);
            unsettled = new ArrayList<>(unread.size() + lost.size());
            if (!lost.isEmpty()) {
                lost.forEach(work -> alone(work, () -> requireTriesLeft(tries, work.cursor.key)));
                pauseAfter(tries);
            }
            Stream.concat(lost.stream(), unread.stream())
                    .filter(work -> work.failure == null)
                    .forEach(unsettled::add);
        }
    }

    /** Computes what is next for the key. False if nothing is to be written, or if a guess led to an exception. */
    @SuppressWarnings("ReferenceEquality") // an equal state that is not the same object is to be written
    private boolean compute(Cursor<V> cursor, Rewrite<V> rewrite) {
        try {
            JoinState<V> state = cursor.state();
            JoinState<V> next = rewrite.of(state);
            cursor.next = next == null ? null : Versioned.of(nonce(), next);
            return next != state;
        } catch (RuntimeException e) {
            if (cursor.fresh) {
                throw e;
            }
            return false;
        }
    }

    /** Whether the exchange was won; the cursor then holds what was written, and otherwise the witness. */
    private boolean took(Cursor<V> cursor, Exchange<V> exchange, int tries) {
        // A driver may repeat a write whose answer was lost: what carries my own number is my own write.
        if (exchange.won() || (cursor.next != null && Objects.equals(cursor.next, exchange.witness()))) {
            cursor.held = cursor.next;
            cursor.fresh = false;
            return true;
        }
        if (cursor.fresh) {
            events.conflict(cursor.key, tries);
        }
        cursor.read(exchange.witness());
        return false;
    }

    /** Exchanges a batch; those that were lost. */
    private List<Work<V>> exchange(List<Work<V>> works, int tries) {
        List<Work<V>> lost = new ArrayList<>();
        if (works.isEmpty()) {
            return lost;
        }
        List<Change<Object, V>> changes = new ArrayList<>(works.size());
        for (Work<V> work : works) {
            Cursor<V> cursor = work.cursor;
            changes.add(new Change<>(cursor.key, cursor.held, cursor.next));
        }
        try {
            List<Exchange<V>> exchanges = store.compareAndExchangeAll(changes);
            for (int i = 0; i < works.size(); i++) {
                if (!took(works.get(i).cursor, exchanges.get(i), tries)) {
                    lost.add(works.get(i));
                }
            }
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException one) {
            // A key or value that cannot be encoded; nothing of the batch is written. Which one it was shows alone.
            for (Work<V> work : works) {
                Cursor<V> cursor = work.cursor;
                alone(work, () -> {
                    if (!took(cursor, store.compareAndExchange(cursor.key, cursor.held, cursor.next), tries)) {
                        lost.add(work);
                    }
                });
            }
        }
        return lost;
    }

    private void readAll(List<Work<V>> works) {
        if (works.isEmpty()) {
            return;
        }
        try {
            List<@Nullable Versioned<V>> found =
                    store.findAll(works.stream().map(work -> work.cursor.key).toList());
            for (int i = 0; i < works.size(); i++) {
                works.get(i).cursor.read(found.get(i));
            }
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException one) {
            works.forEach(work -> alone(work, () -> work.cursor.read(store.find(work.cursor.key))));
        }
    }

    /** Does one key's part of a batch, so that it fails alone. */
    private static void alone(Work<?> work, Runnable part) {
        try {
            part.run();
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            work.failure = e;
        }
    }

    private static void requireTriesLeft(int tries, Object key) {
        if (tries >= MAX_TRIES) {
            throw new ContentionException("key \"" + key + "\" changed " + tries + " times between read and write");
        }
    }

    private static void pauseAfter(int tries) {
        if (tries > TRIES_WITHOUT_PAUSE) {
            long bound = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(20, tries - TRIES_WITHOUT_PAUSE));
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(bound / 2, bound));
        }
    }
}
