package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store on sessions of PostgreSQL that have timeouts, and a search path. */
class PostgresSettingsTest {
    private final String namespace = UUID.randomUUID().toString();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Connection admin;

    @BeforeEach
    void connect() throws SQLException {
        admin = DriverManager.getConnection(PostgresServer.shared().jdbcUrl());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        admin.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A pool of one connection. */
    private HikariDataSource pool(String initially) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(PostgresServer.shared().jdbcUrl());
        config.setMaximumPoolSize(1);
        config.setConnectionInitSql(initially);
        HikariDataSource pool = new HikariDataSource(config);
        opened.add(pool);
        return pool;
    }

    private JdbcJoinStore<String, String> store(HikariDataSource pool) {
        return JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .lockTimeout(Duration.ofMillis(200))
                .build();
    }

    private static Versioned<String> open(long version) {
        Join<String> join = new Join<>("a", 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        return Versioned.of(version, new JoinState<>(join, List.of(), null, 0));
    }

    private static String only(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static int pid(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return Integer.parseInt(only(connection, "SELECT pg_backend_pid()"));
        }
    }

    private void awaitEnd(int pid) {
        await().until(() -> only(admin, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid)
                .equals("0"));
    }

    @Test
    void sessionThatWasIdleForTooLongIsALostConnection() throws SQLException {
        HikariDataSource pool = pool("SET idle_session_timeout = 100");
        JdbcJoinStore<String, String> store = store(pool);
        awaitEnd(pid(pool));

        assertThat(store.compareAndExchange("k", null, open(1))).isEqualTo(Exchange.written());
    }

    @Test
    void statementThatTakesTooLongIsNotWritten() throws SQLException {
        JdbcJoinStore<String, String> store = store(pool("SET statement_timeout = 200"));
        store.compareAndExchange("k", null, open(1));
        execute("BEGIN");
        execute("SELECT 1 FROM joiner_joins WHERE namespace = '" + namespace + "' FOR UPDATE");

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k", open(1), open(2)))
                .withMessageContaining("statement timeout");

        execute("ROLLBACK");
        assertThat(store.find("k").version()).isEqualTo(1);
        assertThat(store.compareAndExchange("k", open(1), open(2))).isEqualTo(Exchange.written());
    }

    @Test
    void transactionThatIsIdleForTooLongIsUndone() throws SQLException {
        HikariDataSource pool = pool("SET idle_in_transaction_session_timeout = 100");
        JdbcJoinStore<String, String> store = store(pool);
        AtomicInteger handOvers = new AtomicInteger();
        try (Joiner<String, String> joiner = store.transactional(JoinSpec.joining(String.class)
                .keyedBy(message -> "k")
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true)
                .process((value, handOver) -> {
                    int pid = Integer.parseInt(only(store.handOverConnection(), "SELECT pg_backend_pid()"));
                    if (handOvers.incrementAndGet() == 1) {
                        awaitEnd(pid);
                    }
                    return value;
                })
                .build())) {
            assertThatThrownBy(() -> joiner.accept("a")).isInstanceOf(StoreException.class);
            assertThat(store.size()).isZero();

            assertThat(joiner.accept("a")).isInstanceOf(Outcome.Joined.class);
        }
    }

    @Test
    void lockTimeoutIsForTheLockAlone() throws SQLException {
        HikariDataSource pool = pool("SET lock_timeout = '7s'");
        JdbcJoinStore<String, String> store = store(pool);
        try (Joiner<String, String> joiner = store.transactional(JoinSpec.joining(String.class)
                .keyedBy(message -> "k")
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true)
                .process((value, handOver) -> only(store.handOverConnection(), "SHOW lock_timeout"))
                .build())) {
            assertThat(joiner.accept("a")).isEqualTo(new Outcome.Joined<>("7s", true));
            assertKeepsLockTimeout(pool);

            execute("BEGIN");
            execute("INSERT INTO joiner_joins SELECT '" + namespace + "', 'k', 1, '', NULL, NULL, NULL, 0, 0, 0, NULL");
            assertThatThrownBy(() -> joiner.accept("a")).isInstanceOf(ContentionException.class);
            execute("ROLLBACK");
            assertKeepsLockTimeout(pool);
        }
    }

    private static void assertKeepsLockTimeout(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            assertThat(only(connection, "SHOW lock_timeout")).isEqualTo("7s");
        }
    }

    @Test
    void tableIsWhereTheSearchPathFindsIt() throws SQLException {
        String first = "first_" + namespace.substring(0, 8);
        String second = "second_" + namespace.substring(0, 8);
        execute("CREATE SCHEMA " + first);
        execute("CREATE SCHEMA " + second);
        store(pool("SET search_path = " + second)).close();
        JdbcJoinStore<String, String> store = store(pool("SET search_path = " + first + ", " + second + ", public"));

        assertThat(store.compareAndExchange("k", null, open(1))).isEqualTo(Exchange.written());

        assertThat(only(admin, "SELECT count(*) FROM " + second + ".joiner_joins"))
                .isEqualTo("1");
    }
}
