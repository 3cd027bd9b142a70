package dev.joiner.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/** A clock that stands still until it is set. Thread-safe. */
public final class HandSetClock implements InstantSource {
    private volatile Instant now;

    /** Creates a clock that shows this time. */
    public HandSetClock(Instant now) {
        this.now = Objects.requireNonNull(now, "now");
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Sets the clock, forward or back. */
    public synchronized void set(Instant instant) {
        now = Objects.requireNonNull(instant, "instant");
    }

    /** Sets the clock ahead. */
    public synchronized void advance(Duration duration) {
        now = now.plus(duration);
    }
}
