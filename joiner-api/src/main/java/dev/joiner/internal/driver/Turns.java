package dev.joiner.internal.driver;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The order in which this process goes to a remote store with messages of one key, so that its threads do not lose
 * exchanges to each other.
 *
 * <p>Advice, not a lock: whoever has waited long enough goes without its turn, and the store's exchange decides as ever.
 * So a merge that takes long, or waits for something, holds nobody up for long.
 */
final class Turns {
    private static final int STRIPES = 256;
    private static final Duration LONGEST_WAIT = Duration.ofMillis(50);

    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];
    private final long longestWaitNanos;

    Turns() {
        this(LONGEST_WAIT);
    }

    Turns(Duration longestWait) {
        longestWaitNanos = longestWait.toNanos();
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    /** Runs work when it is the key's turn, or when it has waited long enough. */
    <T> T take(Object key, Supplier<T> work) {
        ReentrantLock stripe = stripe(key);
        boolean mine = false;
        try {
            mine = stripe.tryLock(longestWaitNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller's business; the work goes on
        }
        try {
            return work.get();
        } finally {
            if (mine) {
                stripe.unlock();
            }
        }
    }

    private ReentrantLock stripe(Object key) {
        int hash = key.hashCode();
        return stripes[(hash ^ (hash >>> 16)) & (STRIPES - 1)];
    }
}
