package dev.joiner.benchmarks.work;

import java.util.concurrent.atomic.LongAdder;

/** Counts what it receives, and complains of what is not whole. Thread-safe. */
public final class CountingReceiver implements Receiver {
    private final LongAdder received = new LongAdder();

    @Override
    public void receive(String key, Whole whole) {
        if (!whole.isWhole()) {
            throw new IllegalStateException(key + " is not whole");
        }
        received.increment();
    }

    public long received() {
        return received.sum();
    }
}
