package dev.joiner;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@link Joiner#sweep()} on an interval, until it is closed.
 *
 * <p>A sweep that throws is logged, and the next one comes all the same; so are the failures that a sweep reports.
 * Close it before the joiner.
 */
public final class Sweeper implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Sweeper.class.getName());

    private final Joiner<?, ?> joiner;
    private final ReentrantLock sweeping = new ReentrantLock();
    private final ScheduledFuture<?> schedule;
    private final @Nullable ScheduledExecutorService own;
    private volatile boolean closed;

    private Sweeper(
            Joiner<?, ?> joiner,
            Duration interval,
            ScheduledExecutorService scheduler,
            @Nullable ScheduledExecutorService own) {
        this.joiner = joiner;
        this.own = own;
        long nanos = interval.toNanos();
        schedule = scheduler.scheduleWithFixedDelay(this::sweep, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Sweeps on a daemon thread of its own.
     *
     * @param interval from the end of one sweep to the beginning of the next, and before the first; positive
     */
    public static Sweeper start(Joiner<?, ?> joiner, Duration interval) {
        checked(interval);
        ScheduledExecutorService own = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "joiner-sweeper");
            thread.setDaemon(true);
            return thread;
        });
        return new Sweeper(joiner, interval, own, own);
    }

    /**
     * Sweeps on a scheduler of the caller's, which stays the caller's to shut down.
     *
     * @param interval as in {@link #start(Joiner, Duration)}
     */
    public static Sweeper start(Joiner<?, ?> joiner, Duration interval, ScheduledExecutorService scheduler) {
        return new Sweeper(joiner, checked(interval), scheduler, null);
    }

    private static Duration checked(Duration interval) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("interval is " + interval + ", must be positive");
        }
        return interval;
    }

    private void sweep() {
        sweeping.lock();
        try {
            if (closed) {
                return;
            }
            SweepReport report = joiner.sweep();
            for (SweepReport.Failure failure : report.failures()) {
                LOG.log(Level.WARNING, "sweep: " + failure.cause().getMessage(), failure.cause());
            }
        } catch (Throwable e) { // whatever it is, a scheduler that saw it would never sweep again
            LOG.log(Level.ERROR, "sweep failed, the next one goes on", e);
        } finally {
            sweeping.unlock();
        }
    }

    /** Stops sweeping. Waits for a sweep that is under way, unless called from within it. */
    @Override
    public void close() {
        closed = true;
        schedule.cancel(false);
        sweeping.lock();
        try {
            if (own != null) {
                own.shutdown();
            }
        } finally {
            sweeping.unlock();
        }
    }
}
