package dev.joiner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.testing.JoinerTesting;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PendingMetricsTest {
    private final MockClock clock = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    private final JoinerTesting<Order, UUID, Order, Order> join =
            JoinerTesting.of(Order.joining().sufficientWhen(Order::isWhole).build());
    private final Queue<Runnable> background = new ArrayDeque<>();
    private int counted;
    private boolean isBroken;
    private @Nullable CountDownLatch hangsUntil;

    /** The joiner, which counts how often it is asked to count. */
    private KeyedJoiner<?, ?, ?, ?> observed() {
        return (KeyedJoiner<?, ?, ?, ?>) Proxy.newProxyInstance(
                KeyedJoiner.class.getClassLoader(), new Class<?>[] {KeyedJoiner.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("counts")) {
                        counted++;
                        if (hangsUntil != null) {
                            hangsUntil.await();
                        }
                        if (isBroken) {
                            throw new StoreException("away");
                        }
                    }
                    try {
                        return method.invoke(join.joiner(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private PendingMetrics.Builder metrics() {
        return PendingMetrics.builder("orders", observed()).executor(Runnable::run);
    }

    private double pending(String status) {
        return pending("orders", status);
    }

    private double pending(String join, String status) {
        return registry.get("joiner.pending")
                .tags("join", join, "status", status)
                .gauge()
                .value();
    }

    private double ageInSeconds() {
        return registry.get("joiner.pending.age")
                .tag("join", "orders")
                .timeGauge()
                .value(TimeUnit.SECONDS);
    }

    private void readAll() {
        registry.getMeters().forEach(meter -> meter.measure().forEach(measurement -> measurement.getValue()));
    }

    @Test
    void joinsAreCountedByStatus() {
        metrics().build().bindTo(registry);
        join.accept(Order.paid(new UUID(0, 1)));
        join.accept(Order.paid(new UUID(0, 2)));

        assertThat(pending("waiting")).isEqualTo(2);
        assertThat(pending("failed")).isZero();
        assertThat(pending("parked")).isZero();
        assertThat(pending("claimed")).isZero();
        assertThat(pending("unreadable")).isZero();
    }

    @Test
    void oldestIsAsOldAsItsFirstMessage() {
        metrics().build().bindTo(registry);
        join.clock().set(Instant.ofEpochMilli(clock.wallTime()));
        join.accept(Order.paid(new UUID(0, 1)));
        clock.add(Duration.ofSeconds(30));

        assertThat(ageInSeconds()).isEqualTo(30);
    }

    @Test
    void emptyStoreHasNoAge() {
        metrics().build().bindTo(registry);

        assertThat(ageInSeconds()).isZero();
    }

    @Test
    void allGaugesShareOneCountForAnInterval() {
        metrics().interval(Duration.ofMinutes(1)).build().bindTo(registry);

        readAll();
        readAll();
        clock.add(Duration.ofSeconds(59));
        readAll();
        assertThat(counted).isEqualTo(1);

        clock.add(Duration.ofSeconds(1));
        readAll();
        assertThat(counted).isEqualTo(2);
    }

    @Test
    void nobodyWaitsForACountInTheBackground() {
        metrics().executor(background::add).build().bindTo(registry);
        join.accept(Order.paid(new UUID(0, 1)));

        assertThat(pending("waiting")).isNaN();
        readAll();
        assertThat(background).hasSize(1);
        background.remove().run();

        assertThat(pending("waiting")).isEqualTo(1);
    }

    @Test
    void storeThatIsAwayIsNotANumber() {
        metrics().build().bindTo(registry);
        assertThat(pending("waiting")).isZero();

        isBroken = true;
        clock.add(Duration.ofMinutes(1));

        assertThat(pending("waiting")).isNaN();
        assertThat(ageInSeconds()).isNaN();
    }

    @Test
    void storeThatHangsIsNotANumberOnceItsCountIsOverdue() {
        metrics()
                .interval(Duration.ofMinutes(1))
                .executor(background::add)
                .build()
                .bindTo(registry);
        readAll();
        background.remove().run();
        clock.add(Duration.ofMinutes(1));

        assertThat(pending("waiting")).isZero(); // a count begins
        clock.add(Duration.ofMinutes(1));
        assertThat(pending("waiting")).isZero();
        clock.add(Duration.ofNanos(1));
        assertThat(pending("waiting")).isNaN();
        assertThat(ageInSeconds()).isNaN();
        assertThat(background).as("counts that have begun").hasSize(1);

        background.remove().run();
        assertThat(pending("waiting")).isZero();
    }

    @Test
    void countOfALargeStoreMayTakeTwiceAsLongAsTheLastOne() {
        metrics()
                .interval(Duration.ofMinutes(1))
                .executor(background::add)
                .build()
                .bindTo(registry);
        readAll();
        clock.add(Duration.ofMinutes(5));
        background.remove().run();
        clock.add(Duration.ofMinutes(1));

        assertThat(pending("waiting")).isZero(); // a count begins
        clock.add(Duration.ofMinutes(10));
        assertThat(pending("waiting")).isZero();
        clock.add(Duration.ofNanos(1));
        assertThat(pending("waiting")).isNaN();
    }

    @Test
    @Timeout(60)
    void storeThatHangsHoldsUpNoOther() {
        hangsUntil = new CountDownLatch(1);
        PendingMetrics.builder("hanging", observed()).build().bindTo(registry);
        PendingMetrics.builder("orders", join.joiner()).build().bindTo(registry);

        try {
            assertThat(pending("hanging", "waiting")).isNaN(); // a count begins
            await().until(() -> !Double.isNaN(pending("waiting")));
            assertThat(pending("hanging", "waiting")).isNaN();
        } finally {
            hangsUntil.countDown();
        }
    }

    @Test
    void nextJoinerOfTheNameTakesTheGaugesOver() {
        metrics().build().bindTo(registry);
        assertThat(pending("waiting")).isZero();

        var next =
                JoinerTesting.of(Order.joining().sufficientWhen(Order::isWhole).build());
        next.accept(Order.paid(new UUID(0, 1)));
        PendingMetrics.builder("orders", next.joiner())
                .executor(Runnable::run)
                .build()
                .bindTo(registry);

        assertThat(pending("waiting")).isEqualTo(1);
    }

    @Test
    void closedJoinerIsNotAsked() {
        metrics().build().bindTo(registry);
        join.joiner().close();

        assertThat(pending("waiting")).isNaN();
        assertThat(counted).isZero();
    }

    @Test
    void intervalIsPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> metrics().interval(Duration.ZERO))
                .withMessage("interval is PT0S, must be positive");
    }

    @Test
    void threadOfItsOwnCounts() {
        var joiner = join.joiner();
        // snippet:pending-metrics
        PendingMetrics.builder("orders", joiner)
                .interval(Duration.ofMinutes(5))
                .build()
                .bindTo(registry);
        // end:pending-metrics
        join.accept(Order.paid(new UUID(0, 1)));

        await().until(() -> pending("waiting") == 1);
    }
}
