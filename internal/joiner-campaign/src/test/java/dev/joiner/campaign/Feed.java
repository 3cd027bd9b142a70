package dev.joiner.campaign;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * The transport: messages wait until somebody takes them, and wait again if whoever took them did not acknowledge. Feeds
 * no further than it is let. Thread-safe.
 */
final class Feed {
    private final Deque<Part> waiting;
    private final int total;
    private int acknowledged;
    private int limit = Integer.MAX_VALUE;
    private boolean aborted;

    Feed(Collection<Part> messages) {
        waiting = new ArrayDeque<>(messages);
        total = messages.size();
    }

    int total() {
        return total;
    }

    /** No more is taken once so many are acknowledged. */
    synchronized void limitTo(int acknowledgements) {
        limit = acknowledgements;
        notifyAll();
    }

    /** Up to so many messages; none if there are none now and the caller has others to wait for, or all is done. */
    synchronized List<Part> take(int atMost, boolean mayWait) throws InterruptedException {
        while (mayWait && !isOver() && (waiting.isEmpty() || acknowledged >= limit)) {
            wait();
        }
        List<Part> taken = new ArrayList<>();
        while (!isOver() && acknowledged < limit && taken.size() < atMost && !waiting.isEmpty()) {
            taken.add(waiting.poll());
        }
        return taken;
    }

    synchronized void acknowledge(int messages) {
        acknowledged += messages;
        notifyAll();
    }

    /** They come to somebody again, at once or much later. */
    synchronized void redeliver(Collection<Part> messages) {
        for (Part message : messages) {
            if (message.number() % 2 == 0) {
                waiting.addFirst(message);
            } else {
                waiting.addLast(message);
            }
        }
        notifyAll();
    }

    /** Waits until so many messages are acknowledged, or the run is aborted. */
    synchronized void awaitAcknowledged(int messages) throws InterruptedException {
        while (!aborted && acknowledged < messages) {
            wait();
        }
    }

    /** Nobody waits for anything any more. */
    synchronized void abort() {
        aborted = true;
        notifyAll();
    }

    synchronized boolean isOver() {
        return aborted || acknowledged == total;
    }
}
