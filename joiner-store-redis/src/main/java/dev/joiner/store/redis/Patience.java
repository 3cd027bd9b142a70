package dev.joiner.store.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** How long one call waits for slots that are moving to another node: about two seconds, in growing steps. */
final class Patience {
    private static final int PAUSES = 20;
    private static final int LONGEST_MILLIS = 128;

    private int pauses;

    /** Waits a little; returns false if the call has waited long enough. */
    boolean pause() {
        if (pauses == PAUSES) {
            return false;
        }
        long nanos = TimeUnit.MILLISECONDS.toNanos(Math.min(LONGEST_MILLIS, 1 << pauses));
        pauses++;
        long pause = ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1);
        // Whose thread is interrupted waits all the same: it would lose its patience at once.
        new CompletableFuture<Boolean>()
                .completeOnTimeout(true, pause, TimeUnit.NANOSECONDS)
                .join();
        return true;
    }
}
