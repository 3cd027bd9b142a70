package dev.joiner.internal.spec;

import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import java.time.Duration;
import java.util.function.Consumer;

/** Tells two listeners, the second also if the first throws. */
record BothListeners(JoinListener first, JoinListener second) implements JoinListener {

    private void both(Consumer<JoinListener> event) {
        try {
            event.accept(first);
        } finally {
            event.accept(second);
        }
    }

    @Override
    public void merged(String join, Object key, int parts, Duration age) {
        both(listener -> listener.merged(join, key, parts, age));
    }

    @Override
    public void joined(HandOver<?> handOver, Duration age, Duration took) {
        both(listener -> listener.joined(handOver, age, took));
    }

    @Override
    public void expired(HandOver<?> handOver, Duration age, Duration took) {
        both(listener -> listener.expired(handOver, age, took));
    }

    @Override
    public void poisoned(HandOver<?> handOver, Duration age, Duration took) {
        both(listener -> listener.poisoned(handOver, age, took));
    }

    @Override
    public void parked(String join, Object key, int attempts, Duration age) {
        both(listener -> listener.parked(join, key, attempts, age));
    }

    @Override
    public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {
        both(listener -> listener.failed(handOver, age, took, error, last));
    }

    @Override
    public void late(String join, Object key) {
        both(listener -> listener.late(join, key));
    }

    @Override
    public void duplicate(String join, Object key) {
        both(listener -> listener.duplicate(join, key));
    }

    @Override
    public void unchanged(String join, Object key) {
        both(listener -> listener.unchanged(join, key));
    }

    @Override
    public void conflict(String join, Object key, int tries) {
        both(listener -> listener.conflict(join, key, tries));
    }
}
