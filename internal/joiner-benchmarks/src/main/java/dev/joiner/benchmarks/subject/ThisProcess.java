package dev.joiner.benchmarks.subject;

/** What subjects in memory are opened on. */
public enum ThisProcess {
    MEMORY
}
