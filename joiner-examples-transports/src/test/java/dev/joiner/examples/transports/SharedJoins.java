package dev.joiner.examples.transports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.time.Duration;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.h2.jdbcx.JdbcConnectionPool;

/** A database that the nodes of a test join orders in, and what they hand over. */
final class SharedJoins implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private final JdbcConnectionPool database =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final Queue<Order> received = new ConcurrentLinkedQueue<>();

    /** Returns the joiner of one more node. */
    KeyedJoiner<OrderEvent, String, Order, Order> node() {
        JdbcJoinStore<String, Order> store = JdbcJoinStore.builder(database)
                .namespace("orders")
                .valueCodec(JacksonCodec.of(Order.class))
                .createTableIfMissing()
                .build();
        return Joiner.create(Order.spec(this::receive), store);
    }

    void receive(Order order) {
        received.add(order);
    }

    /** Waits until each order was handed over, and sees that none came twice. */
    void awaitEachOnce(Workload workload) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(received.size())
                        .as("handed over, seed %s", workload.seed())
                        .isGreaterThanOrEqualTo(workload.orders().size()));
        assertThat(received)
                .as("handed over, seed %s", workload.seed())
                .containsExactlyInAnyOrderElementsOf(workload.orders());
    }

    /** Sees that no message began a join of its own. */
    void assertNothingWaits() {
        try (KeyedJoiner<OrderEvent, String, Order, Order> joiner = node()) {
            assertThat(joiner.counts().all()).as("joins left").isZero();
        }
    }

    @Override
    public void close() {
        database.dispose();
    }
}
