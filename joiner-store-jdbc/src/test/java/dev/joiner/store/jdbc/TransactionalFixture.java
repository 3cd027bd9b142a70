package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.testing.HandSetClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A store on one database, a table of effects, and specs whose handlers write to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TransactionalFixture {
    private final Consumer<HikariConfig> options;
    HikariDataSource pool;
    HandSetClock clock;
    String namespace;
    JdbcJoinStore<String, String> store;

    TransactionalFixture(Consumer<HikariConfig> options) {
        this.options = options;
    }

    record Message(String key, String text) {
        static Message of(String keyAndText) {
            String[] parts = keyAndText.split(":", 2);
            return new Message(parts[0], parts[1]);
        }
    }

    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @BeforeAll
    void openPool() throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(16);
        options.accept(config);
        pool = new HikariDataSource(config);
        update("CREATE TABLE effects (text VARCHAR(200) NOT NULL, kind VARCHAR(20) NOT NULL)");
    }

    @AfterAll
    void closePool() throws SQLException {
        update("DROP TABLE effects");
        pool.close();
    }

    @BeforeEach
    void openStore() throws SQLException {
        update("DELETE FROM effects");
        clock = new HandSetClock(Instant.parse("2026-01-01T00:00:00Z"));
        namespace = UUID.randomUUID().toString();
        store = open(namespace);
    }

    final JdbcJoinStore<String, String> open(String namespace) {
        return customize(JdbcJoinStore.builder(pool)
                        .valueCodec(Codec.string())
                        .createTableIfMissing()
                        .lockTimeout(Duration.ofSeconds(1)))
                .namespace(namespace)
                .build();
    }

    JdbcJoinStore.Builder<String, String> customize(JdbcJoinStore.Builder<String, String> builder) {
        return builder;
    }

    final void update(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    final List<String> effects() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT text, kind FROM effects ORDER BY text")) {
            List<String> effects = new ArrayList<>();
            while (rows.next()) {
                effects.add(rows.getString(2) + " " + rows.getString(1));
            }
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return effects;
        }
    }

    static void insert(Connection connection, String text, String kind) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO effects VALUES (?, ?)")) {
            statement.setString(1, text);
            statement.setString(2, kind);
            statement.executeUpdate();
        }
    }

    final String process(String value, HandOver<String> handOver) throws SQLException {
        try (Connection connection = store.handOverConnection()) {
            insert(connection, handOver.key() + ":" + value, handOver.cause().toString());
        }
        return value;
    }

    /** A state in which a value waits. */
    static JoinState<String> waiting(String value) {
        Join<String> join = new Join<>(value, 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        return new JoinState<>(join, List.of(), null, 0);
    }

    static JoinSpec.Merged<Message, String, String> merged() {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .mergedBy((message, pending) -> pending == null ? message.text() : pending + "+" + message.text());
    }

    /** Without a handler, for tests that have their own. */
    static JoinSpec.Builder<Message, String, String, String, String> joining(int parts) {
        return merged().sufficientWhen(value -> value.split("\\+", -1).length == parts);
    }

    final JoinSpec.Builder<Message, String, String, String, String> whole(int parts) {
        return joining(parts).process(this::process);
    }

    final KeyedJoiner<Message, String, String, String> joiner(
            JoinSpec.Builder<Message, String, String, String, String> spec) {
        return store.transactional(spec.build(), clock);
    }

    /** Ends the transaction behind Joiner's back, as DDL does on some databases, and a deadlock on others. */
    final void end(String how) throws SQLException {
        try (Connection connection = store.handOverConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(how);
        }
    }

    /** As a transport does: again, if the database let neighbours fail each other. */
    static Outcome<String> deliver(Joiner<Message, String> joiner, Message message) {
        for (int delivery = 1; ; delivery++) {
            try {
                return joiner.accept(message);
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("nothing of it is written");
                assertThat(delivery).as("deliveries").isLessThan(100);
            }
        }
    }

    static Outcome<String> joined(String value) {
        return new Outcome.Joined<>(value, true);
    }
}
