package dev.joiner.store.jdbc;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Threads that nobody knows, so that nobody interrupts them in the middle of their work. Whoever is interrupted while it waits for
 * them waits on, and is still interrupted afterwards.
 */
final class UninterruptedThreads {
    private static final int KEPT_SECONDS = 10;

    private final ExecutorService threads;

    UninterruptedThreads(String name) {
        AtomicInteger number = new AtomicInteger();
        // As many as there are callers that wait. Idle ones end, so that there is nothing to close.
        threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, KEPT_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    <T> T run(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, threads).join();
        } catch (CompletionException e) {
            throw unchecked(Objects.requireNonNull(e.getCause()));
        }
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown; // work throws no other
    }
}
