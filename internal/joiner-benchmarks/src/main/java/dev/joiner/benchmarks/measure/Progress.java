package dev.joiner.benchmarks.measure;

/** Tells whoever waits what goes on. */
@FunctionalInterface
public interface Progress {
    void tell(String what);
}
