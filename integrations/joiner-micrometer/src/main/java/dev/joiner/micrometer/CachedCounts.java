package dev.joiner.micrometer;

import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin.Counts;
import io.micrometer.core.instrument.Clock;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What a joiner counted last, counted again when it is read after an interval. Thread-safe. */
final class CachedCounts {
    private static final Logger LOG = System.getLogger(PendingMetrics.class.getName());
    private static final int TIMES_THE_LAST = 2;

    private final String join;
    private final KeyedJoiner<?, ?, ?, ?> joiner;
    private final long intervalNanos;
    private final Executor executor;
    private final Clock clock;
    private final AtomicBoolean isCounting = new AtomicBoolean();
    private volatile long begunNanos;
    private volatile Count last;

    /** @param counts null if nothing has been counted yet, or that failed */
    private record Count(@Nullable Counts counts, long dueNanos, long tookNanos) {}

    CachedCounts(String join, KeyedJoiner<?, ?, ?, ?> joiner, Duration interval, Executor executor, Clock clock) {
        this.join = join;
        this.joiner = joiner;
        this.executor = executor;
        this.clock = clock;
        intervalNanos = TimeUnit.NANOSECONDS.convert(interval);
        last = new Count(null, clock.monotonicTime(), 0);
    }

    /** Returns the last count, and has it taken anew if it is old. Null if that is not there when it should be. */
    @Nullable
    Counts latest() {
        if (clock.monotonicTime() - last.dueNanos >= 0 && isCounting.compareAndSet(false, true)) {
            begunNanos = clock.monotonicTime();
            try {
                executor.execute(this::count);
            } catch (RejectedExecutionException e) { // the executor is being shut down
                isCounting.set(false);
            }
        }
        return isOverdue() ? null : last.counts;
    }

    /** Whether a count takes so long that the store may hang. What was counted before it says nothing about the store any more. */
    private boolean isOverdue() {
        return isCounting.get()
                && clock.monotonicTime() - begunNanos > Math.max(intervalNanos, TIMES_THE_LAST * last.tookNanos);
    }

    private void count() {
        Counts counts = null;
        try {
            counts = joiner.isClosed() ? null : joiner.counts();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, join + ": pending joins could not be counted for metrics: " + e);
        } finally {
            long now = clock.monotonicTime();
            last = new Count(counts, now + intervalNanos, now - begunNanos);
            isCounting.set(false);
        }
    }
}
