package dev.joiner.store.redis;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long one call waits for slots that are on their way to another node: two seconds or so, in growing steps. */
final class Patience {
    private static final int PAUSES = 20;
    private static final int LONGEST_MILLIS = 128;

    private int pauses;

    /** Waits a little; false if it has waited enough. */
    boolean pause() {
        if (pauses == PAUSES) {
            return false;
        }
        long nanos = TimeUnit.MILLISECONDS.toNanos(Math.min(LONGEST_MILLIS, 1 << pauses));
        pauses++;
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1));
        return true;
    }
}
