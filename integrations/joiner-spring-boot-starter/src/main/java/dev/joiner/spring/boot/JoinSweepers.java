package dev.joiner.spring.boot;

import dev.joiner.Sweeper;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Sweeps all joins while the application runs: from when everything else has started until before anything else stops, so that no
 * handler meets a bean that is not there.
 */
final class JoinSweepers implements SmartLifecycle {
    private final Joins joins;
    private final JoinerProperties properties;
    private final SweepReceivers receivers;
    private final InstantSource clock;
    private final Map<String, Sweeper> sweepers = new ConcurrentHashMap<>();
    private final Map<String, Instant> lastSuccess = new ConcurrentHashMap<>();
    private volatile boolean isRunning;

    JoinSweepers(Joins joins, JoinerProperties properties, SweepReceivers receivers, InstantSource clock) {
        this.joins = joins;
        this.properties = properties;
        this.receivers = receivers;
        this.clock = clock;
    }

    @Override
    public synchronized void start() {
        if (isRunning) {
            return;
        }
        joins.all().forEach(join -> sweepers.put(join.name(), started(join)));
        isRunning = true;
    }

    private Sweeper started(Join<?, ?> join) {
        lastSuccess.put(join.name(), clock.instant());
        var receiver = receivers.of(join.name());
        return Sweeper.builder(join.joiner())
                .interval(properties.sweep().interval())
                .threads(properties.sweep().threads())
                .onRun(run -> {
                    if (run.failure().isEmpty()) {
                        lastSuccess.put(join.name(), clock.instant());
                    }
                    receiver.accept(run);
                })
                .start();
    }

    /** Stops all at once, and waits for the handlers that run for as long as the properties say, in all. */
    @Override
    public synchronized void stop() {
        long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(properties.closeWithin());
        sweepers.values().forEach(sweeper -> sweeper.close(Duration.ZERO));
        sweepers.values().forEach(sweeper -> sweeper.close(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
        sweepers.clear();
        isRunning = false;
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    /** Returns when the last sweep of a join succeeded, or when its sweeper started; empty if nothing sweeps it. */
    Optional<Instant> lastSuccess(String join) {
        return isRunning ? Optional.ofNullable(lastSuccess.get(join)) : Optional.empty();
    }

    /** Returns the sweep of a join that ended last. Waits for nobody who stops them. */
    Optional<Sweeper.Run> lastRun(String join) {
        @Nullable Sweeper sweeper = sweepers.get(join);
        return sweeper == null ? Optional.empty() : sweeper.lastRun();
    }
}
