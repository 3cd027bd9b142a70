package dev.joiner.engine;

import dev.joiner.Cause;
import dev.joiner.CodecException;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.internal.SafeText;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shows states to people. */
public final class PendingJoins {
    private PendingJoins() {}

    /**
     * Returns the joins that a store holds under a key: the open one, those in flight, the oldest first, and what is remembered.
     *
     * @param functions of the spec, which knows what a value lacks
     * @param key null if it cannot be read
     * @param parts reads what the store keeps apart from the state
     */
    public static <K, V> List<PendingJoin<K, V>> of(
            SpecFunctions<?, K, V, ?> functions, @Nullable K key, Versioned<V> held, PartReader parts) {
        return held instanceof Versioned.Unreadable<V> unreadable
                ? List.of(unreadable(key, unreadable.problem(), unreadable.bytes()))
                : of(functions, key, held.state(), parts);
    }

    /** Returns the joins of a state with nothing kept apart from it, in the same order. */
    public static <K, V> List<PendingJoin<K, V>> of(
            SpecFunctions<?, K, V, ?> functions, @Nullable K key, JoinState<V> state) {
        return of(functions, key, state, PartReader.NONE);
    }

    private static <K, V> List<PendingJoin<K, V>> of(
            SpecFunctions<?, K, V, ?> functions, @Nullable K key, JoinState<V> state, PartReader parts) {
        List<PendingJoin<K, V>> joins = new ArrayList<>(1 + state.inFlight().size());
        if (state.open() != null) {
            joins.add(join(
                    functions,
                    key,
                    Status.WAITING,
                    state.open(),
                    null,
                    state.open().dueAt(),
                    0,
                    null,
                    parts));
        }
        for (Flight<V> flight : state.inFlight()) {
            Status status = flight.isParked() ? Status.PARKED : flight.isClaimed() ? Status.CLAIMED : Status.FAILED;
            joins.add(join(
                    functions,
                    key,
                    status,
                    flight.join(),
                    flight.cause(),
                    flight.dueAt(),
                    flight.attempts(),
                    flight.lastError(),
                    parts));
        }
        if (state.closed() != null || state.ended().stream().anyMatch(Ended::isKept)) {
            joins.add(remembered(key, state.closed(), state.ended()));
        }
        return joins;
    }

    private static <K, V> PendingJoin<K, V> join(
            SpecFunctions<?, K, V, ?> functions,
            @Nullable K key,
            Status status,
            Join<V> join,
            @Nullable Cause cause,
            long dueAt,
            int attempts,
            @Nullable String lastError,
            PartReader parts) {
        return new PendingJoin<>(
                key,
                status,
                Optional.of(join.value()),
                functions.missing(join.value(), join.parts()),
                join.parts(),
                Optional.of(Instant.ofEpochMilli(join.firstAt())),
                Optional.ofNullable(cause),
                time(dueAt),
                attempts,
                Optional.ofNullable(lastError),
                join.ids().size() + (join.collected() instanceof StoredParts stored ? stored.withId() : 0),
                Optional.empty(),
                Optional.empty(),
                functions.collected(key, join, parts));
    }

    private static <K, V> PendingJoin<K, V> remembered(@Nullable K key, @Nullable Closed closed, List<Ended> ended) {
        Last last = closed == null ? null : closed.last();
        int ids = 0;
        long dueAt = closed == null ? 0 : closed.dueAt();
        for (KeptIds kept : closed == null ? List.<KeptIds>of() : closed.ids()) {
            ids += kept.ids().size();
        }
        for (Ended join : ended) {
            if (join.isKept()) {
                ids += join.rows();
                dueAt = Math.max(dueAt, join.until());
                last = join.cause() == null ? last : new Last(join.at(), join.cause(), join.rows());
            }
        }
        return new PendingJoin<>(
                key,
                Status.REMEMBERED,
                Optional.empty(),
                List.of(),
                last == null ? 0 : last.parts(),
                Optional.empty(),
                Optional.ofNullable(last).map(Last::cause),
                time(dueAt),
                0,
                Optional.empty(),
                ids,
                Optional.ofNullable(last).map(end -> Instant.ofEpochMilli(end.at())),
                Optional.empty(),
                Optional.empty());
    }

    private static <K, V> PendingJoin<K, V> unreadable(@Nullable K key, CodecException problem, byte[] bytes) {
        return new PendingJoin<>(
                key,
                Status.UNREADABLE,
                Optional.empty(),
                List.of(),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.of(SafeText.messageOf(problem)),
                0,
                Optional.empty(),
                Optional.of(bytes),
                Optional.empty());
    }

    private static Optional<Instant> time(long millis) {
        return millis == JoinState.NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
