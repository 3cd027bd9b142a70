package dev.joiner.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that shows the latest time of the lines that were read. Thread-safe. */
final class EventClock implements InstantSource {
    private volatile Instant now = Instant.EPOCH;

    /** Whether the clock goes on by it: it never goes back. */
    boolean isBefore(Instant time) {
        return now.isBefore(time);
    }

    boolean isLaterThan(Instant time, Duration by) {
        return Duration.between(time, now).compareTo(by) > 0;
    }

    void goOnTo(Instant time) {
        if (isBefore(time)) {
            now = time;
        }
    }

    @Override
    public Instant instant() {
        return now;
    }
}
