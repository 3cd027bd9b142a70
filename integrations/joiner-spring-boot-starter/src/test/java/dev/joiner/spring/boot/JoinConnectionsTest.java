package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.ProcessingException;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import dev.joiner.test.servers.RedisServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** Joins on connections that the application has. */
class JoinConnectionsTest {
    private final JdbcDataSource h2 = new JdbcDataSource();

    JoinConnectionsTest() {
        h2.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    private String value(String sql) throws SQLException {
        try (Connection connection = h2.getConnection();
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "none";
        }
    }

    @SuppressWarnings("unchecked")
    private static Joiner<Order, Order> joiner(org.springframework.context.ApplicationContext context) {
        return context.getBean(KeyedJoiner.class);
    }

    @Test
    void dataSourceOfTheApplicationIsUsed() {
        Contexts.starter()
                .withUserConfiguration(Contexts.Orders.class)
                .withBean("h2", JdbcDataSource.class, () -> h2)
                .withPropertyValues("joiner.store.table=shop_joins", "joiner.namespace=shop")
                .run(context -> {
                    joiner(context).accept(Order.paid(Order.ID));

                    assertThat(value("SELECT namespace || ' ' || join_key FROM shop_joins"))
                            .isEqualTo("shop.orders " + Order.ID);
                    assertThat(value("SELECT join_value FROM shop_joins")).contains("\"paidBy\":\"card\"");
                });
    }

    @Test
    void urlComesBeforeTheDataSource() {
        Contexts.orders().withBean("h2", JdbcDataSource.class, () -> h2).run(context -> {
            joiner(context).accept(Order.paid(Order.ID));

            assertThat(value("SELECT count(*) FROM information_schema.tables WHERE table_name = 'JOINER_JOINS'"))
                    .isEqualTo("0");
        });
    }

    @Test
    void propertyChoosesBetweenConnections() {
        RedisServer server = RedisServer.shared();
        Contexts.starter()
                .withUserConfiguration(Contexts.Orders.class)
                .withBean("h2", JdbcDataSource.class, () -> h2)
                .withBean("jedis", UnifiedJedis.class, () -> RedisClient.create("127.0.0.1", server.port()))
                .withPropertyValues("joiner.store.use=jedis")
                .run(context -> {
                    joiner(context).accept(Order.paid(Order.ID));

                    assertThat(context.getBean(UnifiedJedis.class).keys("*orders*"))
                            .isNotEmpty();
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class PartsOfOrders {
        private static final Part<Order> ORDER = Part.of("order", Order.class, Order::id);

        @Bean
        PartsMerge merge() {
            return Parts.of(ORDER);
        }

        @Bean
        JoinSpec<Order, UUID, Parts, Parts> parts(PartsMerge merge) {
            return JoinSpec.joining(Order.class)
                    .keyedBy(Order::id)
                    .<Parts>mergedBy(merge::merge)
                    .sufficientWhen(parts -> false)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoJoinsOfParts {
        private static JoinSpec<Object, UUID, Parts, Parts> spec(String name) {
            return Parts.of(Part.of(name, Order.class, Order::id))
                    .keyedBy(UUID.class)
                    .named(name)
                    .<Parts>process(parts -> {
                        throw new IllegalStateException("not today");
                    })
                    .build();
        }

        @Bean
        JoinSpec<Object, UUID, Parts, Parts> invoices() {
            return spec("invoice");
        }

        @Bean
        JoinSpec<Object, UUID, Parts, Parts> receipts() {
            return spec("receipt");
        }
    }

    @Test
    @SuppressWarnings("unchecked") // the bean's own types
    void specsOfPartsBringTheirMerges() {
        Contexts.starter()
                .withUserConfiguration(TwoJoinsOfParts.class)
                .withBean("h2", JdbcDataSource.class, () -> h2)
                .run(context -> {
                    for (String joiner : List.of("invoicesJoiner", "receiptsJoiner")) {
                        KeyedJoiner<Object, UUID, Parts, Parts> each = context.getBean(joiner, KeyedJoiner.class);
                        assertThatExceptionOfType(ProcessingException.class)
                                .isThrownBy(() -> each.accept(Order.paid(Order.ID)));
                        assertThat(each.find(Order.ID))
                                .singleElement()
                                .satisfies(join -> assertThat(
                                                join.value().orElseThrow().missing())
                                        .isEmpty());
                    }
                });
    }

    @Test
    void partsAreWrittenByTheirMerge() {
        Contexts.starter()
                .withUserConfiguration(PartsOfOrders.class)
                .withBean("h2", JdbcDataSource.class, () -> h2)
                .run(context -> {
                    joiner(context).accept(Order.paid(Order.ID));

                    assertThat(value("SELECT join_value FROM joiner_joins")).contains("\"order\":{");
                });
    }
}
