package dev.joiner.cli;

import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what happens to joins. */
final class Tally implements JoinListener {
    private final AtomicLong joined = new AtomicLong();
    private final AtomicLong expired = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final AtomicLong duplicate = new AtomicLong();

    @Override
    public void joined(HandOver<?> handOver, Duration age, Duration took) {
        joined.incrementAndGet();
    }

    @Override
    public void expired(HandOver<?> handOver, Duration age, Duration took) {
        expired.incrementAndGet();
    }

    @Override
    public void late(String join, Object key) {
        late.incrementAndGet();
    }

    @Override
    public void duplicate(String join, Object key) {
        duplicate.incrementAndGet();
    }

    long joined() {
        return joined.get();
    }

    long expired() {
        return expired.get();
    }

    long late() {
        return late.get();
    }

    long duplicate() {
        return duplicate.get();
    }
}
