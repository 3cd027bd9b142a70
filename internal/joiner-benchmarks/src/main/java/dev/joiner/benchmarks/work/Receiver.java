package dev.joiner.benchmarks.work;

/** Takes things that are whole. */
@FunctionalInterface
public interface Receiver {
    void receive(String key, Whole whole);
}
