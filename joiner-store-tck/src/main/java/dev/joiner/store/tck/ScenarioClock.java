package dev.joiner.store.tck;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until it is set. Thread-safe. */
final class ScenarioClock implements InstantSource {
    private volatile Instant now;

    ScenarioClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant instant() {
        return now;
    }

    synchronized void advance(Duration duration) {
        now = now.plus(duration);
    }
}
