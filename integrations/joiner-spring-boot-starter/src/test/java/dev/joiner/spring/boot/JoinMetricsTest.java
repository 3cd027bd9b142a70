package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.FilteredClassLoader;

class JoinMetricsTest {

    @Test
    @SuppressWarnings("unchecked")
    void joinsAreMeasured() {
        Contexts.orders()
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    context.getBeanProvider(MeterBinder.class).forEach(binder -> binder.bindTo(registry));
                    Joiner<Order, Order> joiner = context.getBean(KeyedJoiner.class);
                    joiner.accept(Order.paid(Order.ID));

                    assertThat(registry.get("joiner.messages")
                                    .tags("join", "orders", "outcome", "incomplete")
                                    .counter()
                                    .count())
                            .isEqualTo(1);
                    assertThat(registry.getMeters())
                            .extracting(Meter::getId)
                            .extracting(Meter.Id::getName)
                            .contains("joiner.pending", "joiner.pending.age", "joiner.sweep", "joiner.sweep.age");
                });
    }

    @Test
    void sweepsAreMeasuredAgainAfterStopAndStart() {
        MockClock clock = new MockClock();
        Contexts.orders()
                .withBean(MeterRegistry.class, () -> new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock))
                .run(context -> {
                    JoinSweepers sweepers = context.getBean(JoinSweepers.class);
                    sweepers.stop();
                    clock.add(Duration.ofHours(1));

                    sweepers.start();

                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("joiner.sweep.age")
                                    .timeGauge()
                                    .value(TimeUnit.MINUTES))
                            .isZero();
                });
    }

    @Test
    @SuppressWarnings("unchecked")
    void handOversAreObserved() {
        List<String> observed = new ArrayList<>();
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onStop(Observation.Context context) {
                observed.add(context.getContextualName());
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        Contexts.orders()
                .withBean(ObservationRegistry.class, () -> observations)
                .run(context -> {
                    Joiner<Order, Order> joiner = context.getBean(KeyedJoiner.class);
                    joiner.accept(Order.whole(Order.ID));

                    assertThat(observed).containsExactly("orders hand-over");
                });
    }

    @Test
    void applicationWithoutMicrometerStarts() {
        Contexts.orders()
                .withClassLoader(new FilteredClassLoader("io.micrometer", "dev.joiner.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(JoinSweepers.class));
    }

    @Test
    void applicationWithoutDatabaseRedisAndActuatorStarts() {
        Contexts.orders()
                .withClassLoader(new FilteredClassLoader(
                        "dev.joiner.store.jdbc",
                        "dev.joiner.store.redis",
                        "org.springframework.jdbc",
                        "org.springframework.transaction",
                        "org.springframework.boot.actuate",
                        "org.springframework.boot.health",
                        "redis.clients"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(JoinSweepers.class));
    }
}
