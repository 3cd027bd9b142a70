package dev.joiner.store.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The calls that are under way in one joiner, and the end of it: from when on none may begin, and when all have ended. */
final class Calls {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int underWay;
    private volatile boolean closing;

    /** @throws IllegalStateException if the joiner is closed */
    <T> T run(Supplier<T> call) {
        lock.lock();
        try {
            if (closing) {
                throw new IllegalStateException("the joiner is closed");
            }
            underWay++;
        } finally {
            lock.unlock();
        }
        try {
            return call.get();
        } finally {
            end();
        }
    }

    private void end() {
        lock.lock();
        try {
            underWay--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean areClosing() {
        return closing;
    }

    /** No call begins any more. Whether this was the first to say so. */
    boolean close() {
        lock.lock();
        try {
            boolean isFirst = !closing;
            closing = true;
            return isFirst;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until those that are under way have ended, or the time is up, or the thread is interrupted meanwhile. */
    void await(Duration within) {
        boolean isInterrupted = Thread.interrupted();
        lock.lock();
        try {
            long left = TimeUnit.NANOSECONDS.convert(within);
            while (underWay > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
        } finally {
            lock.unlock();
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
