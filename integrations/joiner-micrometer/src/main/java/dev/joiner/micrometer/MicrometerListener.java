package dev.joiner.micrometer;

import dev.joiner.HandOver;
import dev.joiner.JoinListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts and times what happens to joins, in meters that carry the join's name as the tag {@code join}.
 *
 * <p>One listener serves any number of joins. Thread-safe. The meters of a join are registered at its first event;
 * {@link #register} does so before. Which meters there are is told in {@code docs/metrics.md}.
 *
 * <pre>{@code
 * var spec = JoinSpec.joining(Order.class)
 *         .keyedBy(Order::id)
 *         .mergedBy(Order::merge)
 *         .sufficientWhen(Order::isWhole)
 *         .named("orders")
 *         .listener(MicrometerListener.of(registry))
 *         .process(this::insert)
 *         .build();
 * }</pre>
 */
public final class MicrometerListener implements JoinListener {
    private final MeterRegistry registry;
    private final Map<String, JoinMeters> joins = new ConcurrentHashMap<>();

    private MicrometerListener(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Creates a listener that keeps its meters in a registry. */
    public static MicrometerListener of(MeterRegistry registry) {
        return new MicrometerListener(Objects.requireNonNull(registry, "registry"));
    }

    /**
     * Registers the meters of a join, so that they are there, at zero, before anything happens: the first failure is then a rise.
     *
     * @param join the name of its spec
     * @return this listener
     */
    public MicrometerListener register(String join) {
        Objects.requireNonNull(join, "join");
        of(join);
        return this;
    }

    private JoinMeters of(String join) {
        JoinMeters known = joins.get(join); // without the lock that computeIfAbsent may take
        return known == null ? joins.computeIfAbsent(join, name -> new JoinMeters(registry, name)) : known;
    }

    @Override
    public void merged(String join, Object key, int parts, Duration age) {
        of(join).incomplete.increment();
    }

    @Override
    public void unchanged(String join, Object key) {
        of(join).unchanged.increment();
    }

    @Override
    public void duplicate(String join, Object key) {
        of(join).duplicate.increment();
    }

    @Override
    public void late(String join, Object key) {
        of(join).late.increment();
    }

    @Override
    public void conflict(String join, Object key, int tries) {
        of(join).conflicts.increment();
    }

    @Override
    public void parked(String join, Object key, int attempts, Duration age) {
        of(join).parked.increment();
    }

    @Override
    public void joined(HandOver<?> handOver, Duration age, Duration took) {
        ended(handOver, Ending.JOINED, age, took);
    }

    @Override
    public void expired(HandOver<?> handOver, Duration age, Duration took) {
        ended(handOver, Ending.EXPIRED, age, took);
    }

    @Override
    public void poisoned(HandOver<?> handOver, Duration age, Duration took) {
        ended(handOver, Ending.POISONED, age, took);
    }

    private void ended(HandOver<?> handOver, Ending ending, Duration age, Duration took) {
        JoinMeters meters = of(handOver.join());
        meters.age(handOver.cause(), ending).record(age);
        handled(meters, handOver, ending, took);
    }

    @Override
    public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {
        JoinMeters meters = of(handOver.join());
        handled(meters, handOver, Ending.FAILED, took);
        meters.failures(error).increment();
    }

    private static void handled(JoinMeters meters, HandOver<?> handOver, Ending ending, Duration took) {
        meters.handler(handOver.cause(), ending).record(took);
        if (handOver.attempt() > 1) {
            meters.retries.increment();
        }
    }
}
