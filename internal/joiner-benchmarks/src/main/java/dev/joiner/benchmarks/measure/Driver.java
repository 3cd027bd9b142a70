package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.Subject.Lane;
import dev.joiner.benchmarks.work.Feed;
import java.util.Arrays;

/** One thread of a closed loop. */
final class Driver implements AutoCloseable {
    private final Lane lane;
    private final Feed feed;
    private final int batch;

    Driver(Lane lane, Feed feed, int batch) {
        this.lane = lane;
        this.feed = feed;
        this.batch = batch;
    }

    void fill() throws Exception {
        while (!feed.isFilled()) {
            give();
        }
    }

    void untilStep(long step) throws Exception {
        while (feed.steps() < step) {
            give();
        }
    }

    /** How many nanoseconds each call took. */
    long[] until(long end) throws Exception {
        long[] nanos = new long[1 << 12];
        int calls = 0;
        for (long before = System.nanoTime(); before < end; ) {
            give();
            long after = System.nanoTime();
            if (calls == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * nanos.length);
            }
            nanos[calls++] = after - before;
            before = after;
        }
        return Arrays.copyOf(nanos, calls);
    }

    private void give() throws Exception {
        if (batch == 1) {
            lane.accept(feed.next());
        } else {
            lane.acceptAll(feed.next(batch));
        }
    }

    long lastParts() {
        return feed.lastParts();
    }

    @Override
    public void close() {
        lane.close();
    }
}
