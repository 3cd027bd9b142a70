package dev.joiner.internal.driver;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The calls that are under way in one joiner, and the end of it: from when on none may begin, and when all have ended. */
final class Calls {
    private static final int STRIPES = 16;
    /** So that threads do not write to one cache line: a number takes 8 bytes, a line 64, and the processor fetches two. */
    private static final int SPACING = 16;

    private final AtomicLongArray underWay = new AtomicLongArray(STRIPES * SPACING);
    private volatile boolean closing;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    /** Claims of calls that hold several, which have to be given back if the handler of one does not end in time. */
    private final Set<Claims<?, ?, ?>> claims = ConcurrentHashMap.newKeySet();

    /** @throws IllegalStateException if the joiner is closed */
    void begin() {
        underWay.getAndIncrement(stripe());
        if (closing) {
            end();
            throw new IllegalStateException("the joiner is closed");
        }
    }

    void end() {
        underWay.getAndDecrement(stripe());
        if (closing) {
            lock.lock();
            try {
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private static int stripe() {
        return (int) (Thread.currentThread().getId() & (STRIPES - 1)) * SPACING;
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

    /** Waits for the calls under way to end, unless this is one of them. What is not begun by then is given back. */
    void await(Duration within) {
        boolean isInterrupted = Thread.interrupted();
        lock.lock();
        try {
            long left = isCalledByCall() ? 0 : TimeUnit.NANOSECONDS.convert(within);
            while (areUnderWay() && left > 0) {
                try {
                    left = ended.awaitNanos(left);
                } catch (InterruptedException e) {
                    isInterrupted = true;
                    break;
                }
            }
        } finally {
            lock.unlock();
        }
        claims.forEach(Claims::giveBack);
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean areUnderWay() {
        long sum = 0;
        for (int i = 0; i < STRIPES; i++) {
            sum += underWay.get(i * SPACING);
        }
        return sum > 0;
    }

    /** Whether this thread is in a handler or a listener, and so in a call that cannot end before this one does. */
    private static boolean isCalledByCall() {
        String joiner = StoreJoiner.class.getName();
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(joiner)
                        && !frame.getMethodName().equals("close")));
    }

    /** A call holds several claims. */
    void hold(Claims<?, ?, ?> several) {
        claims.add(several);
    }

    void letGo(Claims<?, ?, ?> several) {
        claims.remove(several);
    }
}
