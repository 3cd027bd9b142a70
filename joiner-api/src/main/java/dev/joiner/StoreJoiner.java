package dev.joiner;

import dev.joiner.Exchanger.Work;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Step;
import dev.joiner.spi.Step.Verdict;
import dev.joiner.spi.Transition;
import dev.joiner.spi.Versioned;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Drives {@link Transition} over a store: what to write is decided there, whether it is written by the store. */
final class StoreJoiner<M, V, R> implements Joiner<M, R> {
    private final Engine<M, V, R> engine;
    private final JoinSpec<M, V, R> spec;
    private final Transition<M, V> transition;
    private final Exchanger<V> exchanger;
    private final InstantSource clock;
    private final @Nullable Turns turns;
    private final AtomicBoolean closed = new AtomicBoolean();

    StoreJoiner(JoinSpec<M, V, R> spec, JoinStore<?, V> store, InstantSource clock, Randomness randomness) {
        if (store.evicts() && !spec.receivesExpired()) {
            throw new IllegalArgumentException(
                    "the store may evict joins, and the spec has neither onExpired nor joinOnExpiry to receive them");
        }
        @SuppressWarnings("unchecked") // the spec's keys are what the store is for; a codec refuses others
        JoinStore<Object, V> keyed = (JoinStore<Object, V>) store;
        engine = Engine.of(spec, keyed, clock, randomness);
        this.spec = spec;
        this.clock = clock;
        turns = store.isRemote() ? new Turns() : null;
        transition = engine.transition();
        exchanger = engine.exchanger();
    }

    /** A message on its way: what its transition made of it, and what becomes of it. */
    private final class Arrival extends LastStep<V> {
        final M message;
        final Object key;
        private final @Nullable String id;

        @Nullable
        Exception failure;

        @Nullable
        Delivery<V, R> delivery;

        Arrival(M message) {
            this.message = message;
            key = spec.keyOf(message);
            id = spec.idOf(message);
        }

        @Override
        Step<V> step(@Nullable JoinState<V> state) {
            return transition.message(key, state, message, id, clock.instant(), exchanger.nonce());
        }

        /** A message that throws is left out. */
        @Nullable
        JoinState<V> mergeOrFail(@Nullable JoinState<V> state) {
            try {
                failure = null;
                return of(state);
            } catch (Exception e) {
                failure = e;
                return state;
            }
        }
    }

    /** The messages of a batch that go into one key, in order. */
    private final class OfOneKey {
        final Cursor<V> cursor;
        final List<Arrival> arrivals = new ArrayList<>(2);

        OfOneKey(Object key) {
            cursor = exchanger.guess(key);
        }

        @Nullable
        JoinState<V> merge(@Nullable JoinState<V> state) {
            JoinState<V> merged = state;
            for (Arrival arrival : arrivals) {
                merged = arrival.mergeOrFail(merged);
            }
            return merged;
        }
    }

    @Override
    public Outcome<R> accept(M message) {
        requireOpen();
        Arrival arrival = new Arrival(message);
        Cursor<V> cursor = turns == null ? settled(arrival) : turns.take(arrival.key, () -> settled(arrival));
        Step<V> step = arrival.get();
        if (step.verdict() != Verdict.CLAIMED) {
            return tell(arrival);
        }
        HandOvers<V, R> handOvers = new HandOvers<>(engine);
        Delivery<V, R> delivery = handOvers.add(cursor, step.claimed().get(0));
        handOvers.deliver(delivery);
        handOvers.checkpoint();
        return delivery.outcome();
    }

    private Cursor<V> settled(Arrival arrival) {
        Cursor<V> cursor = exchanger.guess(arrival.key);
        exchanger.settle(cursor, arrival);
        return cursor;
    }

    @Override
    public List<Outcome<R>> acceptAll(Collection<? extends M> messages) {
        requireOpen();
        List<@Nullable Arrival> arrivals = new ArrayList<>(messages.size());
        Map<Object, OfOneKey> byKey = new LinkedHashMap<>();
        List<Outcome<R>> outcomes = new ArrayList<>(messages.size());
        for (M message : messages) {
            Arrival arrival = null;
            Outcome<R> outcome = new Outcome.Incomplete<>();
            try {
                arrival = new Arrival(message);
                byKey.computeIfAbsent(arrival.key, OfOneKey::new).arrivals.add(arrival);
            } catch (Exception e) {
                arrival = null;
                outcome = new Outcome.Failed<>(e);
            }
            arrivals.add(arrival);
            outcomes.add(outcome);
        }
        HandOvers<V, R> handOvers = new HandOvers<>(engine);
        mergeAll(byKey.values(), handOvers);
        try {
            for (int i = 0; i < outcomes.size(); i++) {
                Arrival arrival = arrivals.get(i);
                if (arrival != null) {
                    outcomes.set(i, tellOrDeliver(arrival, handOvers));
                }
            }
        } finally {
            handOvers.checkpoint();
        }
        for (int i = 0; i < outcomes.size(); i++) {
            Arrival arrival = arrivals.get(i);
            if (arrival != null && arrival.delivery != null) {
                outcomes.set(i, outcome(arrival.delivery));
            }
        }
        return outcomes;
    }

    /** Folds the messages of each key in order, and writes all keys at once. */
    private void mergeAll(Collection<OfOneKey> keys, HandOvers<V, R> handOvers) {
        Map<OfOneKey, Work<V>> works = new LinkedHashMap<>();
        keys.forEach(key -> works.put(key, new Work<V>(key.cursor, key::merge)));
        exchanger.settleAll(works.values());
        works.forEach((key, work) -> {
            for (Arrival arrival : key.arrivals) {
                if (work.failure != null) {
                    arrival.failure = work.failure;
                } else if (arrival.failure == null && arrival.get().verdict() == Verdict.CLAIMED) {
                    arrival.delivery =
                            handOvers.add(key.cursor, arrival.get().claimed().get(0));
                }
            }
        });
    }

    /** Calls the handler that one message of a batch is for. What it says of a hand-over is not the last word. */
    private Outcome<R> tellOrDeliver(Arrival arrival, HandOvers<V, R> handOvers) {
        if (arrival.failure != null) {
            return new Outcome.Failed<>(arrival.failure);
        }
        if (arrival.delivery != null) {
            handOvers.deliver(arrival.delivery);
            return new Outcome.Incomplete<>();
        }
        try {
            return tell(arrival);
        } catch (Exception e) {
            return new Outcome.Failed<>(e);
        }
    }

    /** Tells handlers and listeners of a message that completes nothing. What the handlers throw passes through. */
    private Outcome<R> tell(Arrival arrival) {
        Step<V> step = arrival.get();
        switch (step.verdict()) {
            case DUPLICATE -> {
                engine.events().duplicate(arrival.key);
                return new Outcome.Duplicate<>();
            }
            case LATE -> {
                engine.events().late(arrival.key);
                spec.late(arrival.message);
                return new Outcome.Late<>();
            }
            default -> {
                Join<V> open = Objects.requireNonNull(
                        Objects.requireNonNull(step.next()).open());
                engine.events().merged(arrival.key, open.parts(), open.firstAt());
                spec.incomplete(open.value());
                return new Outcome.Incomplete<>();
            }
        }
    }

    private static <R> Outcome<R> outcome(Delivery<?, R> delivery) {
        try {
            return delivery.outcome();
        } catch (ProcessingException e) {
            return new Outcome.Failed<>(e);
        }
    }

    @Override
    public SweepReport sweep() {
        requireOpen();
        return new Sweep<>(engine).run();
    }

    @Override
    public List<Outcome.Joined<R>> release(Object key) {
        requireOpen();
        Cursor<V> cursor = exchanger.guess(JoinSpec.checkedKey(key));
        LastStep<V> step = LastStep.of(state -> transition.release(key, state, clock.instant(), exchanger.nonce()));
        exchanger.settle(cursor, step);
        HandOvers<V, R> handOvers = new HandOvers<>(engine);
        List<Delivery<V, R>> deliveries = step.get().claimed().stream()
                .map(flight -> handOvers.add(cursor, flight))
                .toList();
        handOvers.deliverAll(deliveries);
        List<Outcome.Joined<R>> joined = new ArrayList<>();
        ProcessingException failure = null;
        for (Delivery<V, R> delivery : deliveries) {
            Outcome<R> outcome = outcome(delivery);
            if (outcome instanceof Outcome.Joined<R> returned) {
                joined.add(returned);
            } else if (outcome instanceof Outcome.Failed<R> failed && failed.cause() instanceof ProcessingException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return joined;
    }

    @Override
    public List<Join<?>> drop(Object key) {
        requireOpen();
        Object checked = JoinSpec.checkedKey(key);
        LastStep<V> step = LastStep.of(state -> transition.drop(state, clock.instant()));
        exchanger.settle(new Cursor<>(checked, engine.store().find(checked), true), state -> {
            if (state == null && step.removesKey()) {
                // A removal leaves no number behind by which it could be recognised.
                throw new StoreException(
                        "key \"" + key + "\" was gone when its removal was to be confirmed: a driver has"
                                + " repeated the removal, or somebody else was faster");
            }
            return step.of(state);
        });
        return List.copyOf(step.get().removed());
    }

    @Override
    public Optional<JoinState<?>> find(Object key) {
        requireOpen();
        Versioned<V> held = engine.store().find(JoinSpec.checkedKey(key));
        return Optional.ofNullable(held).map(Versioned::state);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            engine.store().close();
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the joiner is closed");
        }
    }
}
