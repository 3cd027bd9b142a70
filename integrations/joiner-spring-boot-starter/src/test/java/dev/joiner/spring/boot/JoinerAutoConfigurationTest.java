package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.store.memory.MapJoinStore;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ParameterizedTypeReference;

@Timeout(60)
class JoinerAutoConfigurationTest {

    // snippet:spring-boot-spec
    @Configuration
    static class Shop {
        @Bean
        JoinSpec<Order, UUID, Order, String> orders(Receipts receipts) {
            return JoinSpec.joining(Order.class)
                    .keyedBy(Order::id)
                    .mergedBy(Order::merge)
                    .sufficientWhen(Order::isWhole)
                    .named("orders")
                    .process(receipts::print)
                    .build();
        }
    }
    // end:spring-boot-spec

    // snippet:spring-boot-consumer
    static class Consumer {
        private final Joiner<Order, String> joiner;

        Consumer(Joiner<Order, String> joiner) {
            this.joiner = joiner;
        }

        void receive(Order order) {
            joiner.accept(order);
        }
    }
    // end:spring-boot-consumer

    static class Receipts {
        private final List<Order> printed = new ArrayList<>();

        String print(Order order) {
            printed.add(order);
            return "receipt";
        }
    }

    record Refund(long order) {}

    @Configuration(proxyBeanMethods = false)
    static class Refunds {
        @Bean
        JoinSpec<Refund, Long, String, String> refunds() {
            return JoinSpec.joining(Refund.class)
                    .keyedBy(Refund::order)
                    .<String>mergedBy((refund, pending) -> "refund")
                    .sufficientWhen(value -> true)
                    .named("refunds")
                    .build();
        }
    }

    @Test
    void specAloneMakesAJoiner() {
        Contexts.starter()
                .withUserConfiguration(Shop.class)
                .withBean(Receipts.class)
                .withBean(Consumer.class)
                .withPropertyValues("joiner.store.url=memory:")
                .run(context -> {
                    Consumer consumer = context.getBean(Consumer.class);
                    consumer.receive(Order.paid(Order.ID));
                    consumer.receive(Order.sent(Order.ID));

                    assertThat(context.getBean(Receipts.class).printed).containsExactly(Order.whole(Order.ID));
                });
    }

    @Test
    void joinersAreToldApartByTheirTypes() {
        Contexts.orders().withUserConfiguration(Refunds.class).run(context -> {
            KeyedJoiner<Order, UUID, Order, Order> orders = context.<KeyedJoiner<Order, UUID, Order, Order>>
                            getBeanProvider(new ParameterizedTypeReference<>() {})
                    .getObject();
            Joiner<Refund, String> refunds = context.<Joiner<Refund, String>>getBeanProvider(
                            new ParameterizedTypeReference<>() {})
                    .getObject();

            assertThat(orders).isSameAs(context.getBean("ordersJoiner"));
            assertThat(refunds).isSameAs(context.getBean("refundsJoiner"));
            assertThat(refunds.accept(new Refund(1))).isEqualTo(new Outcome.Joined<>("refund", true));
        });
    }

    @Test
    void nothingIsMadeWithoutASpec() {
        Contexts.starter().run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context).doesNotHaveBean(JoinerFactory.class).doesNotHaveBean(JoinSweepers.class);
        });
    }

    @Test
    void dueJoinsAreSwept() {
        CountDownLatch expired = new CountDownLatch(1);
        Contexts.starter()
                .withPropertyValues("joiner.store.url=memory:")
                .withBean(Expired.class, () -> new Expired(expired))
                .withUserConfiguration(Expiring.class)
                .run(context -> {
                    @SuppressWarnings("unchecked")
                    Joiner<Order, Order> joiner = context.getBean(Joiner.class);
                    joiner.accept(Order.paid(Order.ID));

                    assertThat(expired.await(30, TimeUnit.SECONDS)).isTrue();
                });
    }

    record Expired(CountDownLatch latch) {}

    @Configuration(proxyBeanMethods = false)
    static class Expiring {
        @Bean
        JoinSpec<Order, UUID, Order, Order> expiring(Expired expired) {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .expireAfter(Duration.ofMillis(1))
                    .onExpired((order, handOver) -> expired.latch.countDown())
                    .build();
        }
    }

    @Test
    void applicationNeedNotSweep() {
        Contexts.orders()
                .withPropertyValues("joiner.sweep.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(JoinSweepers.class));
    }

    /** Another part of the application, which looks at the sweepers when it starts and stops. */
    static class Neighbour implements SmartLifecycle {
        private final ObjectProvider<JoinSweepers> sweepers;
        private final Joiner<?, ?> joiner;
        private final List<String> seen;
        private boolean isRunning;

        Neighbour(ObjectProvider<JoinSweepers> sweepers, Joiner<?, ?> joiner, List<String> seen) {
            this.sweepers = sweepers;
            this.joiner = joiner;
            this.seen = seen;
        }

        private void look() {
            seen.add((sweepers.getObject().isRunning() ? "swept" : "not swept")
                    + (joiner.isClosed() ? ", closed" : ", open"));
        }

        @Override
        public void start() {
            isRunning = true;
            look();
        }

        @Override
        public void stop() {
            isRunning = false;
            look();
        }

        @Override
        public boolean isRunning() {
            return isRunning;
        }

        @Override
        public int getPhase() {
            return Integer.MAX_VALUE - 1;
        }
    }

    @Test
    void sweepersStartLastAndStopFirst() {
        List<String> seen = new ArrayList<>();
        Joiner<?, ?>[] joiner = new Joiner<?, ?>[1];
        Contexts.orders()
                .withUserConfiguration(Neighbours.class)
                .withBean(Seen.class, () -> new Seen(seen))
                .run(context -> {
                    joiner[0] = context.getBean(Joiner.class);
                    assertThat(context.getBean(JoinSweepers.class).isRunning()).isTrue();
                });

        assertThat(seen).containsExactly("not swept, open", "not swept, open");
        assertThat(joiner[0].isClosed()).isTrue();
    }

    record Seen(List<String> list) {}

    @Configuration(proxyBeanMethods = false)
    static class Neighbours {
        @Bean
        Neighbour neighbour(ObjectProvider<JoinSweepers> sweepers, Joiner<?, ?> joiner, Seen seen) {
            return new Neighbour(sweepers, joiner, seen.list);
        }
    }

    @Test
    void lazyApplicationSweepsAllTheSame() {
        Contexts.orders()
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThat(context.getBeanFactory().containsSingleton("ordersJoiner"))
                        .isTrue());
    }

    /** Keeps what it is given. */
    static class RecordingFactory implements JoinerFactory {
        private final List<JoinStoreConfig<?, ?>> configs = new ArrayList<>();

        @Override
        public <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStoreConfig<K, V> config) {
            configs.add(config);
            return Joiner.create(spec, MapJoinStore.create());
        }
    }

    /** Makes joiners whose close fails. */
    static class UnclosableFactory implements JoinerFactory {
        private final List<String> closed = new ArrayList<>();

        @Override
        @SuppressWarnings("unchecked")
        public <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStoreConfig<K, V> config) {
            KeyedJoiner<M, K, V, R> joiner = Joiner.create(spec, MapJoinStore.create());
            return (KeyedJoiner<M, K, V, R>) Proxy.newProxyInstance(
                    KeyedJoiner.class.getClassLoader(),
                    new Class<?>[] {KeyedJoiner.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            joiner.close();
                            closed.add(spec.name());
                            throw new StoreException("the connection is gone");
                        }
                        return method.invoke(joiner, arguments);
                    });
        }
    }

    @Test
    void joinerThatCannotBeClosedLeavesNoOtherOpen() {
        UnclosableFactory factory = new UnclosableFactory();
        Contexts.orders()
                .withUserConfiguration(Refunds.class)
                .withBean(UnclosableFactory.class, () -> factory)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(factory.closed).containsExactly("orders", "refunds");
    }

    @Test
    void factoryOfTheApplicationTakesThePlaceOfTheProperties() {
        Contexts.orders().withBean(RecordingFactory.class).run(context -> {
            assertThat(context).hasSingleBean(JoinerFactory.class);
            assertThat(context.getBean(RecordingFactory.class).configs)
                    .singleElement()
                    .satisfies(config -> assertThat(config.namespace()).isEqualTo("orders"));
        });
    }

    @Test
    void namespaceIsPutBeforeTheNameOfAJoin() {
        Contexts.orders()
                .withBean(RecordingFactory.class)
                .withPropertyValues("joiner.namespace=shop")
                .run(context -> assertThat(context.getBean(RecordingFactory.class).configs)
                        .extracting(JoinStoreConfig::namespace)
                        .containsExactly("shop.orders"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnCodecs {
        @Bean
        KeyCodec<UUID> keys() {
            return KeyCodec.of(id -> "order-" + id, text -> UUID.fromString(text.substring(6)));
        }

        @Bean
        Codec<Order> values() {
            return Codec.ofText(order -> order.id().toString(), text -> Order.paid(UUID.fromString(text)));
        }

        @Bean
        Codec<Refund> others() {
            throw new IllegalStateException("nobody needs it");
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void codecsOfTheApplicationComeFirst() {
        Contexts.orders()
                .withBean(RecordingFactory.class)
                .withUserConfiguration(OwnCodecs.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    var config = (JoinStoreConfig<UUID, Order>)
                            context.getBean(RecordingFactory.class).configs.get(0);

                    assertThat(config.keys().encode(Order.ID)).isEqualTo("order-" + Order.ID);
                    assertThat(config.values().encode(Order.paid(Order.ID)))
                            .asString()
                            .isEqualTo(Order.ID.toString());
                });
    }

    @Test
    void clockOfTheApplicationTellsTheTime() {
        Instant then = Instant.parse("2026-01-01T00:00:00Z");
        Contexts.orders()
                .withBean(Clock.class, () -> Clock.fixed(then, ZoneOffset.UTC))
                .run(context -> {
                    @SuppressWarnings("unchecked")
                    KeyedJoiner<Order, UUID, Order, Order> joiner = context.getBean(KeyedJoiner.class);
                    joiner.accept(Order.paid(Order.ID));

                    assertThat(joiner.find(Order.ID).get(0).firstAt()).contains(then);
                });
    }
}
