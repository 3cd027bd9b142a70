package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.spring.boot.JoinsEndpoint.ActionDescriptor;
import dev.joiner.spring.boot.JoinsEndpoint.PageDescriptor;
import dev.joiner.spring.boot.JoinsEndpoint.PendingDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.jmx.JmxEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class JoinsEndpointTest {
    private static final UUID OTHER = new UUID(0, 2);

    private static ApplicationContextRunner application() {
        return Contexts.orders()
                .withPropertyValues("management.endpoints.web.exposure.include=joins", "joiner.sweep.enabled=false");
    }

    private static JoinsEndpoint endpoint(ApplicationContext context) {
        return context.getBean(JoinsEndpoint.class);
    }

    @SuppressWarnings("unchecked")
    private static KeyedJoiner<Order, UUID, Order, Order> joiner(ApplicationContext context) {
        return context.getBean(KeyedJoiner.class);
    }

    private static PageDescriptor page(
            ApplicationContext context, String key, Duration olderThan, String cursor, Integer limit) {
        return Objects.requireNonNull(endpoint(context).pending("orders", key, olderThan, cursor, limit));
    }

    @Test
    void joinsAreListed() {
        application().run(context -> assertThat(endpoint(context).joins()).containsOnlyKeys("orders"));
    }

    @Test
    void lastSweepIsShown() {
        Contexts.orders()
                .withPropertyValues("management.endpoints.web.exposure.include=joins")
                .run(context -> {
                    JoinsEndpoint endpoint = endpoint(context);
                    while (endpoint.joins().get("orders").lastSweep() == null) {
                        Thread.onSpinWait();
                    }
                    assertThat(endpoint.joins()
                                    .get("orders")
                                    .lastSweep()
                                    .report()
                                    .failed())
                            .isZero();
                });
    }

    @Test
    void pendingJoinsArePaged() {
        application().run(context -> {
            joiner(context).accept(Order.paid(Order.ID));
            joiner(context).accept(Order.paid(OTHER));
            List<String> keys = new ArrayList<>();

            PageDescriptor page = page(context, null, null, null, 1);
            page.joins().forEach(join -> keys.add(join.key()));
            while (page.next() != null) {
                page = page(context, null, null, page.next(), 1);
                page.joins().forEach(join -> keys.add(join.key()));
            }

            assertThat(keys).containsExactlyInAnyOrder(Order.ID.toString(), OTHER.toString());
        });
    }

    @Test
    void keyIsFoundByItsText() {
        application().run(context -> {
            joiner(context).accept(Order.paid(Order.ID));
            joiner(context).accept(Order.paid(OTHER));

            assertThat(page(context, OTHER.toString(), null, null, null).joins())
                    .singleElement()
                    .satisfies(join -> {
                        assertThat(join.key()).isEqualTo(OTHER.toString());
                        assertThat(join.status()).isEqualTo(PendingJoin.Status.WAITING);
                        assertThat(join.parts()).isEqualTo(1);
                        assertThat(join.value()).isNull();
                    });
        });
    }

    @Test
    void oldestAreListed() {
        application().run(context -> {
            joiner(context).accept(Order.paid(Order.ID));

            assertThat(page(context, null, Duration.ofDays(1), null, null).joins())
                    .isEmpty();
            assertThat(page(context, null, Duration.ZERO, null, null).joins()).hasSizeLessThanOrEqualTo(1);
        });
    }

    @Test
    void valuesAreShownIfAPropertySaysSo() {
        application().withPropertyValues("joiner.endpoint.show-values=true").run(context -> {
            joiner(context).accept(Order.paid(Order.ID));

            assertThat(page(context, Order.ID.toString(), null, null, null).joins())
                    .extracting(PendingDescriptor::value)
                    .containsExactly("{\"id\":\"" + Order.ID + "\",\"paidBy\":\"card\",\"sentBy\":null}");
        });
    }

    @Test
    void unknownJoinIsNotFound() {
        application().run(context -> {
            assertThat(endpoint(context).pending("refunds", null, null, null, null))
                    .isNull();
            assertThat(endpoint(context).act("refunds", "reexamine", null)).isNull();
        });
    }

    @Test
    void requestThatMakesNoSenseIsRefused() {
        application().run(context -> {
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> page(context, "no-uuid", null, null, null))
                    .withMessageStartingWith("key is no-uuid, which is not a key of orders");
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> page(context, null, null, null, 0))
                    .withMessage("limit is 0, must be from 1 to 1000");
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> endpoint(context).act("orders", "release", null))
                    .withMessage("key is missing");
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> endpoint(context).act("orders", "forget", null));
        });
    }

    @Test
    void releaseHandsOver() {
        application().run(context -> {
            joiner(context).accept(Order.paid(Order.ID));

            ActionDescriptor done = endpoint(context).act("orders", "release", Order.ID.toString());

            assertThat(done.outcomes()).containsExactly("Joined");
            assertThat(joiner(context).find(Order.ID)).isEmpty();
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Failing {
        @Bean
        JoinSpec<Order, UUID, Order, Order> failing() {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .named("orders")
                    .<Order>process(order -> {
                        throw new IllegalStateException("no stock");
                    })
                    .build();
        }
    }

    @Test
    void releaseThatFailsSaysWhy() {
        Contexts.starter()
                .withUserConfiguration(Failing.class)
                .withPropertyValues(
                        "joiner.store.url=memory:",
                        "joiner.sweep.enabled=false",
                        "management.endpoints.web.exposure.include=joins")
                .run(context -> {
                    assertThatExceptionOfType(ProcessingException.class)
                            .isThrownBy(() -> joiner(context).accept(Order.whole(Order.ID)));

                    assertThat(endpoint(context)
                                    .act("orders", "release", Order.ID.toString())
                                    .outcomes())
                            .singleElement()
                            .asString()
                            .startsWith("Failed: ")
                            .contains("no stock");
                });
    }

    @Test
    void dropReturnsWhatItRemoves() {
        application().run(context -> {
            joiner(context).accept(Order.paid(Order.ID));

            assertThat(endpoint(context)
                            .act("orders", "drop", Order.ID.toString())
                            .dropped())
                    .extracting(PendingDescriptor::key)
                    .containsExactly(Order.ID.toString());
            assertThat(joiner(context).find(Order.ID)).isEmpty();
        });
    }

    @Test
    void reexaminationIsReported() {
        application().run(context -> {
            joiner(context).accept(Order.paid(Order.ID));

            assertThat(endpoint(context)
                            .act("orders", "reexamine", null)
                            .report()
                            .joined())
                    .isZero();
        });
    }

    private static List<String> operations(String... properties) {
        List<String> operations = new ArrayList<>();
        Contexts.orders()
                .withConfiguration(
                        AutoConfigurations.of(EndpointAutoConfiguration.class, JmxEndpointAutoConfiguration.class))
                .withInitializer(
                        context -> context.getEnvironment().setConversionService(new ApplicationConversionService()))
                .withBean(MBeanServer.class, MBeanServerFactory::newMBeanServer)
                .withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=joins")
                .withPropertyValues(properties)
                .run(context -> context.getBean(JmxEndpointsSupplier.class)
                        .getEndpoints()
                        .forEach(endpoint ->
                                endpoint.getOperations().forEach(operation -> operations.add(operation.getName()))));
        return operations;
    }

    @Test
    void endpointIsReadOnlyUnlessAPropertySaysOtherwise() {
        assertThat(operations()).containsExactlyInAnyOrder("joins", "pending");
        assertThat(operations("management.endpoint.joins.access=unrestricted"))
                .containsExactlyInAnyOrder("joins", "pending", "act");
    }

    @Test
    void endpointIsNotThereUnlessItIsExposed() {
        Contexts.orders().run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(JoinsEndpoint.class));
    }
}
