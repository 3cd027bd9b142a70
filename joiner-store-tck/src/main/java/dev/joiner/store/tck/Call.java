package dev.joiner.store.tck;

import dev.joiner.Cause;
import dev.joiner.HandOver;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** One call of a handler: all that it was told, but for the token. */
record Call(
        Object key, String value, Cause cause, int parts, int attempt, Optional<String> lastError, Instant firstAt) {

    static Call of(String value, HandOver<?> handOver) {
        return new Call(
                handOver.key(),
                value,
                handOver.cause(),
                handOver.parts(),
                handOver.attempt(),
                handOver.lastError(),
                handOver.firstAt());
    }

    /** The first attempt to hand over {@code "k:a+b"}, a join of two parts that began with the scenario. */
    static Call of(String join, Cause cause) {
        Message joined = Message.of(join);
        return new Call(
                joined.key(),
                joined.text(),
                cause,
                Message.parts(joined.text()),
                1,
                Optional.empty(),
                Scenarios.START.truncatedTo(ChronoUnit.MILLIS));
    }

    /** A later attempt, after a handler threw {@link Broken} at the one before. */
    Call attempt(int later) {
        return attempt(later, new Broken(value, later - 1).toString());
    }

    Call attempt(int later, String lastError) {
        return new Call(key, value, cause, parts, later, Optional.of(lastError), firstAt);
    }

    /** A later attempt, after a node died in the one before and left no word. */
    Call attemptAfterCrash(int later) {
        return new Call(key, value, cause, parts, later, Optional.empty(), firstAt);
    }

    /** The last word on the join: {@code onPoisoned} is told of the attempt that was the last, and what it threw. */
    Call poisonedAfter(int attempts) {
        return attempt(attempts, new Broken(value, attempts).toString());
    }

    Call begun(Duration later) {
        return new Call(key, value, cause, parts, attempt, lastError, firstAt.plus(later));
    }
}
