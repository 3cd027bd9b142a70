package dev.joiner.benchmarks.measure;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Shows what it was set to. */
final class HandSetClock implements InstantSource {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private volatile Instant now = START;

    void set(Duration afterStart) {
        now = START.plus(afterStart);
    }

    @Override
    public Instant instant() {
        return now;
    }
}
