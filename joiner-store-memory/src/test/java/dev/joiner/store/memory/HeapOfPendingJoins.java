package dev.joiner.store.memory;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.SweepReport;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongUnaryOperator;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Measures the heap that a pending join takes beyond its key, its value and the map's own node, and then expires all of
 * them. No test: run it with the number of joins as argument, on a heap that is to hold them.
 */
final class HeapOfPendingJoins {
    private static final String VALUE = "shared";
    private static final long NOW = 1_000_000_000_000L;

    private HeapOfPendingJoins() {}

    public static void main(String[] args) throws JMException {
        int joins = Integer.parseInt(args[0]);
        long maps = ofMap(joins);
        report("no deadline", joins, maps, i -> Long.MAX_VALUE);
        report("deadlines in order of arrival, 100 in a millisecond", joins, maps, i -> NOW + i / 100);
        report("all deadlines the same", joins, maps, i -> NOW);
        report(
                "random deadlines",
                joins,
                maps,
                i -> NOW + ThreadLocalRandom.current().nextInt(100_000_000));
    }

    private static long ofMap(int joins) throws JMException {
        ConcurrentHashMap<Long, Object> map = new ConcurrentHashMap<>();
        long bytes = measure(() -> {
            for (long i = 0; i < joins; i++) {
                map.put(i, VALUE);
            }
        });
        System.out.printf("%,d joins; a key and its node: %.1f bytes%n", map.size(), (double) bytes / joins);
        return bytes;
    }

    private static void report(String what, int joins, long maps, LongUnaryOperator deadline) throws JMException {
        Instant[] now = {Instant.ofEpochMilli(NOW)};
        InstantSource clock = () -> now[0];
        long[] expired = new long[1];
        Instant[] next = new Instant[1];
        Joiner<Long, String> joiner = Joiner.create(
                JoinSpec.<Long>keyedBy(key -> key)
                        .<String>mergedBy((message, pending) -> VALUE)
                        .sufficientWhen(value -> false)
                        .expireAt(value -> next[0])
                        .onExpired((value, handOver) -> expired[0]++)
                        .build(),
                MapJoinStore.<Long, String>create(),
                clock);
        long bytes = measure(() -> {
            for (long i = 0; i < joins; i++) {
                long at = deadline.applyAsLong(i);
                next[0] = at == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(at);
                joiner.accept(i);
            }
        });
        now[0] = Instant.ofEpochMilli(NOW + 1_000_000_000);
        SweepReport swept = joiner.sweep();
        System.out.printf(
                "%s: %.1f bytes more; then expired: %,d, failures: %,d%n",
                what,
                (double) (bytes - maps) / joins,
                expired[0],
                swept.failures().size());
    }

    /** How many bytes more are reachable afterwards. */
    private static long measure(Runnable filling) throws JMException {
        long before = reachable();
        filling.run();
        return reachable() - before;
    }

    /** The sizes of all objects that are reachable, summed; the use of the heap counts buffers of threads as well. */
    private static long reachable() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        String total = histogram.substring(histogram.lastIndexOf("Total"));
        return Long.parseLong(total.trim().split("\\s+", -1)[2]);
    }
}
