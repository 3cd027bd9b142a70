package dev.joiner;

import dev.joiner.internal.SafeText;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@link Joiner#sweep()} on an interval, until it is closed.
 *
 * <p>A sweep that throws is logged, and the next one comes all the same. A sweep that reports failures is logged in one line; the
 * report goes to {@link Builder#onReport} and {@link #lastRun()}. Close the sweeper before the joiner; a sweeper whose joiner
 * {@linkplain Joiner#isClosed() is closed} stops by itself.
 *
 * <pre>{@code
 * Sweeper sweeper = Sweeper.builder(joiner)
 *         .interval(Duration.ofMillis(200))
 *         .threads(2)
 *         .onReport(reports::add)
 *         .start();
 * }</pre>
 */
public final class Sweeper implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Sweeper.class.getName());

    private final Joiner<?, ?> joiner;
    private final @Nullable Consumer<? super SweepReport> onReport;
    private final @Nullable Consumer<? super Throwable> onFailure;
    private final @Nullable Consumer<? super Run> onRun;
    private final @Nullable ScheduledExecutorService own;
    private final List<ScheduledFuture<?>> schedules = new ArrayList<>();
    private final ThreadLocal<Boolean> isSweeping = ThreadLocal.withInitial(() -> false);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int running;
    private volatile boolean closed;
    private volatile @Nullable Run lastRun;

    private Sweeper(Builder builder, ScheduledExecutorService scheduler, @Nullable ScheduledExecutorService own) {
        joiner = builder.joiner;
        onReport = builder.onReport;
        onFailure = builder.onFailure;
        onRun = builder.onRun;
        this.own = own;
        long nanos = TimeUnit.NANOSECONDS.convert(builder.interval);
        lock.lock(); // the first sweep may find the joiner closed, and cancel all
        try {
            for (int i = 0; i < builder.threads; i++) {
                schedules.add(scheduler.scheduleWithFixedDelay(this::sweep, nanos, nanos, TimeUnit.NANOSECONDS));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * One sweep that has ended.
     *
     * @param report what it did, if only until the store failed; empty if something else made it fail
     * @param failure what it threw; empty if it did not fail
     */
    public record Run(Instant startedAt, Duration took, Optional<SweepReport> report, Optional<Throwable> failure) {}

    /**
     * Starts sweeping on a daemon thread.
     *
     * @param interval from the end of one sweep to the beginning of the next, and before the first; positive
     */
    public static Sweeper start(Joiner<?, ?> joiner, Duration interval) {
        return builder(joiner).interval(interval).start();
    }

    /** Begins a sweeper with options. */
    public static Builder builder(Joiner<?, ?> joiner) {
        return new Builder(joiner);
    }

    /** The options of a sweeper. Defaults: one daemon thread of its own, an interval of 1 second. */
    public static final class Builder {
        /** The largest number of threads. */
        public static final int MOST_THREADS = 256;

        private final Joiner<?, ?> joiner;
        private Duration interval = Duration.ofSeconds(1);
        private int threads = 1;
        private @Nullable ScheduledExecutorService scheduler;
        private @Nullable Consumer<? super SweepReport> onReport;
        private @Nullable Consumer<? super Throwable> onFailure;
        private @Nullable Consumer<? super Run> onRun;

        private Builder(Joiner<?, ?> joiner) {
            this.joiner = Objects.requireNonNull(joiner, "joiner");
        }

        /**
         * Sets the time from the end of one sweep to the beginning of the next, and before the first.
         *
         * @param interval positive
         */
        public Builder interval(Duration interval) {
            Objects.requireNonNull(interval, "interval");
            if (interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("interval is " + interval + ", must be positive");
            }
            this.interval = interval;
            return this;
        }

        /**
         * Sets how many threads sweep. Several hand over at the same time, so that slow handlers hold up less.
         *
         * @param threads from 1 to 256
         */
        public Builder threads(int threads) {
            if (threads < 1 || threads > MOST_THREADS) {
                throw new IllegalArgumentException("threads is " + threads + ", must be from 1 to " + MOST_THREADS);
            }
            this.threads = threads;
            return this;
        }

        /** Sweeps on a scheduler of the caller's, which stays the caller's to shut down. It should have as many threads. */
        public Builder scheduler(ScheduledExecutorService scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * Sets a receiver of the reports of all sweeps. Of a sweep in which the store failed, it is what was done before. What the
         * receiver throws is logged.
         */
        public Builder onReport(Consumer<? super SweepReport> receiver) {
            onReport = Objects.requireNonNull(receiver, "onReport");
            return this;
        }

        /** Sets a receiver of what sweeps throw that fail, as when the store is away. What it throws itself is logged. */
        public Builder onFailure(Consumer<? super Throwable> receiver) {
            onFailure = Objects.requireNonNull(receiver, "onFailure");
            return this;
        }

        /**
         * Sets a receiver of all sweeps, with how long they took and what came of them: for metrics. It is not told of those that
         * a close has ended. What it throws is logged.
         */
        public Builder onRun(Consumer<? super Run> receiver) {
            onRun = Objects.requireNonNull(receiver, "onRun");
            return this;
        }

        /** Starts sweeping. */
        public Sweeper start() {
            if (scheduler != null) {
                return new Sweeper(this, scheduler, null);
            }
            AtomicInteger number = new AtomicInteger();
            ScheduledExecutorService own = Executors.newScheduledThreadPool(threads, task -> {
                Thread thread = new Thread(task, "joiner-sweeper-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
            return new Sweeper(this, own, own);
        }
    }

    /** Returns the sweep that ended last; empty before the first has. */
    public Optional<Run> lastRun() {
        return Optional.ofNullable(lastRun);
    }

    private void sweep() {
        if (!entered()) {
            return;
        }
        isSweeping.set(true);
        Instant startedAt = InstantSource.system().instant();
        long began = System.nanoTime();
        SweepReport report = null;
        Throwable failure = null;
        try {
            report = joiner.sweep(() -> !closed);
            tell(report);
        } catch (Throwable e) { // whatever it is, a scheduler that saw it would never sweep again
            failure = e;
            if (e instanceof SweepException brokenOff) {
                report = brokenOff.report();
                tell(report);
            }
            if (joiner.isClosed()) {
                stop();
            } else if (!closed) {
                log(Level.ERROR, "a sweep failed, the next one goes on: " + SafeText.of(e));
                tell("onFailure", onFailure, e);
            }
        } finally {
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            Run run = new Run(startedAt, took, Optional.ofNullable(report), Optional.ofNullable(failure));
            lastRun = run;
            if (!closed) {
                tell("onRun", onRun, run);
            }
            isSweeping.remove();
            left();
        }
    }

    private void tell(SweepReport report) {
        if (report.failed() > 0) {
            String first = report.failures().isEmpty()
                    ? ""
                    : ", the first: "
                            + SafeText.messageOf(report.failures().get(0).cause());
            log(Level.WARNING, "a sweep could not deal with " + report.failed() + " of the keys that are due" + first);
        }
        tell("onReport", onReport, report);
    }

    private <T> void tell(String name, @Nullable Consumer<? super T> receiver, T what) {
        if (receiver != null) {
            try {
                receiver.accept(what);
            } catch (Throwable e) { // as above
                log(Level.WARNING, name + " threw " + SafeText.of(e));
            }
        }
    }

    private void log(Level level, String text) {
        LOG.log(level, SafeText.of(joiner) + ": " + text);
    }

    private boolean entered() {
        lock.lock();
        try {
            running += closed ? 0 : 1;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void left() {
        lock.lock();
        try {
            running--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No sweep begins any more. */
    private void stop() {
        lock.lock();
        try {
            closed = true;
            schedules.forEach(schedule -> schedule.cancel(false));
        } finally {
            lock.unlock();
        }
        if (own != null) {
            own.shutdown();
        }
    }

    /** Stops as {@link #close(Duration)} does, and waits for at most {@link Joiner#CLOSE_WITHIN}. */
    @Override
    public void close() {
        close(Joiner.CLOSE_WITHIN);
    }

    /**
     * Stops sweeping. No handler begins any more; what is claimed and not begun is given back, due at once for others. Waits for
     * handlers that run, unless called by one.
     *
     * @param within the longest time to wait; not negative
     */
    public void close(Duration within) {
        Objects.requireNonNull(within, "within");
        if (within.isNegative()) {
            throw new IllegalArgumentException("within is " + within + ", must not be negative");
        }
        boolean isInterrupted = Thread.interrupted();
        stop();
        lock.lock();
        try {
            long left = isSweeping.get() ? 0 : TimeUnit.NANOSECONDS.convert(within);
            while (running > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
        } finally {
            lock.unlock();
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
