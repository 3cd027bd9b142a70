package dev.joiner;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;

/** A listener that may throw. */
final class Events {
    private static final Logger LOG = System.getLogger(JoinListener.class.getName());

    private final JoinListener listener;

    Events(JoinListener listener) {
        this.listener = listener;
    }

    void merged(Object key, int parts, long firstAt, Instant now) {
        guarded(() -> listener.merged(key, parts, age(Instant.ofEpochMilli(firstAt), now)));
    }

    void joined(HandOver handOver, Instant began, Instant now) {
        guarded(() -> listener.joined(handOver, age(handOver.firstAt(), now), Duration.between(began, now)));
    }

    void expired(HandOver handOver, Instant began, Instant now) {
        guarded(() -> listener.expired(handOver, age(handOver.firstAt(), now), Duration.between(began, now)));
    }

    void failed(HandOver handOver, Instant began, Instant now, Throwable error, boolean poisoned) {
        guarded(() ->
                listener.failed(handOver, age(handOver.firstAt(), now), Duration.between(began, now), error, poisoned));
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
