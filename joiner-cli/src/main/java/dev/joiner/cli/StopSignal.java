package dev.joiner.cli;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The wish that a running command comes to an end. Thread-safe. */
final class StopSignal {
    private boolean wanted;
    private @Nullable Stoppable running;

    /** A command that has something to finish. */
    interface Stoppable {

        /** Takes nothing new. */
        void finish();

        /** Gives back what has not begun, since finishing takes too long. */
        void giveBack();
    }

    /** From now on, the wish is for this command; at once, if it is there already. */
    synchronized void listen(Stoppable command) {
        running = command;
        if (wanted) {
            command.finish();
        }
    }

    /** Asks the command to end. False if it does not listen: it is not one that has something to finish. */
    synchronized boolean request() {
        wanted = true;
        notifyAll();
        if (running == null) {
            return false;
        }
        running.finish();
        return true;
    }

    /** Ends a command that was asked to end, and has not come to it. */
    void insist() {
        Stoppable command;
        synchronized (this) {
            command = running;
        }
        if (command != null) {
            command.giveBack();
        }
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
