package dev.joiner.benchmarks.measure;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.store.memory.MapJoinStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.JMException;
import javax.management.ObjectName;

/** The heap that an open join takes beyond its key, its value and the map's own node. */
public final class HeapOfOpenJoins {
    private static final String VALUE = "shared";

    private final int joins;

    public HeapOfOpenJoins(int joins) {
        this.joins = joins;
    }

    /** Bytes for each join, none of which has a deadline. */
    public double withoutDeadline() throws JMException {
        return beyondMap(JoinSpec.joining(Long.class)
                .keyedBy(key -> key)
                .<String>mergedBy((message, pending) -> VALUE)
                .sufficientWhen(value -> false)
                .build());
    }

    /** Bytes for each join, all of which have a deadline. */
    public double withDeadline() throws JMException {
        return beyondMap(JoinSpec.joining(Long.class)
                .keyedBy(key -> key)
                .<String>mergedBy((message, pending) -> VALUE)
                .sufficientWhen(value -> false)
                .expireAfter(Duration.ofDays(1))
                .joinOnExpiry()
                .build());
    }

    private double beyondMap(JoinSpec<Long, Long, String, String> spec) throws JMException {
        long ofMap = ofMap();
        KeyedJoiner<Long, Long, String, String> joiner = Joiner.create(spec, MapJoinStore.create());
        long ofJoins = measure(() -> {
            for (long i = 0; i < joins; i++) {
                joiner.accept(i);
            }
        });
        require(!joiner.find(0L).isEmpty());
        joiner.close();
        return (double) (ofJoins - ofMap) / joins;
    }

    private long ofMap() throws JMException {
        Map<Long, String> map = new ConcurrentHashMap<>();
        long bytes = measure(() -> {
            for (long i = 0; i < joins; i++) {
                map.put(i, VALUE);
            }
        });
        require(map.size() == joins);
        return bytes;
    }

    /** Looks at what was filled when it has been weighed, so that it is there until then. */
    private static void require(boolean filled) {
        if (!filled) {
            throw new IllegalStateException("what was weighed is not filled");
        }
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
