package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import dev.joiner.codec.jackson.JacksonCodec;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documentation shows. */
class DocumentedUsageTest {

    record Part(UUID orderId, String id, BigDecimal total, String address) {}

    record Order(UUID id, BigDecimal total, String address) {
        static Order with(Part part, Order pending) {
            return pending == null
                    ? new Order(part.orderId(), part.total(), part.address())
                    : new Order(
                            pending.id,
                            part.total() != null ? part.total() : pending.total,
                            part.address() != null ? part.address() : pending.address);
        }

        boolean isWhole() {
            return total != null && address != null;
        }
    }

    private static JdbcJoinStore<UUID, Order> store(DataSource dataSource) {
        // snippet:jdbc-store
        JdbcJoinStore<UUID, Order> store = JdbcJoinStore.builder(dataSource)
                .namespace("orders")
                .keyCodec(KeyCodec.uuid())
                .valueCodec(JacksonCodec.of(Order.class))
                .build();
        // end:jdbc-store
        return store;
    }

    private static JdbcJoinStore<UUID, Order> storeThatTakesPart(DataSource dataSource) {
        // snippet:jdbc-callers-transaction
        JdbcJoinStore<UUID, Order> store = JdbcJoinStore.builder(dataSource)
                .namespace("orders")
                .keyCodec(KeyCodec.uuid())
                .valueCodec(JacksonCodec.of(Order.class))
                .callersTransaction(CallersTransaction.TAKE_PART)
                .build();
        // end:jdbc-callers-transaction
        return store;
    }

    @Test
    void ordersAreStoredInATransactionOfTheCallers() throws Exception {
        JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "");
        try {
            JdbcJoinStore.builder(pool).namespace("any").createTableIfMissing().build();
            BoundTransactions manager = new BoundTransactions(pool);
            JdbcJoinStore<UUID, Order> store = storeThatTakesPart(manager.aware());
            Order order = new Order(UUID.randomUUID(), null, "here");
            Joiner<Order, Order> joiner = Joiner.create(
                    JoinSpec.joining(Order.class)
                            .keyedBy(Order::id)
                            .<Order>mergedBy((message, pending) -> message)
                            .sufficientWhen(Order::isWhole)
                            .build(),
                    store);

            assertThatIllegalStateException()
                    .isThrownBy(() -> manager.inTransaction(() -> {
                        joiner.accept(order);
                        throw new IllegalStateException("rolled back");
                    }));
            assertThat(store.size()).isZero();
            manager.inTransaction(() -> joiner.accept(order));
            assertThat(store.size()).isEqualTo(1);
        } finally {
            pool.dispose();
        }
    }

    @Test
    void ordersAreStoredByTheTransactionThatJoinsThem() throws SQLException {
        JdbcConnectionPool dataSource = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "");
        try (Connection outside = dataSource.getConnection()) {
            outside.createStatement().execute("CREATE TABLE orders (id VARCHAR(36), total DECIMAL(10, 2))");
            JdbcJoinStore.builder(dataSource)
                    .namespace("any")
                    .createTableIfMissing()
                    .build();
            JdbcJoinStore<UUID, Order> store = store(dataSource);

            // snippet:jdbc-transactional
            Joiner<Part, Order> joiner = store.transactional(JoinSpec.joining(Part.class)
                    .keyedBy(Part::orderId)
                    .mergedBy(Order::with)
                    .sufficientWhen(Order::isWhole)
                    .identifiedBy(Part::id)
                    .rememberFor(Duration.ofDays(1))
                    .process((order, handOver) -> {
                        try (Connection connection = store.handOverConnection();
                                PreparedStatement insert =
                                        connection.prepareStatement("INSERT INTO orders VALUES (?, ?)")) {
                            insert.setString(1, order.id().toString());
                            insert.setBigDecimal(2, order.total());
                            insert.executeUpdate();
                        }
                        return order;
                    })
                    .build());
            // end:jdbc-transactional

            UUID id = UUID.randomUUID();
            joiner.accept(new Part(id, "payment", new BigDecimal("9.90"), null));
            assertThat(joiner.accept(new Part(id, "address", null, "here"))).isInstanceOf(Outcome.Joined.class);

            try (ResultSet orders = outside.createStatement().executeQuery("SELECT total FROM orders")) {
                assertThat(orders.next()).isTrue();
                assertThat(orders.getBigDecimal(1)).isEqualTo(new BigDecimal("9.90"));
            }
        } finally {
            dataSource.dispose();
        }
    }

    @Test
    void storeOpensByUrl(@TempDir Path folder) {
        String url = "jdbc:h2:" + folder.resolve("joins");
        // snippet:readme-url
        var store = JoinStores.open(
                url, // jdbc:h2:./joins, say
                JoinStoreConfig.of("orders", KeyCodec.uuid(), JacksonCodec.of(Order.class)));
        // end:readme-url
        store.close();

        assertThat(folder.resolve("joins.mv.db")).exists();
    }
}
