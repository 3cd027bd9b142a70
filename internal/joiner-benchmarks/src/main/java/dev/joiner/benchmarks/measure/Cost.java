package dev.joiner.benchmarks.measure;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What work costs the thread that does it, for each unit.
 *
 * @param nanos of the processor, whatever else the machine does meanwhile
 * @param bytes allocated
 */
public record Cost(double nanos, double bytes) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Does work of so many units. */
    static Cost of(int units, Runnable work) {
        long thread = Thread.currentThread().getId();
        long bytes = THREADS.getThreadAllocatedBytes(thread);
        long nanos = nanosOfThread();
        work.run();
        nanos = nanosOfThread() - nanos;
        bytes = THREADS.getThreadAllocatedBytes(thread) - bytes;
        return new Cost((double) nanos / units, (double) bytes / units);
    }

    /** How long this thread has had a processor. */
    static long nanosOfThread() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** The median of each. */
    static Cost median(List<Cost> costs) {
        return new Cost(median(costs, Cost::nanos), median(costs, Cost::bytes));
    }

    private static double median(List<Cost> costs, ToDoubleFunction<Cost> of) {
        List<Double> values = new ArrayList<>();
        costs.forEach(cost -> values.add(of.applyAsDouble(cost)));
        return Series.median(values);
    }
}
