package dev.joiner.examples.cli;

import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sweeps on an interval, on a thread of its own, and says what could not be done.
 *
 * <p>{@link dev.joiner.Sweeper} does the same and logs it; this one is for a program that people watch.
 */
final class Sweeps implements AutoCloseable {
    private final Joiner<?, ?> joiner;
    private final Messages messages;
    private final Consumer<? super Throwable> onFailure;
    private final ScheduledExecutorService scheduler;
    private final ScheduledFuture<?> schedule;
    /** Problems that come back with every sweep are told once. */
    private final Set<String> told = new HashSet<>();

    /**
     * Begins to sweep.
     *
     * @param onFailure is told of what is no failure of the store, and not mended by the next sweep
     */
    Sweeps(Joiner<?, ?> joiner, Duration interval, Messages messages, Consumer<? super Throwable> onFailure) {
        this.joiner = joiner;
        this.messages = messages;
        this.onFailure = onFailure;
        scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sweeps");
            thread.setDaemon(true);
            return thread;
        });
        long nanos = interval.toNanos();
        schedule = scheduler.scheduleWithFixedDelay(this::sweepOrSay, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private void sweepOrSay() {
        try {
            sweep();
        } catch (JoinerException e) {
            sayOnce("sweep: " + e.getMessage() + "; the next one goes on");
        } catch (Throwable e) { // the scheduler would keep it to itself
            onFailure.accept(e);
        }
    }

    /** Sweeps once, after the sweep that is under way. */
    synchronized void sweep() {
        SweepReport report = joiner.sweep();
        for (SweepReport.Failure failure : report.failures()) {
            // What a receiver threw is an output that failed, and ends the program with a message of its own.
            if (!(failure.cause() instanceof ProcessingException)) {
                sayOnce("sweep: " + failure.cause().getMessage());
            }
        }
    }

    private synchronized void sayOnce(String problem) {
        if (told.size() < 1000 && told.add(problem)) {
            messages.say(problem);
        }
    }

    /** Ends the interval, and waits for the sweep that is under way. */
    @Override
    public void close() {
        schedule.cancel(false); // no interrupt: some databases' drivers answer one by closing their files
        scheduler.shutdown();
        try {
            if (!scheduler.awaitTermination(1, TimeUnit.MINUTES)) {
                messages.say("sweep: has not come to an end for a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
