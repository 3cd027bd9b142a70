package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.examples.InvoiceExample.Invoice;
import dev.joiner.examples.InvoiceExample.Item;
import dev.joiner.examples.ThreeServicesExample.Coupon;
import dev.joiner.examples.ThreeServicesExample.Delivery;
import dev.joiner.examples.ThreeServicesExample.Offer;
import dev.joiner.examples.ThreeServicesExample.Price;
import dev.joiner.examples.ThreeServicesExample.Stock;
import dev.joiner.merge.Parts;
import dev.joiner.merge.Records;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.jdbc.JdbcJoinStore;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import dev.joiner.test.servers.RedisServer;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What the ready-made merges make survives each store, with messages that come to two nodes in turn. */
@NullUnmarked
class MergesOnStoresTest {

    /** A database's connections are not pooled here: that a pool is missing is told to users, and tested in this module. */
    private static <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) throws SQLException {
        if (!url.startsWith("jdbc:")) {
            return JoinStores.open(url, config);
        }
        return JdbcJoinStore.builder(database(url))
                .namespace(config.namespace())
                .keyCodec(config.keys())
                .valueCodec(config.values())
                .createTableIfMissing()
                .build();
    }

    private static DataSource database(String url) throws SQLException {
        if (url.startsWith("jdbc:mariadb:")) {
            return new MariaDbDataSource(url);
        }
        if (url.startsWith("jdbc:postgresql:")) {
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setUrl(url);
            return database;
        }
        JdbcDataSource database = new JdbcDataSource();
        database.setUrl(url);
        return database;
    }

    static Stream<String> urls() {
        return Stream.of(
                "memory:",
                "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                PostgresServer.shared().jdbcUrl(),
                MariaDbServer.shared().jdbcUrl(),
                "redis://" + RedisServer.HOST + ":" + RedisServer.shared().port());
    }

    /** Delivers each message to a node of its own, which reads what the one before it wrote. */
    private static <M, K, V, R> Optional<R> joined(
            String url, KeyCodec<K> keys, Codec<V> values, JoinSpec<M, K, V, R> spec, List<? extends M> messages)
            throws SQLException {
        JoinStoreConfig<K, V> config = JoinStoreConfig.of("merges-" + UUID.randomUUID(), keys, values);
        Optional<R> result = Optional.empty();
        KeyedJoiner<M, K, V, R> node = Joiner.create(spec, open(url, config));
        try {
            for (M message : messages) {
                assertThat(result).as("joined before %s", message).isEmpty();
                if (node.accept(message) instanceof Outcome.Joined<R> joined) {
                    result = Optional.of(joined.result());
                }
                if (!url.startsWith("memory:")) {
                    node.close();
                    node = Joiner.create(spec, open(url, config));
                }
            }
            assertThat(node.counts().all()).isZero();
        } finally {
            node.close();
        }
        return result;
    }

    record Key(UUID tenant, int number) {}

    record Order(
            Key key,
            Instant placedAt,
            BigDecimal total,
            List<String> items,
            @Nullable String coupon) {}

    @ParameterizedTest
    @MethodSource("urls")
    void recordsUnderAKeyOfTwoValues(String url) throws SQLException {
        Key key = new Key(new UUID(1, 2), 7);
        Instant at = Instant.parse("2026-01-31T10:20:30.123456789Z");
        var spec = Records.of(Order.class)
                .collect("items")
                .sum("total")
                .keyedBy(Order::key)
                .build();

        assertThat(joined(
                        url,
                        KeyCodec.of(Key.class),
                        JacksonCodec.of(Order.class),
                        spec,
                        List.of(
                                new Order(key, null, new BigDecimal("12.50"), null, "half"),
                                new Order(key, at, null, null, null),
                                new Order(key, null, new BigDecimal("0.50"), List.of("hat", "\uD83D\uDE00"), null))))
                .contains(new Order(key, at, new BigDecimal("13.00"), List.of("hat", "\uD83D\uDE00"), "half"));
    }

    @ParameterizedTest
    @MethodSource("urls")
    void partsOfSeveralClasses(String url) throws SQLException {
        var merge = Parts.of(ThreeServicesExample.PRICE, ThreeServicesExample.STOCK, ThreeServicesExample.DELIVERY)
                .optional(ThreeServicesExample.COUPON);
        var spec = merge.keyedBy(String.class)
                .process(parts -> new Offer(
                        parts.get(ThreeServicesExample.PRICE).cents()
                                - parts.get(ThreeServicesExample.COUPON).cents(),
                        parts.get(ThreeServicesExample.STOCK).warehouse(),
                        parts.get(ThreeServicesExample.DELIVERY).carrier()))
                .build();

        assertThat(joined(
                        url,
                        KeyCodec.string(),
                        JacksonCodec.of(merge),
                        spec,
                        List.<Object>of(
                                new Delivery("o", "post"),
                                new Coupon("o", 250),
                                new Price("o", 1_250),
                                new Stock("o", "north"))))
                .contains(new Offer(1_000, "north", "post"));
    }

    @ParameterizedTest
    @MethodSource("urls")
    void itemsThatAreCollected(String url) throws SQLException {
        assertThat(joined(
                        url,
                        KeyCodec.string(),
                        Codec.longs(),
                        InvoiceExample.invoices(),
                        List.of(
                                new Item("2026-17", 2, 250, null),
                                new Item("2026-17", 2, 250, null),
                                new Item("2026-17", 3, 1_000, 3),
                                new Item("2026-17", 1, 75, null))))
                .contains(new Invoice("2026-17", 1_325));
    }
}
