package dev.joiner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.Sweeper;
import dev.joiner.testing.JoinerTesting;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SweepMetricsTest {
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final SweepMetrics metrics = SweepMetrics.of("orders", registry);

    private static Sweeper.Run run(int failedKeys) {
        return new Sweeper.Run(
                Instant.EPOCH,
                Duration.ofSeconds(2),
                Optional.of(new SweepReport(0, 0, 0, 0, 0, failedKeys, List.of())),
                Optional.empty());
    }

    private static Sweeper.Run failure() {
        return new Sweeper.Run(
                Instant.EPOCH, Duration.ofSeconds(3), Optional.empty(), Optional.of(new StoreException("away")));
    }

    private Timer sweeps(String outcome) {
        return registry.get("joiner.sweep")
                .tags("join", "orders", "outcome", outcome)
                .timer();
    }

    private double ageInSeconds() {
        return registry.get("joiner.sweep.age")
                .tag("join", "orders")
                .timeGauge()
                .value(TimeUnit.SECONDS);
    }

    private double failedKeys() {
        return registry.get("joiner.sweep.failed.keys")
                .tag("join", "orders")
                .counter()
                .count();
    }

    @Test
    void sweepsAreTimedByOutcome() {
        metrics.accept(run(0));
        metrics.accept(failure());

        assertThat(sweeps("success").totalTime(TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(sweeps("failure").totalTime(TimeUnit.SECONDS)).isEqualTo(3);
    }

    @Test
    void keysThatFailedAreCounted() {
        metrics.accept(run(2));
        metrics.accept(run(3));

        assertThat(failedKeys()).isEqualTo(5);
    }

    @Test
    void onlyASweepThatSucceedsIsALastOne() {
        clock.add(Duration.ofSeconds(10));
        assertThat(ageInSeconds()).isEqualTo(10);

        metrics.accept(failure());
        assertThat(ageInSeconds()).isEqualTo(10);

        metrics.accept(run(0));
        assertThat(ageInSeconds()).isZero();
    }

    @Test
    void sweepThatTheStoreBrokeOffFailsAndItsKeysCount() {
        StoreException away = new StoreException("away");
        clock.add(Duration.ofSeconds(10));

        metrics.accept(new Sweeper.Run(
                Instant.EPOCH,
                Duration.ofSeconds(3),
                Optional.of(new SweepReport(1, 0, 0, 0, 0, 2, List.of())),
                Optional.of(away)));

        assertThat(sweeps("success").count()).isZero();
        assertThat(sweeps("failure").count()).isEqualTo(1);
        assertThat(failedKeys()).isEqualTo(2);
        assertThat(ageInSeconds()).isEqualTo(10);
    }

    @Test
    void nextSweeperOfTheJoinTakesTheGaugeOver() {
        clock.add(Duration.ofSeconds(10));

        SweepMetrics next = SweepMetrics.of("orders", registry);
        assertThat(ageInSeconds()).as("since it was made").isZero();
        clock.add(Duration.ofSeconds(5));
        next.accept(run(0));

        assertThat(ageInSeconds()).isZero();
    }

    @Test
    @Timeout(60)
    void sweeperTellsOfEachSweep() {
        var joiner = JoinerTesting.of(
                        Order.joining().sufficientWhen(Order::isWhole).build())
                .joiner();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        // snippet:sweep-metrics
        Sweeper sweeper = Sweeper.builder(joiner)
                .onRun(SweepMetrics.of("orders", registry))
                .start();
        // end:sweep-metrics
        try (sweeper) {
            Timer sweeps =
                    registry.get("joiner.sweep").tag("outcome", "success").timer();
            while (sweeps.count() == 0) {
                Thread.onSpinWait();
            }
        }
        assertThat(sweeper.lastRun()).isPresent();
    }
}
