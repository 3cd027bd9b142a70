package dev.joiner.examples.cli;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The wish that a running command comes to an end, and what it does then. Thread-safe. */
final class StopSignal {
    private boolean wanted;
    private @Nullable Runnable stop;

    /** From now on, the wish runs this; at once, if it is there already. */
    synchronized void listen(Runnable stop) {
        this.stop = stop;
        if (wanted) {
            stop.run();
        }
    }

    /** Asks the command to end. False if it does not listen: it is not one that has something to finish. */
    synchronized boolean request() {
        wanted = true;
        notifyAll();
        if (stop == null) {
            return false;
        }
        stop.run();
        return true;
    }

    /** Waits for the wish, for so long at most. */
    synchronized void await(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos(); left > 0 && !wanted; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    synchronized boolean isWanted() {
        return wanted;
    }
}
