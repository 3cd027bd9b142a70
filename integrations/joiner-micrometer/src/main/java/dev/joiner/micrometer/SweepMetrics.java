package dev.joiner.micrometer;

import dev.joiner.Sweeper;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Times a sweeper's sweeps, and tells how long ago the last one succeeded. Thread-safe.
 *
 * <pre>{@code
 * Sweeper sweeper = Sweeper.builder(joiner)
 *         .onRun(SweepMetrics.of("orders", registry))
 *         .start();
 * }</pre>
 */
public final class SweepMetrics implements Consumer<Sweeper.Run> {
    private static final String AGE = "joiner.sweep.age";

    private final Clock clock;
    private final Timer succeeded;
    private final Timer failed;
    private final Counter failedKeys;
    /** In epoch milliseconds; at first when this was made, so that a sweeper that never succeeds shows. */
    private final AtomicLong lastSuccess;

    private SweepMetrics(String join, MeterRegistry registry) {
        clock = registry.config().clock();
        lastSuccess = new AtomicLong(clock.wallTime());
        succeeded = timer(join, "success", registry);
        failed = timer(join, "failure", registry);
        failedKeys = Counter.builder("joiner.sweep.failed.keys")
                .description("Keys that a sweep could not deal with completely")
                .baseUnit("keys")
                .tag("join", join)
                .register(registry);
        Gauges.remove(registry, AGE, join);
        TimeGauge.builder(AGE, this, TimeUnit.MILLISECONDS, SweepMetrics::age)
                .description("Time since the last sweep that succeeded")
                .tag("join", join)
                .strongReference(true)
                .register(registry);
    }

    /**
     * Creates the meters of a sweeper. The time since the last success begins anew if the join had a sweeper before.
     *
     * @param join the name of the joiner's spec
     */
    public static SweepMetrics of(String join, MeterRegistry registry) {
        return new SweepMetrics(Objects.requireNonNull(join, "join"), Objects.requireNonNull(registry, "registry"));
    }

    private static Timer timer(String join, String outcome, MeterRegistry registry) {
        return Timer.builder("joiner.sweep")
                .description("How long sweeps took")
                .tag("join", join)
                .tag("outcome", outcome)
                .register(registry);
    }

    private double age() {
        return Math.max(0, clock.wallTime() - lastSuccess.get());
    }

    @Override
    public void accept(Sweeper.Run run) {
        run.report().ifPresent(report -> failedKeys.increment(report.failed()));
        if (run.failure().isEmpty()) {
            succeeded.record(run.took());
            lastSuccess.set(clock.wallTime());
        } else {
            failed.record(run.took());
        }
    }
}
