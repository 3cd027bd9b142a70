package dev.joiner.benchmarks.measure;

import java.util.function.LongSupplier;

/**
 * Where remote subjects work: a server or a database.
 *
 * @param <E> what subjects are opened on
 */
public interface Place<E> {
    String name();

    /** What subjects are opened on to be timed. */
    E direct();

    /** What subjects are opened on to be counted. */
    E counted();

    /** How much the server or the database holds, in memory or in its files. */
    long bytesHeld();

    /** How often anything was sent by way of {@link #counted()} so far. */
    LongSupplier count();

    /** What is counted, as a heading. */
    String unit();
}
