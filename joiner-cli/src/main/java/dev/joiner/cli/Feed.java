package dev.joiner.cli;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Batches on their way from the thread that reads to the thread that joins; a few of them, so that memory is bounded.
 *
 * <p>Thread-safe. Stopping needs no interrupt, which some databases' drivers answer by closing their files.
 */
final class Feed {
    private static final int CAPACITY = 2;

    private final Queue<Batch> batches = new ArrayDeque<>(CAPACITY);
    private boolean ended;
    private boolean complete;
    private @Nullable Throwable failure;

    /** Waits for room. False if nobody wants the batch any more. */
    synchronized boolean put(Batch batch) throws InterruptedException {
        while (!ended && batches.size() == CAPACITY) {
            wait();
        }
        if (!ended) {
            batches.add(batch);
            notifyAll();
        }
        return !ended;
    }

    /** Waits for a batch. Null after the last one. */
    synchronized @Nullable Batch take() throws InterruptedException {
        while (!ended && batches.isEmpty()) {
            wait();
        }
        Batch batch = batches.poll();
        notifyAll();
        return batch;
    }

    /** No more batches after those that are there: they are all that the input has. */
    synchronized void complete() {
        complete = !ended;
        end();
    }

    /** Whether all of the input was put. */
    synchronized boolean isComplete() {
        return complete;
    }

    /** No more batches after those that are there. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** No more batches after those that are there, as reading failed. */
    synchronized void fail(Throwable cause) {
        failure = cause;
        end();
    }

    /** Why reading failed, if it did. */
    synchronized Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }
}
