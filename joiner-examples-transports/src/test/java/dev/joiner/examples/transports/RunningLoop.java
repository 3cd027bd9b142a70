package dev.joiner.examples.transports;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A loop on a thread of its own. */
final class RunningLoop implements AutoCloseable {

    interface Loop {
        void run() throws Exception;
    }

    private final Runnable stop;
    private final FutureTask<Void> task;

    private RunningLoop(Loop loop, Runnable stop) {
        this.stop = stop;
        task = new FutureTask<>(() -> {
            loop.run();
            return null;
        });
    }

    static RunningLoop start(Loop loop, Runnable stop) {
        RunningLoop running = new RunningLoop(loop, stop);
        new Thread(running.task, "loop").start();
        return running;
    }

    /** Waits for the loop to fail. */
    Throwable failure() {
        Throwable failure = awaitEnd();
        if (failure == null) {
            throw new AssertionError("The loop ended without an exception");
        }
        return failure;
    }

    /** Stops the loop, and tells if it has failed. */
    @Override
    public void close() {
        stop.run();
        Throwable failure = awaitEnd();
        if (failure != null) {
            throw new AssertionError("The loop failed", failure);
        }
    }

    /** Returns what the loop has failed with. */
    private @Nullable Throwable awaitEnd() {
        try {
            task.get(SharedJoins.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("The loop does not end", e);
        }
    }
}
