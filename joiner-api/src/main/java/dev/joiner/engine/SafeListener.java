package dev.joiner.engine;

import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a spec's listener, which may throw, or may not be there: then no clock is read either.
 *
 * <p>Thread-safe. For drivers of {@link Transition}.
 */
public final class SafeListener {
    private static final Logger LOG = System.getLogger(JoinListener.class.getName());

    private final String join;
    private final @Nullable JoinListener listener;
    private final InstantSource clock;

    public SafeListener(SpecFunctions<?, ?, ?, ?> functions, InstantSource clock) {
        join = functions.name();
        listener = functions.listener().orElse(null);
        this.clock = clock;
    }

    /** Whether anybody listens. */
    public boolean isHeard() {
        return listener != null;
    }

    /**
     * Tells that a message was merged into a join that still waits.
     *
     * @param firstAt in epoch milliseconds
     */
    public void merged(Object key, int parts, long firstAt) {
        if (listener != null) {
            tell(to -> to.merged(join, key, parts, since(Instant.ofEpochMilli(firstAt), clock.instant())));
        }
    }

    public void late(Object key) {
        tell(to -> to.late(join, key));
    }

    public void duplicate(Object key) {
        tell(to -> to.duplicate(join, key));
    }

    public void unchanged(Object key) {
        tell(to -> to.unchanged(join, key));
    }

    public void conflict(Object key, int tries) {
        tell(to -> to.conflict(join, key, tries));
    }

    /**
     * Tells that a join was parked.
     *
     * @param firstAt in epoch milliseconds
     */
    public void parked(Object key, int attempts, long firstAt) {
        tell(to -> to.parked(join, key, attempts, since(Instant.ofEpochMilli(firstAt), clock.instant())));
    }

    /** When a handler begins, for the events that tell how long it took. */
    Instant began() {
        return listener == null ? Instant.EPOCH : clock.instant();
    }

    void joined(HandOver<?> handOver, Instant began) {
        ended(handOver, began, JoinListener::joined);
    }

    void expired(HandOver<?> handOver, Instant began) {
        ended(handOver, began, JoinListener::expired);
    }

    void poisoned(HandOver<?> handOver, Instant began) {
        ended(handOver, began, JoinListener::poisoned);
    }

    void failed(HandOver<?> handOver, Instant began, Throwable error, boolean last) {
        ended(handOver, began, (to, over, age, took) -> to.failed(over, age, took, error, last));
    }

    private interface HandOverEvent {
        void tell(JoinListener listener, HandOver<?> handOver, Duration age, Duration took);
    }

    private void ended(HandOver<?> handOver, Instant began, HandOverEvent event) {
        if (listener != null) {
            tell(to -> {
                Instant now = clock.instant();
                event.tell(to, handOver, since(handOver.firstAt(), now), since(began, now));
            });
        }
    }

    /** Clocks of several nodes differ, and may be set back: nothing is younger than nothing. */
    private static Duration since(Instant then, Instant now) {
        return now.isAfter(then) ? Duration.between(then, now) : Duration.ZERO;
    }

    private void tell(Consumer<JoinListener> event) {
        if (listener == null) {
            return;
        }
        try {
            event.accept(listener);
        } catch (Throwable e) { // not even an error may come between a hand-over and its last write
            log(e);
        }
    }

    private void log(Throwable thrown) {
        String text = join + ": a JoinListener threw";
        try {
            LOG.log(Level.WARNING, text, thrown);
        } catch (Throwable e) { // of an exception that cannot be printed
            logWithoutTrace(text + " " + thrown.getClass().getName());
        }
    }

    private static void logWithoutTrace(String text) {
        try {
            LOG.log(Level.WARNING, text);
        } catch (Throwable e) {
            // The log itself throws: there is nobody left to tell.
        }
    }
}
