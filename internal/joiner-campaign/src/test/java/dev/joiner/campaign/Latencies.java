package dev.joiner.campaign;

import com.google.common.math.Quantiles;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
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

    String summary() {
        Map<Integer, Double> within =
                Quantiles.scale(1000).indexes(500, 990, 999, 1000).compute(Arrays.copyOf(nanos, count.get()));
        return String.format(
                Locale.ROOT,
                "p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
                within.get(500) / 1e6,
                within.get(990) / 1e6,
                within.get(999) / 1e6,
                within.get(1000) / 1e6);
    }
}
