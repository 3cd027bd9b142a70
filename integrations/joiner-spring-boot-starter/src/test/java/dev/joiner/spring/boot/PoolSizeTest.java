package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.StoreException;
import java.sql.Connection;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.support.TransactionTemplate;

/** Pools with fewer connections than the application needs at once. */
@Timeout(60)
class PoolSizeTest {
    private static final String TRANSACTIONAL = "joiner.store.transactional=true";
    private static final String TAKE_PART = "joiner.store.callers-transaction=take-part";
    private static final String NO_SWEEPS = "joiner.sweep.enabled=false";

    private static ApplicationContextRunner pool(int size, String... properties) {
        return Contexts.starter()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class))
                .withUserConfiguration(Contexts.Orders.class)
                .withPropertyValues(
                        "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                        "spring.datasource.hikari.maximum-pool-size=" + size,
                        "spring.datasource.hikari.connection-timeout=250")
                .withPropertyValues(properties);
    }

    @SuppressWarnings("unchecked")
    private static KeyedJoiner<Order, UUID, Order, Order> joiner(ApplicationContext context) {
        return context.getBean("ordersJoiner", KeyedJoiner.class);
    }

    private static void acceptInATransaction(ApplicationContext context) {
        Joiner<Order, Order> joiner = joiner(context);
        context.getBean(TransactionTemplate.class).executeWithoutResult(status -> joiner.accept(Order.paid(Order.ID)));
    }

    private static void assertRefused(ApplicationContext context) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> acceptInATransaction(context))
                .withMessageContaining("holds the only connection of the pool")
                .withMessageContaining("joiner.store.callers-transaction to take-part")
                .withMessageContaining("spring.datasource.hikari.maximum-pool-size to more than 1");
    }

    @Test
    void callInATransactionIsRefusedByAPoolOfOne() {
        pool(1, NO_SWEEPS).run(PoolSizeTest::assertRefused);
        pool(1, NO_SWEEPS, TRANSACTIONAL).run(PoolSizeTest::assertRefused);
    }

    @Test
    void callOutsideOfTransactionsNeedsOneConnection() {
        pool(1, NO_SWEEPS, TRANSACTIONAL).run(context -> {
            joiner(context).accept(Order.paid(Order.ID));
            joiner(context).accept(Order.sent(Order.ID));

            assertThat(joiner(context).find(Order.ID)).isEmpty();
        });
    }

    @Test
    void callThatTakesPartNeedsOneConnection() {
        pool(1, NO_SWEEPS, TRANSACTIONAL, TAKE_PART).run(context -> {
            acceptInATransaction(context);

            assertThat(joiner(context).find(Order.ID))
                    .extracting(PendingJoin::status)
                    .containsExactly(PendingJoin.Status.WAITING);
        });
    }

    private static void assertTimesOut(ApplicationContext context) throws Exception {
        try (Connection other = context.getBean(DataSource.class).getConnection()) {
            assertThat(other.isClosed()).isFalse();
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> acceptInATransaction(context))
                    .withMessageContaining("got no second one: set joiner.store.callers-transaction to take-part")
                    .withMessageContaining("Connection is not available, request timed out");
        }
    }

    @Test
    void timeoutOfThePoolIsExplained() {
        pool(2, NO_SWEEPS).run(PoolSizeTest::assertTimesOut);
        pool(2, NO_SWEEPS, TRANSACTIONAL).run(PoolSizeTest::assertTimesOut);
    }

    @Test
    void timeoutOutsideOfTransactionsIsThePools() {
        pool(1, NO_SWEEPS).run(context -> {
            try (Connection other = context.getBean(DataSource.class).getConnection()) {
                assertThat(other.isClosed()).isFalse();
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> joiner(context).accept(Order.paid(Order.ID)))
                        .withMessageNotContaining("second");
            }
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Refunds {
        @Bean
        JoinSpec<Order, UUID, Order, Order> refunds() {
            return Order.joining()
                    .sufficientWhen(Order::isWhole)
                    .named("refunds")
                    .build();
        }
    }

    @Test
    void poolOfOneIsWarnedOf() {
        pool(1, NO_SWEEPS)
                .run(context -> assertThat(warning(context))
                        .startsWith(
                                "the pool has at most 1 connection (spring.datasource.hikari.maximum-pool-size): a joiner that is"
                                        + " called in a transaction needs a second one")
                        .doesNotContain("sweep"));
        pool(1, NO_SWEEPS, TAKE_PART)
                .run(context -> assertThat(warning(context)).isEmpty());
    }

    @Test
    void poolThatSweepsCanUseUpIsWarnedOf() {
        pool(4, "joiner.sweep.threads=2")
                .withUserConfiguration(Refunds.class)
                .run(context -> assertThat(warning(context))
                        .contains("as 2 x 2 threads sweep")
                        .contains("have 4 connections, and one more"));
        pool(5, "joiner.sweep.threads=2")
                .withUserConfiguration(Refunds.class)
                .run(context -> assertThat(warning(context)).isEmpty());
        pool(4, "joiner.sweep.threads=2", NO_SWEEPS)
                .withUserConfiguration(Refunds.class)
                .run(context -> assertThat(warning(context)).isEmpty());
    }

    @Test
    void poolThatJoinsAreNotStoredOnIsNotWarnedOf() {
        pool(1, "joiner.store.url=memory:")
                .run(context -> assertThat(warning(context)).isEmpty());
    }

    private static String warning(ApplicationContext context) {
        return context.getBean(PoolWarning.class).warning().orElse("");
    }
}
