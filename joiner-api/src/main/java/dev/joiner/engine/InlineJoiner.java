package dev.joiner.engine;

import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.engine.Delivery.End;
import dev.joiner.engine.Delivery.Shared;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.engine.Transition.Apart;
import dev.joiner.engine.Transition.Removal;
import dev.joiner.internal.SafeText;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Drives joins where one thread owns a key, and where its state, its input and its output are committed together: a stream
 * engine's state store, or a row that a transaction has locked.
 *
 * <p>Each call is one event on one key. It is given the key's state, and makes one write at most: a join that the event hands over
 * is claimed, handed over and written off before anything is written, so no claim is ever seen by others. Everything that the
 * call has for its {@link Host} comes after the write.
 *
 * <p>Thread-safe, as far as the host is. Times are epoch milliseconds and come in as arguments: wall-clock time for streams that
 * may be idle, or the stream's own time for replays.
 *
 * <pre>{@code
 * Outcome<R> process(M message) {
 *     String key = joiner.functions().keyOf(message);
 *     return joiner.message(key, states.get(key), message, now, onException, output);
 * }
 *
 * // on a tick of the clock
 * SweepReport punctuate() {
 *     Tally tally = new Tally(joiner.functions());
 *     List<String> due = new ArrayList<>();
 *     deadlines.headMap(now, true).values().forEach(due::addAll);
 *     due.forEach(key -> joiner.due(key, states.get(key), now, onException, output, tally));
 *     return tally.report();
 * }
 * }</pre>
 *
 * @param <M> the messages
 * @param <K> the keys
 * @param <V> the value that messages are merged into
 * @param <R> what {@code process} returns
 */
public final class InlineJoiner<M, K, V, R> {

    /**
     * What an engine does for one event.
     *
     * @param <K> the keys
     * @param <V> the values
     * @param <R> what {@code process} returns
     */
    @FunctionalInterface
    public interface Host<K, V, R> {

        /**
         * Writes the key's state, and does to its parts what the state says of them, committed together. Called at most once for each
         * event, before all other methods but those that say what there is.
         *
         * @param next null: the key is removed
         * @param parts nothing to do if the host does not {@linkplain #collects keep parts apart}; the ids of what is appended are
         *     not there
         */
        void write(K key, @Nullable JoinState<V> next, PartsChange parts);

        /**
         * Whether the host keeps the parts of joins that collect apart from their states, so that one more part costs the same
         * whether there are ten or a hundred thousand. It has {@link #parts} and {@link #present} then. By default parts are in the
         * states.
         */
        default boolean collects() {
            return false;
        }

        /** Returns a reader of the parts that were written under a key. What is read is read while the event runs. */
        default PartReader parts(K key) {
            return PartReader.NONE;
        }

        /**
         * Looks for the id of a message under the numbers of a key's joins.
         *
         * @return the number under which it is; null if it is nowhere
         */
        default @Nullable Long present(K key, Collection<Long> numbers, String id) {
            return null;
        }

        /**
         * Calls {@code onIncomplete} or {@code onLate} before the event is settled, where what they write is committed together with
         * it. What they throw passes through, and nothing is settled. By default they are called after it.
         *
         * @return whether it was called
         */
        default boolean callWithin(Runnable callback) {
            return false;
        }

        /**
         * The event is written, or there was nothing to write; what follows concerns nothing that is committed. What this throws
         * says that nothing of the event is, and passes through.
         */
        default void settled() {}

        /**
         * {@link #settled} threw, after hand-overs whose attempts count.
         *
         * @param next what the key's state is if the event was nothing but a hand-over that has failed; null if the event had
         *     several hand-overs, and nobody can say which was to blame
         * @param failure what was thrown
         * @return whether {@code next} is written instead of the event
         */
        default boolean undone(K key, @Nullable JoinState<V> next, RuntimeException failure) {
            return false;
        }

        /** Whether {@link InlineJoiner#due} is to hand over one join at most, and leave others to the next event. */
        default boolean oneByOne() {
            return false;
        }

        /** Whether more handlers may begin; asked before each. */
        default boolean goesOn() {
            return true;
        }

        /** {@code process} returned. */
        default void joined(Delivery<K, V, R> handOver, @Nullable R result) {}

        /** {@code onExpired} returned. */
        default void expired(Delivery<K, V, R> handOver) {}

        /** {@code onPoisoned} returned. */
        default void poisoned(Delivery<K, V, R> handOver) {}

        /** A handler threw, and its join waits for another attempt, or is parked. */
        default void failed(Delivery<K, V, R> handOver, ProcessingException failure) {}
    }

    /** What becomes of an event whose handler throws. */
    public enum OnException {
        /**
         * The exception passes through as a {@link ProcessingException}, and nothing is written: the engine replays. The attempt
         * does not count, so that no join is poisoned by it.
         */
        PASS_THROUGH,
        /** The attempt is written and counted, and the join is tried again when it is due. */
        RETRY
    }

    private final SpecFunctions<M, K, V, R> functions;
    private final Transition<M, K, V> transition;
    private final Shared<K, V, R> shared;
    private final RandomGenerator random;

    /**
     * @param clock for the listener only
     * @param random draws claims, and spreads the backoff of attempts
     * @throws IllegalArgumentException if the spec is {@code atMostOnce}: an engine that replays hands over again
     */
    public InlineJoiner(SpecFunctions<M, K, V, R> functions, InstantSource clock, RandomGenerator random) {
        this(functions, new Transition<>(functions), clock, random);
    }

    InlineJoiner(
            SpecFunctions<M, K, V, R> functions,
            Transition<M, K, V> transition,
            InstantSource clock,
            RandomGenerator random) {
        if (functions.atMostOnce()) {
            throw new IllegalArgumentException(functions.name()
                    + ": atMostOnce is not possible here: state, input and hand-over are committed together, or repeated"
                    + " together");
        }
        this.functions = functions;
        this.random = random;
        this.transition = transition;
        shared = new Shared<>(functions, transition, new SafeListener(functions, clock));
    }

    /** Creates a driver of a spec. */
    public static <M, K, V, R> InlineJoiner<M, K, V, R> of(
            JoinSpec<M, K, V, R> spec, InstantSource clock, RandomGenerator random) {
        return new InlineJoiner<>(SpecFunctions.of(spec), clock, random);
    }

    /** The functions of the spec. */
    public SpecFunctions<M, K, V, R> functions() {
        return functions;
    }

    /**
     * A message arrives. Calls {@code onIncomplete} or {@code onLate} after the write (a host may call them
     * {@linkplain Host#callWithin within} what is committed), and what they throw passes through.
     *
     * @param key of the message
     * @return {@link Outcome.Failed} with a {@link ProcessingException} if a handler threw and is retried
     * @throws ProcessingException if a handler threw and that is to pass through
     */
    public Outcome<R> message(
            K key, @Nullable JoinState<V> state, M message, long now, OnException onException, Host<K, V, R> host) {
        String id = functions.idOf(message);
        Event event = new Event(key, state, now, onException, host);
        Apart apart = apart(key, state, id, host);
        Step<V> step = event.take(claim -> transition.message(key, event.state, message, id, now, claim, true, apart));
        Runnable callback = callback(step, message);
        event.write(step.next()); // which the hand-over, if there was one, has changed since
        boolean isCalled = callback != null && host.callWithin(callback);
        event.settle();
        Outcome<R> outcome = told(key, step, event);
        if (callback != null && !isCalled) {
            callback.run();
        }
        return outcome;
    }

    private Apart apart(K key, @Nullable JoinState<V> state, @Nullable String id, Host<K, V, R> host) {
        if (!functions.collects() || !host.collects()) {
            return Apart.NOT;
        }
        Set<Long> numbers = id == null ? Set.of() : PartsChange.lookedIn(state);
        Long known = id == null || numbers.isEmpty() ? null : host.present(key, numbers, id);
        return new Apart(nonce(), known == null ? Map.of() : Map.of(Objects.requireNonNull(id), known));
    }

    /** Names a claim, or parts: a claim does not outlive its event, but a state may hold those of others. */
    private long nonce() {
        return Math.max(1, random.nextLong() >>> 1);
    }

    private @Nullable Runnable callback(Step<V> step, M message) {
        return switch (step.verdict()) {
            case LATE -> () -> functions.late(message);
            case MERGED -> () -> functions.incomplete(open(step).value());
            default -> null;
        };
    }

    private static <V> Join<V> open(Step<V> step) {
        return Objects.requireNonNull(Objects.requireNonNull(step.next()).open());
    }

    /** Tells the listener of what became of a message. */
    private Outcome<R> told(K key, Step<V> step, Event event) {
        switch (step.verdict()) {
            case CLAIMED -> {
                return event.ended.get(0).outcome();
            }
            case DUPLICATE -> {
                shared.listener().duplicate(key);
                return new Outcome.Duplicate<>();
            }
            case DEFERRED -> {
                return new Outcome.Incomplete<>();
            }
            case LATE -> {
                shared.listener().late(key);
                return new Outcome.Late<>();
            }
            case UNCHANGED -> {
                shared.listener().unchanged(key);
                return new Outcome.Unchanged<>();
            }
            default -> {
                Join<V> open = open(step);
                shared.listener().merged(key, open.parts(), open.firstAt());
                return new Outcome.Incomplete<>();
            }
        }
    }

    /**
     * Does what is due under the key, and adds it to the tally.
     *
     * @return whether {@link #removeParts} has something to remove
     */
    public boolean due(
            K key, @Nullable JoinState<V> state, long now, OnException onException, Host<K, V, R> host, Tally tally) {
        Event event = new Event(key, state, now, onException, host);
        boolean oneByOne = host.oneByOne();
        boolean more = event.mayBegin();
        boolean isAlone = oneByOne;
        while (more) {
            boolean alone = isAlone;
            more = event.takeMore(claim -> transition.due(key, event.state, now, claim, alone)) && !oneByOne;
            isAlone = true;
        }
        event.finish(tally);
        return transition.hasPartsToRemove(event.state, now);
    }

    /**
     * Removes a page of the parts of joins that have ended, where the host keeps parts apart.
     *
     * @return whether there is another page
     */
    public boolean removeParts(K key, @Nullable JoinState<V> state, long now, Host<K, V, R> host) {
        Event event = new Event(key, state, now, OnException.RETRY, host);
        Step<V> step = event.take(claim -> transition.removeParts(event.state, now));
        event.finish();
        return step.more();
    }

    /**
     * Hands over what there is under the key now: the open join, with cause FORCED, and those that failed or are parked.
     *
     * @return one outcome for each join; {@link Outcome.Incomplete} for one that was not begun
     */
    public List<Outcome<R>> release(
            K key, @Nullable JoinState<V> state, long now, OnException onException, Host<K, V, R> host) {
        Event event = new Event(key, state, now, onException, host);
        long token = state == null ? 0 : state.token();
        boolean more = event.mayBegin();
        while (more) {
            more = event.takeMore(claim -> transition.release(key, event.state, now, claim, token));
        }
        event.finish();
        return event.ended.stream().<Outcome<R>>map(Ended::outcome).toList();
    }

    /** Takes out what there is under the key: the open join, and those that failed or are parked. Returns what it took. */
    public List<PendingJoin<K, V>> drop(K key, @Nullable JoinState<V> state, long now, Host<K, V, R> host) {
        Removal<V> removal = transition.drop(key, state, now);
        if (removal.removed() == null) {
            return List.of();
        }
        JoinState<V> removed = host.parts(key).gathered(removal.removed());
        host.write(key, removal.next(), PartsChange.between(state, state, removal.next()));
        host.settled();
        return PendingJoins.of(functions, key, removed);
    }

    /** Asks again whether the open join is sufficient, and hands it over if it is. Adds that to the tally. */
    public void reexamine(
            K key, @Nullable JoinState<V> state, long now, OnException onException, Host<K, V, R> host, Tally tally) {
        Event event = new Event(key, state, now, onException, host);
        event.take(claim -> transition.reexamine(key, event.state, now, claim, true));
        event.finish(tally);
    }

    /** A hand-over that has ended, or that did not begin. */
    private static final class Ended<K, V, R> extends Delivery<K, V, R> {
        private final Shared<K, V, R> shared;
        private final boolean isCounted;
        private final PartReader parts;
        private @Nullable End end;

        Ended(Shared<K, V, R> shared, K key, Flight<V> flight, boolean isCounted, PartReader parts) {
            super(key, flight);
            this.shared = shared;
            this.isCounted = isCounted;
            this.parts = parts;
        }

        @Override
        protected PartReader partReader() {
            return parts.beforeTheWrite();
        }

        @Override
        protected boolean isCounted() {
            return isCounted;
        }

        @Override
        protected Shared<K, V, R> shared() {
            return shared;
        }

        End call() {
            End how = run();
            end = how;
            return how;
        }

        boolean isTaken() {
            return end == End.RETURNED || end == End.POISONED;
        }

        ProcessingException failure() {
            return failure(Objects.requireNonNull(end));
        }

        Outcome<R> outcome() {
            if (end == null) {
                return new Outcome.Incomplete<>();
            }
            return end == End.RETURNED ? new Outcome.Joined<>(result(), true) : new Outcome.Failed<>(failure(), true);
        }

        /** Nobody else can have the join meanwhile. */
        @Override
        public boolean renew() {
            return true;
        }
    }

    /** One event on one key, from its state to its one write. */
    private final class Event {
        private final K key;
        private final @Nullable JoinState<V> before;
        private final long now;
        private final OnException onException;
        private final Host<K, V, R> host;
        private final List<Ended<K, V, R>> ended = new ArrayList<>(1);
        private final List<Flight<V>> parked = new ArrayList<>(0);
        private boolean isDone;
        /** The state in which the join that was handed over last is claimed. */
        private @Nullable JoinState<V> asClaimed;
        /** Whether nothing of the event is committed, but that its one hand-over has failed. */
        private boolean isCharged;
        /** Why a later step of the event was not possible. */
        private @Nullable ContentionException refusal;

        @Nullable
        JoinState<V> state;

        Event(K key, @Nullable JoinState<V> state, long now, OnException onException, Host<K, V, R> host) {
            this.key = key;
            this.now = now;
            this.onException = onException;
            this.host = host;
            this.state = state;
            before = state;
        }

        boolean mayBegin() {
            return !Thread.currentThread().isInterrupted() && host.goesOn();
        }

        /** Takes one step of several. Whether another is to follow. */
        boolean takeMore(LongFunction<Step<V>> transitionWith) {
            try {
                return take(transitionWith).more() && mayBegin();
            } catch (ContentionException e) {
                if (ended.isEmpty() && !isDone) {
                    throw e;
                }
                refusal = e; // what was done before has to be written
                return false;
            }
        }

        /** Takes one step, hands over what it claims, and writes that off in the state. */
        Step<V> take(LongFunction<Step<V>> transitionWith) {
            Step<V> step = transitionWith.apply(mayBegin() ? nonce() : Transition.NO_CLAIM);
            state = step.next();
            parked.addAll(step.parked());
            isDone |= step.verdict() == Verdict.DONE;
            asClaimed = step.claimed().isEmpty() ? asClaimed : state;
            step.claimed().forEach(this::handOver);
            return step;
        }

        private void handOver(Flight<V> flight) {
            long claim = flight.claim();
            Ended<K, V, R> delivery =
                    new Ended<>(shared, key, flight, onException == OnException.RETRY, host.parts(key));
            ended.add(delivery);
            if (!mayBegin()) {
                state = transition.givenBack(state, claim, now).next();
                return;
            }
            switch (delivery.call()) {
                case RETURNED, POISONED ->
                    state = transition.returned(state, claim, now).next();
                case INTERRUPTED -> {
                    passThrough(delivery);
                    state = transition
                            .interrupted(state, claim, delivery.errorText(), now, random.nextDouble())
                            .next();
                }
                case THREW -> {
                    passThrough(delivery);
                    Step<V> threw = transition.threw(state, claim, delivery.errorText(), now, random.nextDouble());
                    state = threw.next();
                    parked.addAll(threw.parked());
                }
            }
        }

        private void passThrough(Ended<K, V, R> delivery) {
            if (onException == OnException.PASS_THROUGH) {
                throw delivery.failure();
            }
        }

        void finish() {
            write(state);
            settle();
        }

        void finish(Tally tally) {
            write(state);
            try {
                settle();
            } catch (Throwable e) {
                if (isCharged) {
                    tally.parked(parked.size());
                }
                throw e;
            }
            count(tally);
        }

        /** @param appending the state in which the event has added a part, if it has */
        @SuppressWarnings("ReferenceEquality") // an equal state that is not the same object is to be written
        void write(@Nullable JoinState<V> appending) {
            if (state != before) {
                host.write(key, state, PartsChange.between(before, appending, state));
            }
        }

        void settle() {
            try {
                host.settled();
            } catch (RuntimeException e) {
                charge(e);
                throw e;
            }
            tellParked();
            for (Ended<K, V, R> delivery : ended) {
                tell(delivery);
            }
        }

        private void tellParked() {
            for (Flight<V> flight : parked) {
                shared.listener().parked(key, flight.attempts(), flight.join().firstAt());
            }
        }

        /** What was handed over is undone, whatever its handler said. */
        private void charge(RuntimeException failure) {
            List<Ended<K, V, R>> begun =
                    ended.stream().filter(delivery -> delivery.end != null).toList();
            if (begun.isEmpty() || onException == OnException.PASS_THROUGH) {
                return;
            }
            if (ended.size() > 1) {
                host.undone(key, null, failure);
                return;
            }
            Ended<K, V, R> only = begun.get(0);
            if (only.end == End.INTERRUPTED) {
                return;
            }
            Step<V> threw =
                    transition.threw(asClaimed, only.flight().claim(), SafeText.of(failure), now, random.nextDouble());
            if (host.undone(key, threw.next(), failure)) {
                parked.removeIf(flight -> flight.token() == only.token());
                parked.addAll(threw.parked());
                isCharged = true;
                tellParked();
            }
        }

        private void tell(Ended<K, V, R> delivery) {
            if (delivery.end == null) {
                return;
            }
            switch (delivery.end) {
                case POISONED -> host.poisoned(delivery);
                case THREW, INTERRUPTED -> host.failed(delivery, delivery.failure());
                case RETURNED -> {
                    if (functions.isProcessed(delivery.cause())) {
                        host.joined(delivery, delivery.result());
                    } else {
                        host.expired(delivery);
                    }
                }
            }
        }

        void count(Tally tally) {
            tally.parked(parked.size());
            if (isDone && parked.isEmpty()) {
                tally.ended();
            }
            for (Ended<K, V, R> delivery : ended) {
                if (delivery.end != null) {
                    tally.handedOver(delivery.cause(), delivery.end);
                    if (!delivery.isTaken()) {
                        tally.failed(key, delivery.failure());
                    }
                }
            }
            if (refusal != null) {
                tally.failed(key, refusal);
            }
        }
    }
}
