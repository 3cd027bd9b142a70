package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What it would buy to take the messages of a batch in one transaction: the same statements, with one commit instead of many. */
@Tag("slow")
class TransactionSizeTest {
    private static final int MESSAGES = 500;
    private static final int ROUNDS = 15;

    @Test
    void onPostgres() throws SQLException {
        measure(
                JdbcDialect.POSTGRESQL,
                pool -> pool.setJdbcUrl(PostgresServer.shared().jdbcUrl()));
    }

    @Test
    void onMariaDb() throws SQLException {
        measure(JdbcDialect.MARIADB, pool -> {
            pool.setJdbcUrl(MariaDbServer.shared().jdbcUrl());
            pool.setUsername(MariaDbServer.shared().user());
        });
    }

    private static void measure(JdbcDialect dialect, Consumer<HikariConfig> options) throws SQLException {
        HikariConfig config = new HikariConfig();
        options.accept(config);
        String namespace = UUID.randomUUID().toString();
        try (HikariDataSource pool = new HikariDataSource(config);
                Connection connection = pool.getConnection()) {
            JdbcJoinStore.builder(pool)
                    .namespace(namespace)
                    .createTableIfMissing()
                    .build();
            execute(connection, "CREATE TABLE outputs (text VARCHAR(200) NOT NULL)");
            try {
                Work work = new Work(connection, dialect.table("joiner_joins", namespace, Duration.ofSeconds(10)));
                double[] ratios = IntStream.range(0, ROUNDS)
                        .mapToDouble(round -> (double) work.nanos(false) / work.nanos(true))
                        .sorted()
                        .toArray();
                assertThat(work.outputs()).isEqualTo(2 * ROUNDS * MESSAGES);
                System.out.printf(
                        "%s: in one transaction %d joins are %.1f times as fast as in as many (%.1f to %.1f)%n",
                        dialect, MESSAGES, ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]);
            } finally {
                execute(connection, "DROP TABLE outputs");
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private record Work(Connection connection, JoinTable table) {
        long nanos(boolean atOnce) {
            long began = System.nanoTime();
            try {
                if (atOnce) {
                    connection.setAutoCommit(false);
                }
                for (int i = 0; i < MESSAGES; i++) {
                    if (!atOnce) {
                        connection.setAutoCommit(false);
                    }
                    join("k" + i, i);
                    if (!atOnce) {
                        end();
                    }
                }
                if (atOnce) {
                    end();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return System.nanoTime() - began;
        }

        private void end() throws SQLException {
            connection.commit();
            connection.setAutoCommit(true);
        }

        /** As a message does that completes a join, with a handler that writes one row. */
        private void join(String key, long version) throws SQLException {
            Locked locked = table.lock(connection, Row.placeholder(key, version));
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO outputs VALUES (?)")) {
                insert.setString(1, key);
                insert.executeUpdate();
            }
            assertThat(table.changeLocked(connection, new RowChange(key, version, null), locked))
                    .isTrue();
        }

        int outputs() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM outputs")) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }
}
