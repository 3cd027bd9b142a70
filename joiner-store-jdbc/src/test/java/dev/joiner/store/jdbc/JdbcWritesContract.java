package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.store.tck.StoreUnderTest;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** That a store is right on one database, through a pool that is set up as a user might. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JdbcWritesContract implements StoreUnderTest {
    private final Consumer<HikariConfig> options;
    private HikariDataSource pool;

    JdbcWritesContract(Consumer<HikariConfig> options) {
        this.options = options;
    }

    @BeforeAll
    void openPool() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(16);
        options.accept(config);
        pool = new HikariDataSource(config);
    }

    @AfterAll
    void closePool() throws SQLException {
        try (HikariDataSource closed = pool) {
            assertThat(partsWithoutAJoin(closed)).as("whatever was tried").isZero();
        }
    }

    private static long partsWithoutAJoin(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT COUNT(*) FROM joiner_joins_parts p LEFT JOIN joiner_joins j"
                                + " ON j.namespace = p.namespace AND j.join_key = p.join_key WHERE j.join_key IS NULL")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** What is special about a store. */
    JdbcJoinStore.Builder<?, ?> customize(JdbcJoinStore.Builder<?, ?> builder) {
        return builder;
    }

    @Override
    public <K, V> JdbcJoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return customize(JdbcJoinStore.builder(pool))
                .namespace(config.namespace())
                .keyCodec(config.keys())
                .valueCodec(config.values())
                .createTableIfMissing()
                .build();
    }

    private <V> JdbcJoinStore<String, V> open(Codec<V> values) {
        return open(JoinStoreConfig.of(UUID.randomUUID().toString(), KeyCodec.string(), values));
    }

    @Nested
    class Store extends JoinStoreContract {
        Store() {
            super(JdbcWritesContract.this);
        }
    }

    /** All 256 bytes, and each of the few that text has a meaning for at the end, where nothing follows it. */
    private static byte[] bytes(int number) {
        byte[] bytes = new byte[257];
        for (int i = 0; i < 256; i++) {
            bytes[i] = (byte) (i + number);
        }
        bytes[256] = (byte) "\\'\"?\0\n\r\u001a;{%".charAt(number % 11);
        return bytes;
    }

    /** Every second one is due, so that columns hold a number here and nothing there. */
    private static Versioned<byte[]> open(int number) {
        long dueAt = number % 2 == 0 ? JoinState.NEVER : 1_000_000L + number;
        Join<byte[]> join = new Join<>(bytes(number), 1, number, dueAt, JoinState.NEVER, Ids.NONE, false);
        return Versioned.of(Long.MIN_VALUE + 7_919L * number, new JoinState<>(join, List.of(), null, 0));
    }

    private static void assertHolds(Versioned<byte[]> held, Versioned<byte[]> written) {
        assertThat(held).isNotNull();
        assertThat(held.version()).isEqualTo(written.version());
        assertThat(held.state().open().value()).isEqualTo(written.state().open().value());
        assertThat(held.state().dueAt()).isEqualTo(written.state().dueAt());
    }

    @Test
    void everyByteOfAKeyComesBack() {
        try (JdbcJoinStore<String, byte[]> store = open(Codec.bytes())) {
            for (int i = 0; i < 12; i++) {
                assertThat(store.compareAndExchange("k", i == 0 ? null : open(i - 1), open(i)))
                        .isEqualTo(Exchange.written());
                assertHolds(store.find("k"), open(i));
            }
            assertThat(store.compareAndExchange("k", open(11), null)).isEqualTo(Exchange.written());
            assertThat(store.find("k")).isNull();
        }
    }

    @Test
    void everyByteOfABatchComesBack() {
        try (JdbcJoinStore<String, byte[]> store = open(Codec.bytes())) {
            List<String> keys = new ArrayList<>();
            List<Change<String, byte[]>> begin = new ArrayList<>();
            List<Change<String, byte[]>> grow = new ArrayList<>();
            List<Change<String, byte[]>> end = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String key = "k'\\?\"\u20ac\ud83d\ude00" + i;
                keys.add(key);
                begin.add(new Change<>(key, null, open(i)));
                grow.add(new Change<>(key, open(i), open(i + 101)));
                end.add(new Change<>(key, open(i + 101), null));
            }

            assertThat(store.compareAndExchangeAll(begin)).hasSize(40).containsOnly(Exchange.written());
            assertAll(store, keys, begin);
            assertThat(store.compareAndExchangeAll(grow)).hasSize(40).containsOnly(Exchange.written());
            assertAll(store, keys, grow);
            assertThat(store.due(Instant.EPOCH, Instant.ofEpochMilli(2_000_000), 100))
                    .as("every second one")
                    .hasSize(20);
            assertThat(store.compareAndExchangeAll(end)).hasSize(40).containsOnly(Exchange.written());
            assertThat(store.findAll(keys)).containsOnlyNulls();
        }
    }

    private static void assertAll(
            JoinStore<String, byte[]> store, List<String> keys, List<Change<String, byte[]>> written) {
        List<Versioned<byte[]>> held = store.findAll(keys);
        for (int i = 0; i < keys.size(); i++) {
            assertHolds(held.get(i), written.get(i).next());
            assertHolds(store.find(keys.get(i)), written.get(i).next());
        }
        assertThat(store.scan(null, 100).entries()).hasSameSizeAs(keys);
    }

    /** Drivers differ in what they count: rows that were found, or rows that were changed. */
    @Test
    void halfOfABatchIsWrittenAndHalfIsLost() {
        try (JdbcJoinStore<String, byte[]> store = open(Codec.bytes())) {
            List<Change<String, byte[]>> changes = new ArrayList<>();
            for (int i = 0; i < 36; i++) {
                String key = "k" + i;
                boolean isStale = i % 2 == 0;
                boolean isThere = i % 3 != 0 || !isStale;
                if (isThere) {
                    assertThat(store.compareAndExchange(key, null, open(i)).won())
                            .isTrue();
                }
                Versioned<byte[]> next = i % 4 < 2 ? open(i + 100) : null;
                boolean begins = i % 12 == 1;
                changes.add(new Change<>(key, begins ? null : open(isStale ? 99 : i), begins ? open(i + 200) : next));
            }

            List<Exchange<byte[]>> exchanges = store.compareAndExchangeAll(changes);

            for (int i = 0; i < 36; i++) {
                boolean isLost = i % 2 == 0 || i % 12 == 1;
                Versioned<byte[]> held = store.find("k" + i);
                assertThat(exchanges.get(i).won()).as("k%s", i).isEqualTo(!isLost);
                if (isLost && i % 6 == 0) {
                    assertThat(exchanges.get(i).witness()).as("k%s", i).isNull();
                } else if (isLost) {
                    assertHolds(exchanges.get(i).witness(), open(i));
                    assertHolds(held, open(i));
                } else if (i % 4 < 2) {
                    assertHolds(held, open(i + 100));
                } else {
                    assertThat(held).as("k%s", i).isNull();
                }
            }
        }
    }

    @Test
    void everyByteOfATransactionComesBack() {
        try (JdbcJoinStore<String, byte[]> store = open(Codec.bytes());
                KeyedJoiner<byte[], String, byte[], byte[]> joiner = store.transactional(JoinSpec.joining(byte[].class)
                        .keyedBy(message -> "k")
                        .<byte[]>mergedBy((message, pending) -> pending == null ? message : join(pending, message))
                        .sufficientWhen(value -> value.length > 600)
                        .build())) {
            assertThat(joiner.accept(bytes(1))).isInstanceOf(Outcome.Incomplete.class);
            assertThat(joiner.accept(bytes(3))).isInstanceOf(Outcome.Incomplete.class);
            assertThat(store.find("k").state().open().value()).isEqualTo(join(bytes(1), bytes(3)));

            assertThat(joiner.accept(bytes(5)))
                    .isInstanceOfSatisfying(
                            Outcome.Joined.class,
                            joined -> assertThat((byte[]) joined.result())
                                    .isEqualTo(join(join(bytes(1), bytes(3)), bytes(5))));
            assertThat(store.find("k")).isNull();
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        return (new String(first, StandardCharsets.ISO_8859_1) + new String(second, StandardCharsets.ISO_8859_1))
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
