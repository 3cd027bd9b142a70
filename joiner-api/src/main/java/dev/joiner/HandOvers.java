package dev.joiner;

import dev.joiner.Delivery.Progress;
import dev.joiner.Exchanger.Work;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.Step;
import dev.joiner.spi.Step.Verdict;
import dev.joiner.spi.Transition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claims that one call made, handed over one after the other.
 *
 * <p>What has ended is written off in one exchange at the end, or when half the lease is used: the same exchange then
 * renews the claims that have not begun, and one that turns out to be lost does not begin.
 */
final class HandOvers<V, R> {
    private final JoinSpec<?, V, R> spec;
    private final Transition<?, V> transition;
    private final Exchanger<V> exchanger;
    private final InstantSource clock;
    private final Randomness randomness;
    private final Events events;
    /** Those that the store has to hear of. */
    private final List<Delivery<V, R>> claims = new ArrayList<>(1);

    /** In milliseconds, rounded up. */
    private final long halfLease;

    HandOvers(Engine<?, V, R> engine) {
        spec = engine.spec();
        transition = engine.transition();
        exchanger = engine.exchanger();
        clock = engine.clock();
        randomness = engine.randomness();
        events = engine.events();
        halfLease = (spec.lease().toMillis() + 1) / 2;
    }

    Delivery<V, R> add(Cursor<V> cursor, Flight<V> flight) {
        Delivery<V, R> delivery = new Delivery<>(cursor, flight, this);
        if (spec.atMostOnce()) {
            delivery.confirmed = true; // the write that claimed it was its last
        } else {
            claims.add(delivery);
        }
        return delivery;
    }

    long halfLease() {
        return halfLease;
    }

    void deliverAll(List<Delivery<V, R>> deliveries) {
        try {
            deliveries.forEach(this::deliver);
        } finally {
            checkpoint();
        }
    }

    /** Calls the handler, unless the claim is lost by now. */
    void deliver(Delivery<V, R> delivery) {
        if (!spec.atMostOnce() && delivery.isHalfUsed(clock.instant())) {
            checkpoint();
        }
        if (delivery.progress == Progress.LOST) {
            return;
        }
        delivery.progress = Progress.RUNNING;
        Flight<V> flight = delivery.flight;
        if (!transition.isPoisoned(flight)) {
            Throwable error = handOver(delivery);
            if (error == null) {
                delivery.progress = Progress.RETURNED;
                return;
            }
            delivery.error = error;
            if (!transition.isLastAttempt(flight)) {
                delivery.threw(error.toString());
                return;
            }
            delivery.lastError = error.toString();
        }
        poison(delivery);
    }

    /** Calls the join's own handler; what it threw. */
    private @Nullable Throwable handOver(Delivery<V, R> delivery) {
        Instant began = events.began();
        try {
            delivery.result = spec.handOver(delivery.flight.join().value(), delivery);
        } catch (Throwable e) { // whatever it is, the join has to be written off as failed
            restoreInterrupt(e);
            events.failed(delivery, began, e, transition.isLastAttempt(delivery.flight));
            return e;
        }
        if (spec.isProcessed(delivery.cause())) {
            events.joined(delivery, began);
        } else {
            events.expired(delivery, began);
        }
        return null;
    }

    private void poison(Delivery<V, R> delivery) {
        delivery.attempt = Math.min(delivery.attempt, spec.maxAttempts());
        try {
            spec.poisoned(delivery.flight.join().value(), delivery);
            delivery.poisoned = true;
            delivery.progress = Progress.RETURNED;
        } catch (Throwable e) { // as above
            restoreInterrupt(e);
            if (delivery.error == null) {
                delivery.error = e;
            } else if (delivery.error != e) { // two handlers may throw one object, and it cannot suppress itself
                delivery.error.addSuppressed(e);
            }
            delivery.threw(delivery.lastError == null ? e.toString() : delivery.lastError);
        }
    }

    private static void restoreInterrupt(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    /** Extends the lease of a claim whose handler runs, and of all that wait behind it. */
    boolean renew(Delivery<V, R> running) {
        if (spec.atMostOnce()) {
            return true;
        }
        checkpoint();
        if (running.unwritten != null) {
            throw running.unwritten instanceof StoreException e
                    ? e
                    : new StoreException(
                            "the lease of key \"" + running.key() + "\" could not be renewed", running.unwritten);
        }
        return running.known;
    }

    /** Tells the store what has ended, and renews what has not. To be called once more when all have ended. */
    void checkpoint() {
        if (claims.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        if (claims.size() == 1) {
            Delivery<V, R> claim = claims.get(0);
            claim.wroteDown(settled(claim, now), now);
            if (!claim.isOpen()) {
                claims.clear();
            }
        } else {
            settleAll(now);
            claims.removeIf(claim -> !claim.isOpen());
        }
    }

    /** Without what a batch needs: most calls claim one join. Why nothing was written, if so. */
    private @Nullable Exception settled(Delivery<V, R> claim, Instant now) {
        try {
            exchanger.settle(claim.cursor, state -> writeDown(state, claims, now));
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private void settleAll(Instant now) {
        Map<Cursor<V>, List<Delivery<V, R>>> byKey = new LinkedHashMap<>();
        claims.forEach(claim -> byKey.computeIfAbsent(claim.cursor, cursor -> new ArrayList<>(1))
                .add(claim));
        List<Work<V>> works = new ArrayList<>(byKey.size());
        byKey.forEach((cursor, ofKey) -> works.add(new Work<>(cursor, state -> writeDown(state, ofKey, now))));
        try {
            exchanger.settleAll(works);
        } catch (StoreException e) {
            works.forEach(work -> work.failure = e);
        }
        for (Work<V> work : works) {
            byKey.getOrDefault(work.cursor, List.of()).forEach(claim -> claim.wroteDown(work.failure, now));
        }
    }

    private @Nullable JoinState<V> writeDown(@Nullable JoinState<V> state, List<Delivery<V, R>> ofKey, Instant now) {
        JoinState<V> written = state;
        for (Delivery<V, R> claim : ofKey) {
            long id = claim.flight.claim();
            Step<V> step = switch (claim.progress) {
                case RETURNED -> transition.returned(written, id, now);
                case THREW -> transition.threw(written, id, claim.errorToKeep, now, randomness.jitter());
                default -> transition.renewed(written, id, now);
            };
            claim.known = step.verdict() != Verdict.LOST;
            written = step.next();
        }
        return written;
    }
}
