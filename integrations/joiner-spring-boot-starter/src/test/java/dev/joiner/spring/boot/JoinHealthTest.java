package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.testing.HandSetClock;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

@Timeout(60)
class JoinHealthTest {
    private final HandSetClock now = new HandSetClock(Instant.parse("2026-01-01T00:00:00Z"));

    /** A clock of the JDK's that is set by hand. */
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.instant();
        }
    };

    private ApplicationContextRunner orders() {
        return Contexts.orders().withBean(Clock.class, () -> clock);
    }

    private static Health health(ApplicationContext context) {
        return Objects.requireNonNull(
                context.getBean("joinsHealthIndicator", HealthIndicator.class).health());
    }

    @Test
    void storeThatIsReadAndSweptIsUp() {
        orders().run(context -> {
            Health health = health(context);

            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails()).containsOnlyKeys("orders");
        });
    }

    @Test
    void joinerThatIsNotSweptForTooLongIsDown() {
        orders().withPropertyValues("joiner.sweep.interval=1d", "joiner.health.max-sweep-age=2m")
                .run(context -> {
                    now.advance(Duration.ofMinutes(2));
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);

                    now.advance(Duration.ofMillis(1));
                    assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
                });
    }

    @Test
    void sweepKeepsItUp() {
        orders().run(context -> {
            now.advance(Duration.ofDays(1));

            while (!health(context).getStatus().equals(Status.UP)) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void applicationThatDoesNotSweepIsUp() {
        orders().withPropertyValues("joiner.sweep.enabled=false").run(context -> {
            now.advance(Duration.ofDays(1));

            assertThat(health(context).getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void joinThatWaitsForTooLongIsDown() {
        orders().withPropertyValues(
                        "joiner.sweep.enabled=false",
                        "joiner.health.max-pending-age=1h",
                        "joiner.metrics.count-interval=1m")
                .run(context -> {
                    @SuppressWarnings("unchecked")
                    Joiner<Order, Order> joiner = context.getBean(KeyedJoiner.class);
                    joiner.accept(Order.paid(Order.ID));
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);

                    now.advance(Duration.ofHours(2));
                    assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);

                    joiner.accept(Order.sent(Order.ID));
                    assertThat(health(context).getStatus())
                            .as("asked again only after the interval")
                            .isEqualTo(Status.DOWN);
                    now.advance(Duration.ofMinutes(1));
                    assertThat(health(context).getStatus()).isEqualTo(Status.UP);
                });
    }

    /** Joiners whose store is away. */
    static class Away implements JoinerFactory {
        @Override
        @SuppressWarnings("unchecked")
        public <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStoreConfig<K, V> config) {
            return (KeyedJoiner<M, K, V, R>) Proxy.newProxyInstance(
                    Away.class.getClassLoader(), new Class<?>[] {KeyedJoiner.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("pending")) {
                            throw new StoreException("no connection");
                        }
                        return method.getName().equals("hashCode") ? System.identityHashCode(proxy) : null;
                    });
        }
    }

    @Test
    void storeThatIsAwayIsDown() {
        orders().withBean(Away.class)
                .withPropertyValues("joiner.sweep.enabled=false")
                .run(context -> {
                    Health health = health(context);

                    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                    assertThat(health.getDetails().get("orders").toString()).contains("no connection");
                });
    }

    @Test
    void indicatorCanBeTurnedOff() {
        orders().withPropertyValues("management.health.joins.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("joinsHealthIndicator"));
    }
}
