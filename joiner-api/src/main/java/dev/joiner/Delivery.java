package dev.joiner;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One claim that a call holds, from the write that made it to the write that ends it. */
final class Delivery<V, R> implements HandOver {

    enum Progress {
        /** Claimed, the handler has not begun. */
        WAITING,
        RUNNING,
        /** The claim was lost before the handler began; somebody else hands over. */
        LOST,
        /** A handler took the join: its own, or {@code onPoisoned}. */
        RETURNED,
        /** The handler threw, and there will be another attempt. */
        THREW
    }

    final Cursor<V> cursor;
    final Flight<V> flight;
    private final HandOvers<V, R> handOvers;
    /** When half the lease is used, in epoch milliseconds. */
    private long halfUsedAt;

    Progress progress = Progress.WAITING;
    /** Whether {@code onPoisoned} took the join. */
    boolean poisoned;

    int attempt;

    @Nullable
    String lastError;
    /** What the next attempt is told of this one. */
    String errorToKeep = "";

    @Nullable
    R result;

    @Nullable
    Throwable error;

    /** Whether the store knew the claim when it was last written. */
    boolean known;
    /** Why the store could not be told. */
    @Nullable
    Exception unwritten;
    /** Whether the store has been told how the claim ended, and knew it. */
    boolean confirmed;

    Delivery(Cursor<V> cursor, Flight<V> flight, HandOvers<V, R> handOvers) {
        this.cursor = cursor;
        this.flight = flight;
        this.handOvers = handOvers;
        halfUsedAt = flight.dueAt() - handOvers.halfLease();
        attempt = flight.attempt();
        lastError = flight.lastError();
    }

    boolean isHalfUsed(Instant now) {
        return JoinState.millis(now) >= halfUsedAt;
    }

    boolean isOpen() {
        return progress == Progress.WAITING || progress == Progress.RUNNING;
    }

    void threw(String errorToKeep) {
        progress = Progress.THREW;
        this.errorToKeep = errorToKeep;
    }

    /** The store has been told of this claim, unless there is a failure. */
    void wroteDown(@Nullable Exception failure, Instant at) {
        unwritten = failure;
        boolean held = failure == null && known;
        if (!isOpen()) {
            confirmed = held;
        } else if (held) {
            halfUsedAt = JoinState.millis(at) + handOvers.halfLease();
        } else if (progress == Progress.WAITING) {
            progress = Progress.LOST;
        }
    }

    /** What the call that claimed the join says of it, once the store was told. */
    Outcome<R> outcome() {
        if (progress == Progress.LOST) {
            return new Outcome.Incomplete<>();
        }
        if (progress == Progress.RETURNED && !poisoned) {
            return new Outcome.Joined<>(result, confirmed);
        }
        throw failure();
    }

    ProcessingException failure() {
        String problem =
                error == null ? "all attempts were made, the last threw " + lastError : "the hand-over threw " + error;
        ProcessingException failure = new ProcessingException(
                cursor.key, attempt, poisoned ? problem + "; onPoisoned took the join" : problem, error);
        if (unwritten != null) {
            failure.addSuppressed(unwritten);
        }
        return failure;
    }

    @Override
    public Object key() {
        return cursor.key;
    }

    @Override
    public Cause cause() {
        return flight.cause();
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    @Override
    public Instant firstAt() {
        return Instant.ofEpochMilli(flight.join().firstAt());
    }

    @Override
    public int parts() {
        return flight.join().parts();
    }

    @Override
    public long token() {
        return flight.token();
    }

    @Override
    public boolean renew() {
        return handOvers.renew(this);
    }
}
