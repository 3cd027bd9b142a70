package dev.joiner.spi;

import dev.joiner.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds under one key. A key without an open join, flights, a memory and parts is not in the store at
 * all.
 *
 * <p>Immutable, and made by {@code dev.joiner.engine.Transition} only; a store keeps it and reads {@link #dueAt()}. Times are
 * epoch milliseconds, {@link #NEVER} where there is none.
 *
 * @param open the join that collects messages, or null
 * @param inFlight the joins that are being handed over, wait for another attempt, or are parked; the oldest first
 * @param closed what is remembered of joins that ended, or null
 * @param token the last fencing token given out for the key, 0 if none was
 * @param ended joins that have ended and of whose parts the store keeps something, the oldest first
 */
public record JoinState<V>(
        @Nullable Join<V> open,
        List<Flight<V>> inFlight,
        @Nullable Closed closed,
        long token,
        List<Ended> ended) {

    /** The time that never comes. */
    public static final long NEVER = Long.MAX_VALUE;

    public JoinState {
        inFlight = List.copyOf(inFlight);
        ended = List.copyOf(ended);
    }

    /** A state of joins whose parts are not kept apart. */
    public JoinState(@Nullable Join<V> open, List<Flight<V>> inFlight, @Nullable Closed closed, long token) {
        this(open, inFlight, closed, token, List.of());
    }

    /**
     * A value and where it comes from.
     *
     * @param parts how many messages were merged into the value
     * @param firstAt when the first of them arrived
     * @param deadline when the join expires, from its first message or from its data
     * @param idleUntil when the join expires unless another message comes
     * @param ids of the messages merged; empty without {@code identifiedBy}
     * @param joinedBefore whether this very value has been handed over and stays open ({@code keepAfterJoin})
     * @param collected the parts of the messages, in the order of their arrival; none unless the spec collects
     */
    public record Join<V>(
            V value,
            int parts,
            long firstAt,
            long deadline,
            long idleUntil,
            Ids ids,
            boolean joinedBefore,
            CollectedParts collected) {

        /** A join that collects nothing. */
        public Join(V value, int parts, long firstAt, long deadline, long idleUntil, Ids ids, boolean joinedBefore) {
            this(value, parts, firstAt, deadline, idleUntil, ids, joinedBefore, PartList.NONE);
        }

        /** When the join expires: the earlier of its two deadlines. */
        public long dueAt() {
            return Math.min(deadline, idleUntil);
        }
    }

    /**
     * A join whose value is settled and which has to reach its handler.
     *
     * @param suspect whether a claim of it ran out: its handler may have killed the process, so it is claimed alone until it
     *     leaves
     * @param claim who hands it over; {@link #UNCLAIMED} if nobody does now
     * @param token the fencing token of the last claim, 0 before the first
     * @param attempts how many attempts count
     * @param lastError what the last failed attempt threw, or null
     * @param dueAt the end of the lease if claimed, the time of the next attempt if failed, never if parked
     */
    public record Flight<V>(
            Join<V> join,
            Cause cause,
            Status status,
            boolean suspect,
            long claim,
            long token,
            int attempts,
            @Nullable String lastError,
            long dueAt) {

        /** The claim of a flight that nobody hands over now. */
        public static final long UNCLAIMED = 0;

        /** How far the hand-over of a join has come. */
        public enum Status {
            /** Claimed by a write of its own, which has counted the attempt. */
            CLAIMED_ALONE,
            /** Claimed together with others; the attempt counts if its handler throws. */
            CLAIMED_TOGETHER,
            /** Failed: the handler threw. */
            THREW,
            /** Failed without an attempt: the hand-over was not begun. */
            GIVEN_BACK,
            /** Its attempts are used up, and it waits for an operator. */
            PARKED
        }

        /** The same flight of a join that is kept in another way. */
        Flight<V> of(Join<V> other) {
            return new Flight<>(other, cause, status, suspect, claim, token, attempts, lastError, dueAt);
        }

        public boolean isClaimed() {
            return status == Status.CLAIMED_ALONE || status == Status.CLAIMED_TOGETHER;
        }

        /** Whether it waits for another attempt. */
        public boolean isFailed() {
            return status == Status.THREW || status == Status.GIVEN_BACK;
        }

        public boolean isParked() {
            return status == Status.PARKED;
        }
    }

    /**
     * A memory of joins that ended.
     *
     * @param until when the key takes messages again; 0 if it does all the time
     * @param last the key's last join that was handed over, null if there was none
     * @param ids of messages, by the joins that had them, the oldest first; empty without {@code identifiedBy}
     */
    public record Closed(long until, @Nullable Last last, List<KeptIds> ids) {
        public Closed {
            ids = List.copyOf(ids);
        }

        /** When the last of it is over. */
        public long dueAt() {
            long end = until;
            for (KeptIds kept : ids) {
                end = Math.max(end, kept.until());
            }
            return end;
        }
    }

    /** The end of a key's last join. */
    public record Last(long at, Cause cause, int parts) {}

    /** The ids of one join, and when they are forgotten. */
    public record KeptIds(Ids ids, long until) {}

    /**
     * A join that has ended, and what the store keeps of its parts: they are removed in pages, the last first.
     *
     * @param number of its {@link StoredParts}
     * @param rows how many positions there are
     * @param parts how many of those have a part, and not only an id
     * @param at when the join ended
     * @param until when its ids are forgotten; 0 if they are
     * @param cause why it was handed over; null if it was dropped
     */
    public record Ended(
            long number,
            int rows,
            int parts,
            long at,
            long until,
            @Nullable Cause cause) {

        /** Whether its ids are known. */
        public boolean isKept() {
            return until > 0;
        }

        /** When there is something to be removed. */
        public long dueAt() {
            return parts > 0 || !isKept() ? at : until;
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

    /** How many parts its joins have collected, but for those that ended. */
    public int collectedParts() {
        int parts = open == null ? 0 : open.collected().size();
        for (Flight<V> flight : inFlight) {
            parts += flight.join().collected().size();
        }
        return parts;
    }

    /** When a sweep has something to do for the key; {@link #NEVER} if none has. */
    public long dueAt() {
        long due = open == null ? NEVER : open.dueAt();
        for (int i = 0; i < inFlight.size(); i++) { // without an iterator: this is asked for every write
            due = Math.min(due, inFlight.get(i).dueAt());
        }
        for (int i = 0; i < ended.size(); i++) {
            due = Math.min(due, ended.get(i).dueAt());
        }
        return closed == null ? due : Math.min(due, closed.dueAt());
    }

    /**
     * This state after a bounded store made room: the open join waits in flight, due at once, for a sweep to hand it over
     * with cause {@link Cause#EVICTED}; one that was handed over already ends, as it does when it expires. Null if nothing is
     * left. A state without an open join is returned as it is.
     */
    public @Nullable JoinState<V> evicted() {
        if (open == null) {
            return this;
        }
        if (open.joinedBefore()) {
            return inFlight.isEmpty() && closed == null && ended.isEmpty()
                    ? null
                    : new JoinState<>(null, inFlight, closed, token, ended);
        }
        List<Flight<V>> flights = new ArrayList<>(inFlight);
        flights.add(
                new Flight<>(open, Cause.EVICTED, Flight.Status.GIVEN_BACK, false, Flight.UNCLAIMED, 0, 0, null, 0));
        return new JoinState<>(null, flights, closed, token, ended);
    }
}
