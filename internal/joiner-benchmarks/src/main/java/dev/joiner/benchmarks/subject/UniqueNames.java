package dev.joiner.benchmarks.subject;

import java.util.concurrent.atomic.AtomicInteger;

/** Names of tables, maps and namespaces, each given once. */
final class UniqueNames {
    private static final AtomicInteger GIVEN = new AtomicInteger();

    private UniqueNames() {}

    static String next(String prefix) {
        return prefix + GIVEN.incrementAndGet();
    }
}
