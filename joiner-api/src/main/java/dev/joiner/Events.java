package dev.joiner;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiConsumer;

/** A listener that may throw. Without one, no clock is read to say how long something took. */
final class Events {
    /** The listener of a spec that has none. */
    static final JoinListener NOBODY = new JoinListener() {};

    private static final Logger LOG = System.getLogger(JoinListener.class.getName());

    private final JoinListener listener;
    private final InstantSource clock;
    private final boolean heard;

    Events(JoinListener listener, InstantSource clock) {
        this.listener = listener;
        this.clock = clock;
        heard = listener != NOBODY;
    }

    void merged(Object key, int parts, long firstAt) {
        if (heard) {
            Instant now = clock.instant();
            guarded(() -> listener.merged(key, parts, age(Instant.ofEpochMilli(firstAt), now)));
        }
    }

    /** When a hand-over begins, for {@link #joined}, {@link #expired} and {@link #failed}. */
    Instant began() {
        return heard ? clock.instant() : Instant.EPOCH;
    }

    void joined(HandOver handOver, Instant began) {
        ended(handOver, began, (age, took) -> listener.joined(handOver, age, took));
    }

    void expired(HandOver handOver, Instant began) {
        ended(handOver, began, (age, took) -> listener.expired(handOver, age, took));
    }

    void failed(HandOver handOver, Instant began, Throwable error, boolean poisoned) {
        ended(handOver, began, (age, took) -> listener.failed(handOver, age, took, error, poisoned));
    }

    private void ended(HandOver handOver, Instant began, BiConsumer<Duration, Duration> event) {
        if (heard) {
            Instant now = clock.instant();
            guarded(() -> event.accept(age(handOver.firstAt(), now), Duration.between(began, now)));
        }
    }

    void late(Object key) {
        guarded(() -> listener.late(key));
    }

    void duplicate(Object key) {
        guarded(() -> listener.duplicate(key));
    }

    void conflict(Object key, int tries) {
        guarded(() -> listener.conflict(key, tries));
    }

    /** Clocks of several nodes differ, and a join is not younger than nothing. */
    private static Duration age(Instant firstAt, Instant now) {
        return now.isAfter(firstAt) ? Duration.between(firstAt, now) : Duration.ZERO;
    }

    private static void guarded(Runnable event) {
        try {
            event.run();
        } catch (Throwable e) { // not even an error may come between a hand-over and its last write
            LOG.log(Level.WARNING, "a JoinListener threw", e);
        }
    }
}
