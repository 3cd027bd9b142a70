package dev.joiner.store.tck;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is set. Thread-safe. */
public final class HandSetClock implements InstantSource {
    private final AtomicReference<Instant> now;

    public HandSetClock(Instant now) {
        this.now = new AtomicReference<>(now);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /** Sets the clock, forward or back. */
    public void set(Instant instant) {
        now.set(instant);
    }

    /** Sets the clock ahead. */
    public void advance(Duration duration) {
        now.updateAndGet(instant -> instant.plus(duration));
    }
}
