package dev.joiner.campaign;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Interrupts threads at random moments of their calls, and knows whether a call left the flag as it was. */
final class Interrupter {
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final List<Target> targets = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Target> target = ThreadLocal.withInitial(this::newTarget);

    private static final class Target {
        private final Thread thread = Thread.currentThread();
        private boolean mayBeInterrupted;
        private boolean wasInterrupted;

        synchronized void interruptInCall() {
            if (mayBeInterrupted) {
                wasInterrupted = true;
                thread.interrupt();
            }
        }

        /** Every other call is left alone, so that work is done even where calls take long. */
        synchronized void enter() {
            mayBeInterrupted = ThreadLocalRandom.current().nextBoolean();
        }

        synchronized boolean leave() {
            boolean isFlagLost = wasInterrupted && !Thread.interrupted();
            mayBeInterrupted = false;
            wasInterrupted = false;
            return isFlagLost;
        }
    }

    private Target newTarget() {
        Target added = new Target();
        targets.add(added);
        return added;
    }

    void start() {
        Thread thread = new Thread(this::interruptForEver, "interrupter");
        thread.setDaemon(true);
        thread.start();
    }

    private void interruptForEver() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (true) {
            LockSupport.parkNanos(random.nextLong(LONGEST_PAUSE_NANOS));
            if (!targets.isEmpty()) {
                targets.get(random.nextInt(targets.size())).interruptInCall();
            }
        }
    }

    /** A call begins on this thread. */
    void enter() {
        target.get().enter();
    }

    /** It has ended. Whether the thread was interrupted meanwhile and does not know any more; it is not interrupted now. */
    boolean leave() {
        return target.get().leave();
    }
}
