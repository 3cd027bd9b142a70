package dev.joiner.benchmarks.work;

import java.util.Locale;

/**
 * What is to be joined, and by how many.
 *
 * @param parts of a thing, at least 2
 * @param valueBytes of each part
 * @param open how many joins are begun and not ended at any time; 0: the parts of a thing are adjacent
 * @param threads on each node
 * @param nodes that share a store, each with its own connections; the parts of a thing arrive at all of them
 */
public record Work(int parts, int valueBytes, int open, int threads, int nodes) {
    public Work {
        if (parts < 2 || open < 0 || threads < 1 || nodes < 1) {
            throw new IllegalArgumentException("no such work: " + parts + " parts, " + open + " open, " + threads
                    + " threads, " + nodes + " nodes");
        }
    }

    public Work withThreads(int count) {
        return new Work(parts, valueBytes, open, count, nodes);
    }

    public Work withNodes(int count) {
        return new Work(parts, valueBytes, open, threads, count);
    }

    public Work withOpen(int count) {
        return new Work(parts, valueBytes, count, threads, nodes);
    }

    /** One thing that is never whole: all its parts are collected. */
    public static Work endless(int valueBytes) {
        return new Work(Integer.MAX_VALUE, valueBytes, 0, 1, 1);
    }

    /** Whether a thing is never whole. */
    public boolean isEndless() {
        return parts == Integer.MAX_VALUE;
    }

    /** How many threads work on all nodes together. */
    public int lanes() {
        return threads * nodes;
    }

    /** As a heading. */
    public String title() {
        String size = valueBytes < 1024 ? valueBytes + " bytes" : valueBytes / 1024 + " KiB";
        String keys = open == 0 ? "adjacent" : String.format(Locale.ROOT, "%,d joins open", open);
        return parts + " parts of " + size + ", " + keys + ", " + threads + (threads == 1 ? " thread" : " threads")
                + (nodes == 1 ? "" : " on each of " + nodes + " nodes");
    }
}
