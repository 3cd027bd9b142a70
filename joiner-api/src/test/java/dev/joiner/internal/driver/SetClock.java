package dev.joiner.internal.driver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test sets. */
final class SetClock implements InstantSource {
    private final AtomicLong now = new AtomicLong(1_000_000);

    void set(long millis) {
        now.set(millis);
    }

    /** Moves the clock on, or back. */
    void pass(Duration duration) {
        now.addAndGet(duration.toMillis());
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public long millis() {
        return now.get();
    }
}
