package dev.joiner.internal.driver;

import dev.joiner.ContentionException;
import dev.joiner.InvalidMessageException;
import dev.joiner.StoreException;
import dev.joiner.engine.SafeListener;
import dev.joiner.engine.Step;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.internal.SafeText;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries events through to the store: computes what a key's state becomes from what is believed to be there, exchanges it, and
 * computes again from the witness where something else was there.
 *
 * <p>An event that writes nothing, or that throws, is believed only on a state that was read in the same call; on a guess, the key
 * is read and the event computed again.
 */
final class KeyUpdater<K, V> {
    private static final int MAX_TRIES = 256;
    private static final int TRIES_WITHOUT_PAUSE = 8;
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final String join;
    private final JoinStore<K, V> store;
    private final SafeListener listener;
    private final Randomness randomness;

    KeyUpdater(String join, JoinStore<K, V> store, SafeListener listener, Randomness randomness) {
        this.join = join;
        this.store = store;
        this.listener = listener;
        this.randomness = randomness;
    }

    /**
     * What happens to one key.
     *
     * @param <T> what it comes to
     */
    interface Event<V, T> {
        /** What it comes to in a state. Runs once for each try. */
        T on(@Nullable JoinState<V> state);

        /** The state to write; the very state that the event was given if there is nothing to write. */
        @Nullable
        JoinState<V> next(T result);

        /** Whether what it comes to depends on the state, so that one that was guessed has to be read if nothing is written. */
        default boolean depends(T result) {
            return true;
        }

        /**
         * The ids of messages of which what it comes to says nothing that is written, though the store may know them already, apart
         * from the state.
         *
         * @param result null if the event threw
         */
        default Collection<String> inDoubt(@Nullable T result) {
            return List.of();
        }

        /** The store knows these ids, each under a number that the state has. Stays true for as long as the state has that. */
        default void present(Map<String, Long> ids) {}

        /** The one claim that the write makes, or {@link Flight#UNCLAIMED}: its attempt is counted by the write. */
        default long loneClaim(T result) {
            return Flight.UNCLAIMED;
        }
    }

    /** An event that is one step of the transition. */
    @FunctionalInterface
    interface StepEvent<V> extends Event<V, Step<V>> {
        @Override
        default @Nullable JoinState<V> next(Step<V> step) {
            return step.next();
        }

        @Override
        default long loneClaim(Step<V> step) {
            return KeyUpdater.loneClaim(step);
        }
    }

    /**
     * An event that was carried through.
     *
     * @param held what the store holds now
     * @param result what the event came to at the last try
     */
    record Update<V, T>(@Nullable Versioned<V> held, T result) {}

    /**
     * One key's part of a batch.
     *
     * @param held what the key is believed to hold
     * @param isFresh whether that was read in this call, so that it is no guess
     */
    record Request<K, V, T>(K key, @Nullable Versioned<V> held, boolean isFresh, Event<V, T> event) {}

    /** What came of one key's part of a batch: an update, or why there is none. */
    record Answer<V, T>(
            @Nullable Update<V, T> update, @Nullable Throwable failure) {}

    /** Carries one event through, starting from the store's guess. */
    <T> Update<V, T> update(K key, Event<V, T> event) {
        return update(key, guess(key), false, event);
    }

    /**
     * Carries one event through.
     *
     * @param held what the key is believed to hold
     * @param isFresh whether that was read in this call
     */
    <T> Update<V, T> update(K key, @Nullable Versioned<V> held, boolean isFresh, Event<V, T> event) {
        return update(key, held, isFresh, event, 1);
    }

    /** Most updates end with the first try: one short method for it is what the compiler makes the most of. */
    private <T> Update<V, T> update(K key, @Nullable Versioned<V> held, boolean isFresh, Event<V, T> event, int tries) {
        JoinState<V> state;
        JoinState<V> next;
        T result;
        try {
            state = held == null ? null : held.state();
            result = event.on(state);
            next = event.next(result);
        } catch (Throwable e) { // an Error of a user's function as well, on a state that may be wrong
            if (!isFresh) {
                return update(key, found(key), true, event, tries);
            }
            if (!isPresent(key, held, event, null)) {
                throw e;
            }
            return update(key, held, true, event, tries);
        }
        if (isSame(next, state)) {
            if (!isFresh) {
                return update(key, found(key), true, event, tries);
            }
            return isPresent(key, held, event, result)
                    ? update(key, held, true, event, tries)
                    : new Update<>(held, result);
        }
        Versioned<V> written = next == null ? null : Versioned.of(randomness.nonce(), next);
        Exchange<V> exchange = exchanged(key, held, written, event.loneClaim(result));
        if (isMine(exchange, written)) {
            return new Update<>(written, result);
        }
        if (!exchange.present().isEmpty()) {
            event.present(exchange.present());
            requireTriesLeft(tries, key);
            return update(key, held, true, event, tries + 1);
        }
        lost(key, isFresh, tries);
        return update(key, exchange.witness(), true, event, tries + 1);
    }

    /** Whether the store knows ids that are in doubt: then the event comes to something else. */
    private <T> boolean isPresent(K key, @Nullable Versioned<V> held, Event<V, T> event, @Nullable T result) {
        return held != null
                && !(held instanceof Versioned.Unreadable<V>)
                && anyIsPresent(key, held, event, event.inDoubt(result));
    }

    private boolean anyIsPresent(K key, Versioned<V> held, Event<V, ?> event, Collection<String> ids) {
        Set<Long> numbers = ids.isEmpty() ? Set.of() : PartsChange.lookedIn(held.state());
        if (numbers.isEmpty()) {
            return false;
        }
        Map<String, Long> present = store.present(key, numbers, ids);
        event.present(present);
        return !present.isEmpty();
    }

    private void lost(K key, boolean isFresh, int tries) {
        if (isFresh) {
            listener.conflict(key, tries);
        }
        requireTriesLeft(tries, key);
        pauseAfter(tries);
    }

    /** Removes a key, without another try. */
    Exchange<V> removed(K key, Versioned<V> expected) {
        return exchanged(key, expected, null, Flight.UNCLAIMED);
    }

    private static long loneClaim(Step<?> step) {
        return step.verdict() == Verdict.CLAIMED && step.claimed().get(0).status() == Flight.Status.CLAIMED_ALONE
                ? step.claimed().get(0).claim()
                : Flight.UNCLAIMED;
    }

    /** Writes what a step makes of a key, without another try. */
    Exchange<V> tried(K key, @Nullable Versioned<V> guess, Step<V> step, Versioned<V> written) {
        Exchange<V> exchange = exchanged(key, guess, written, loneClaim(step));
        return isMine(exchange, written) ? Exchange.written() : exchange;
    }

    @SuppressWarnings("ReferenceEquality") // an equal state that is not the same object is to be written
    private static boolean isSame(@Nullable JoinState<?> next, @Nullable JoinState<?> state) {
        return next == state;
    }

    /** A driver may repeat a write whose answer was lost: what carries my own number is my own write. */
    private static boolean isMine(Exchange<?> exchange, @Nullable Versioned<?> written) {
        return exchange.won() || (written != null && written.equals(exchange.witness()));
    }

    /**
     * Exchanges one key. If the answer to a lone claim is lost, reads whether it was made: its attempt counts, so it is to be begun
     * or given back.
     */
    private Exchange<V> exchanged(
            K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> written, long loneClaim) {
        try {
            return store.compareAndExchange(key, expected, written);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        } catch (StoreException lost) {
            if (loneClaim == Flight.UNCLAIMED) {
                throw lost;
            }
            Versioned<V> found;
            try {
                found = found(key);
            } catch (RuntimeException e) {
                lost.addSuppressed(e);
                throw lost;
            }
            if (!holdsClaim(found, loneClaim)) {
                throw lost;
            }
            return Exchange.written(); // if somebody wrote on top, the next write finds out
        }
    }

    private static boolean holdsClaim(@Nullable Versioned<?> found, long claim) {
        return found != null
                && !(found instanceof Versioned.Unreadable<?>)
                && found.state().inFlight().stream().anyMatch(flight -> flight.claim() == claim);
    }

    @Nullable
    Versioned<V> guess(K key) {
        try {
            return store.guess(key);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    private @Nullable Versioned<V> found(K key) {
        try {
            return store.find(key);
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    /** A key that no store can keep is a fault of its message. */
    private RuntimeException refused(IllegalArgumentException e) {
        return new InvalidMessageException(join + ": " + SafeText.messageOf(e), e);
    }

    private RuntimeException refused(RuntimeException e) {
        return e instanceof IllegalArgumentException illegal ? refused(illegal) : e;
    }

    /** A request on its way through the rounds of a batch. */
    private static final class Work<K, V, T> {
        final K key;
        final Event<V, T> event;

        @Nullable
        Versioned<V> held;

        boolean isFresh;

        @Nullable
        Versioned<V> written;

        private @Nullable T result;
        private @Nullable Throwable failure;

        Work(Request<K, V, T> request) {
            key = request.key();
            event = request.event();
            held = request.held();
            isFresh = request.isFresh();
        }

        /** The ids that were looked for in what the key holds. */
        private final Set<String> lookedFor = new HashSet<>();

        /** The ids that are in doubt, and were not looked for. */
        Collection<String> inDoubt() {
            List<String> ids = new ArrayList<>(event.inDoubt(result));
            ids.removeAll(lookedFor);
            lookedFor.addAll(ids);
            return ids;
        }

        /** Computes what the event comes to. Whether there is something to write. */
        boolean compute(Randomness randomness) {
            JoinState<V> state = held == null ? null : held.state();
            T came = event.on(state);
            result = came;
            JoinState<V> next = event.next(came);
            written = next == null ? null : Versioned.of(randomness.nonce(), next);
            return !isSame(next, state);
        }

        boolean depends() {
            return event.depends(Objects.requireNonNull(result));
        }

        void read(@Nullable Versioned<V> found) {
            held = found;
            isFresh = true;
            lookedFor.clear();
        }

        void fail(Throwable e) {
            failure = e;
        }

        boolean hasFailed() {
            return failure != null;
        }

        Answer<V, T> answer() {
            return failure == null
                    ? new Answer<>(new Update<>(held, Objects.requireNonNull(result)), null)
                    : new Answer<>(null, failure);
        }
    }

    /**
     * Carries the events of many distinct keys through, one exchange of the whole batch at a time. A key that cannot be updated
     * fails alone.
     *
     * @return in the order of the requests
     * @throws StoreException if the store failed; what is written by then is not known
     */
    <T> List<Answer<V, T>> updateAll(List<Request<K, V, T>> requests) {
        List<Work<K, V, T>> works = new ArrayList<>(requests.size());
        requests.forEach(request -> works.add(new Work<>(request)));
        List<Work<K, V, T>> open = works;
        for (int tries = 1; !open.isEmpty(); tries++) {
            List<Work<K, V, T>> writing = new ArrayList<>();
            List<Work<K, V, T>> unread = new ArrayList<>();
            for (Work<K, V, T> work : open) {
                computeOrFail(work, writing, unread);
            }
            List<Work<K, V, T>> lost = exchange(writing, tries);
            readAll(unread);
            if (!lost.isEmpty()) {
                for (Work<K, V, T> work : lost) {
                    alone(work, tries, (each, tried) -> requireTriesLeft(tried, each.key));
                }
                pauseAfter(tries);
            }
            open = new ArrayList<>(lost);
            open.addAll(unread);
            open.removeIf(Work::hasFailed);
        }
        return works.stream().map(Work::answer).toList();
    }

    private <T> void computeOrFail(Work<K, V, T> work, List<Work<K, V, T>> writing, List<Work<K, V, T>> unread) {
        boolean writes;
        try {
            writes = work.compute(randomness);
            while (work.held != null && anyIsPresent(work.key, work.held, work.event, work.inDoubt())) {
                writes = work.compute(randomness);
            }
        } catch (StoreException e) {
            throw e;
        } catch (Throwable e) { // as in update
            if (work.isFresh) {
                work.fail(e);
            } else {
                unread.add(work);
            }
            return;
        }
        if (writes) {
            writing.add(work);
        } else if (!work.isFresh && work.depends()) {
            unread.add(work);
        }
    }

    /** Exchanges a batch; those that were lost. */
    private <T> List<Work<K, V, T>> exchange(List<Work<K, V, T>> works, int tries) {
        List<Work<K, V, T>> lost = new ArrayList<>();
        if (works.isEmpty()) {
            return lost;
        }
        List<Change<K, V>> changes = new ArrayList<>(works.size());
        works.forEach(work -> changes.add(new Change<>(work.key, work.held, work.written)));
        try {
            List<Exchange<V>> exchanges = store.compareAndExchangeAll(changes);
            for (int i = 0; i < works.size(); i++) {
                take(works.get(i), exchanges.get(i), tries, lost);
            }
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException one) {
            // Of one entry, though a store should refuse that alone. What is written already shows as mine.
            for (Work<K, V, T> work : works) {
                alone(
                        work,
                        tries,
                        (each, tried) ->
                                take(each, store.compareAndExchange(each.key, each.held, each.written), tried, lost));
            }
        }
        return lost;
    }

    private <T> void take(Work<K, V, T> work, Exchange<V> exchange, int tries, List<Work<K, V, T>> lost) {
        if (exchange.refusal() != null) {
            work.fail(refused(exchange.refusal()));
        } else if (isMine(exchange, work.written)) {
            work.held = work.written;
        } else if (!exchange.present().isEmpty()) {
            work.event.present(exchange.present());
            work.isFresh = true;
            lost.add(work);
        } else {
            if (work.isFresh) {
                listener.conflict(work.key, tries);
            }
            work.read(exchange.witness());
            lost.add(work);
        }
    }

    private <T> void readAll(List<Work<K, V, T>> works) {
        if (works.isEmpty()) {
            return;
        }
        try {
            List<@Nullable Versioned<V>> found =
                    store.findAll(works.stream().map(work -> work.key).toList());
            for (int i = 0; i < works.size(); i++) {
                works.get(i).read(found.get(i));
            }
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException one) {
            for (Work<K, V, T> work : works) {
                alone(work, 1, (each, tries) -> each.read(store.find(each.key)));
            }
        }
    }

    /** Does one key's part of a batch, so that it fails alone. */
    private <T> void alone(Work<K, V, T> work, int tries, ObjIntConsumer<Work<K, V, T>> part) {
        try {
            part.accept(work, tries);
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            work.fail(refused(e));
        }
    }

    private void requireTriesLeft(int tries, K key) {
        if (tries >= MAX_TRIES) {
            throw new ContentionException(
                    join + ": key \"" + SafeText.of(key) + "\" changed " + tries + " times between read and write");
        }
    }

    private static void pauseAfter(int tries) {
        if (tries > TRIES_WITHOUT_PAUSE) {
            long bound = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(20, tries - TRIES_WITHOUT_PAUSE));
            long pause = ThreadLocalRandom.current().nextLong(bound / 2, bound);
            // Not parked, as an interrupted thread would not pause.
            new CompletableFuture<Boolean>()
                    .completeOnTimeout(true, pause, TimeUnit.NANOSECONDS)
                    .join();
        }
    }
}
