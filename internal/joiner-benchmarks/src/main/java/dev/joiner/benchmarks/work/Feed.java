package dev.joiner.benchmarks.work;

import java.util.ArrayList;
import java.util.List;

/**
 * The messages of one thread, without end. Each step begins one thing and brings the later parts of things begun
 * before, the last part so many steps later as joins are to be open. Not thread-safe.
 */
public final class Feed {
    private final Messages messages;
    private final int[] lags;
    private final int nodes;
    private final int node;
    private long step;
    private int part;
    private long lastParts;

    private Feed(Messages messages, int parts, int open, int nodes, int node) {
        this.messages = messages;
        this.nodes = nodes;
        this.node = node;
        lags = new int[parts];
        for (int i = 0; i < parts; i++) {
            lags[i] = (int) ((long) open * i / (parts - 1));
        }
    }

    /** The feed of one lane, of messages made as they are needed. */
    public static Feed fresh(String prefix, Work work, int lane) {
        int thread = lane % work.threads();
        return new Feed(
                Messages.fresh(prefix + thread + "-", work),
                work.parts(),
                openOfThread(work),
                work.nodes(),
                lane / work.threads());
    }

    /** The feed of one thread of one node, of messages made beforehand. */
    public static Feed prepared(Work work, int thread) {
        int open = openOfThread(work);
        return new Feed(Messages.prepared(thread + "-", work, open), work.parts(), open, 1, 0);
    }

    private static int openOfThread(Work work) {
        return work.open() / work.threads();
    }

    public Message next() {
        while (true) {
            long thing = step - lags[part];
            int current = part;
            if (++part == lags.length) {
                part = 0;
                step++;
            }
            if (thing >= 0 && (nodes == 1 || (thing + current) % nodes == node)) {
                lastParts += part == 0 ? 1 : 0;
                return messages.of(thing, current);
            }
        }
    }

    public List<Message> next(int count) {
        List<Message> batch = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            batch.add(next());
        }
        return batch;
    }

    /** Whether as many joins are open as are to be. */
    public boolean isFilled() {
        return step >= lags[lags.length - 1];
    }

    /** How many things have had their last part. */
    public long lastParts() {
        return lastParts;
    }

    /** How many steps were begun. */
    public long steps() {
        return step;
    }
}
