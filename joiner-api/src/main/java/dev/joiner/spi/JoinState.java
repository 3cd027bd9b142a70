package dev.joiner.spi;

import dev.joiner.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds under one key. A key without open join, flights and closing is not in the store at all.
 *
 * <p>Immutable, and made by {@link Transition} only; a store keeps it and reads {@link #dueAt()}. Times are epoch
 * milliseconds, {@link #NEVER} where there is none.
 *
 * @param open the join that collects messages, or null
 * @param inFlight the joins that are being handed over or wait for another attempt, the oldest first
 * @param closed what is remembered of joins that were handed over, or null
 * @param token the last fencing token given out for the key, 0 if none was
 */
public record JoinState<V>(
        @Nullable Join<V> open,
        List<Flight<V>> inFlight,
        @Nullable Closed closed,
        long token) {

    /** The time that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    public JoinState {
        inFlight = List.copyOf(inFlight);
    }

    /**
     * A value and where it comes from.
     *
     * @param parts how many messages were merged into the value
     * @param firstAt when the first of them arrived
     * @param deadline when the join expires, from its first message or from its data
     * @param idleUntil when the join expires unless another message comes
     * @param ids of the messages merged, in order of arrival; empty without {@code identifiedBy}
     * @param joinedBefore whether this very value has been handed over and stays open ({@code keepAfterJoin})
     */
    public record Join<V>(
            V value, int parts, long firstAt, long deadline, long idleUntil, List<String> ids, boolean joinedBefore) {

        public Join {
            ids = List.copyOf(ids);
        }

        /** When the join expires: the earlier of its two deadlines. */
        public long dueAt() {
            return Math.min(deadline, idleUntil);
        }
    }

    /**
     * A join whose value is settled and which has to reach its handler.
     *
     * @param claim who hands it over; {@link #UNCLAIMED} if the last attempt failed and the next is not begun
     * @param token the fencing token of the claim
     * @param attempt how many attempts were begun
     * @param lastError what the latest failed attempt threw, or null
     * @param dueAt the end of the lease if claimed, otherwise the time of the next attempt
     */
    public record Flight<V>(
            Join<V> join,
            Cause cause,
            long claim,
            long token,
            int attempt,
            @Nullable String lastError,
            long dueAt) {

        /** The claim of a flight that nobody hands over now. */
        public static final long UNCLAIMED = 0;

        public boolean isClaimed() {
            return claim != UNCLAIMED;
        }
    }

    /**
     * A memory of joins that were handed over.
     *
     * @param ids of their messages; empty without {@code identifiedBy}
     * @param until when the memory ends
     */
    public record Closed(List<String> ids, long until) {
        public Closed {
            ids = List.copyOf(ids);
        }
    }

    /** A time as states keep it: the nearest that there is, if it is beyond all that a long can say. */
    public static long millis(Instant instant) {
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException outOfRange) {
            return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : NEVER;
        }
    }

    /** When the key needs something done, by whoever sweeps first; {@link #NEVER} if it never does. */
    public long dueAt() {
        long due = open == null ? NEVER : open.dueAt();
        for (Flight<V> flight : inFlight) {
            due = Math.min(due, flight.dueAt());
        }
        return closed == null ? due : Math.min(due, closed.until());
    }

    /**
     * This state after a bounded store made room: the open join waits in flight, due at once, for a sweep to hand it
     * over with cause {@link Cause#EVICTED}; one that was handed over already ends, as it does when it expires. Null if
     * nothing is left. A state without an open join is returned as it is.
     */
    public @Nullable JoinState<V> evicted() {
        if (open == null) {
            return this;
        }
        if (open.joinedBefore()) {
            return inFlight.isEmpty() && closed == null ? null : new JoinState<>(null, inFlight, closed, token);
        }
        List<Flight<V>> flights = new ArrayList<>(inFlight);
        flights.add(new Flight<>(open, Cause.EVICTED, Flight.UNCLAIMED, 0, 0, null, 0));
        return new JoinState<>(null, flights, closed, token);
    }
}
