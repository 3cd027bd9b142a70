package dev.joiner.campaign;

import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** How long calls took. Thread-safe. */
final class Latencies {
    private final long[] nanos;
    private final AtomicInteger count = new AtomicInteger();

    /** @param most how many calls are noted at most */
    Latencies(int most) {
        nanos = new long[most];
    }

    void add(long took) {
        nanos[count.getAndIncrement()] = took;
    }

    int count() {
        return count.get();
    }

    /** The time within which so many of a hundred calls were done, in milliseconds. */
    String percentile(double of100) {
        long[] sorted = Arrays.copyOf(nanos, count.get());
        Arrays.sort(sorted);
        int index = (int) Math.min(sorted.length - 1L, Math.round(sorted.length * of100 / 100));
        return String.format(Locale.ROOT, "%.2f", sorted[index] / 1e6);
    }

    String summary() {
        return "p50 " + percentile(50) + " ms, p99 " + percentile(99) + " ms, p99.9 " + percentile(99.9) + " ms, max "
                + percentile(100) + " ms";
    }
}
