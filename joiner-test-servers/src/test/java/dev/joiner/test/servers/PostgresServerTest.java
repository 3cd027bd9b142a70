package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    @TempDir
    private Path folder;

    private static void execute(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void committedRowsSurviveKill() throws Exception {
        try (PostgresServer postgres = PostgresServer.start(folder)) {
            long pid = postgres.pid();
            int port = postgres.port();
            execute(postgres, "create table t (k text)");
            try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl());
                    Statement statement = connection.createStatement()) {
                for (int i = 0; i < 1000; i++) {
                    statement.execute("insert into t values ('ä')");
                }
                connection.setAutoCommit(false);
                statement.execute("insert into t values ('not committed')");

                postgres.kill();

                assertThat(postgres.isRunning()).isFalse();
                assertThat(ProcessHandle.of(pid)).isEmpty();
                assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            }
            postgres.restart();

            assertThat(postgres.port()).isEqualTo(port);
            assertThat(query(postgres, "select count(*) from t where k = 'ä'")).isEqualTo("1000");
            assertThat(query(postgres, "select count(*) from t")).isEqualTo("1000");
        }
    }

    @Test
    void killedInTheMiddleOfWorkItRestarts() throws Exception {
        try (PostgresServer postgres = PostgresServer.start(folder)) {
            execute(postgres, "create table t (k bigint)");
            for (int round = 0; round < 3; round++) {
                // Enough work not to look up from, whatever becomes of the server.
                List<Thread> working = IntStream.range(0, 4)
                        .mapToObj(i -> new Thread(() -> {
                            try {
                                execute(postgres, "insert into t select g from generate_series(1, 50000000) g");
                            } catch (SQLException e) {
                                // The server has been killed.
                            }
                        }))
                        .toList();
                working.forEach(Thread::start);
                await().until(
                                () -> query(
                                        postgres, "select count(*) from pg_stat_activity where query like 'insert%'"),
                                "4"::equals);

                postgres.kill();
                postgres.restart();

                for (Thread thread : working) {
                    thread.join();
                }
                assertThat(query(postgres, "select count(*) from t")).isEqualTo("0");
            }
        }
    }

    @Test
    void stopsWhileClientsAreConnected() throws Exception {
        PostgresServer postgres = PostgresServer.start(folder);
        long pid = postgres.pid();
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl())) {
            assertThat(connection.isValid(5)).isTrue();

            postgres.close();

            assertThat(connection.isValid(5)).isFalse();
        }
        assertThat(postgres.isRunning()).isFalse();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(Ports.isFree(postgres.port())).isTrue();
        assertThat(folder.resolve("server.log")).content().contains("database system is shut down");
    }

    @Test
    void settingsWin() throws Exception {
        try (PostgresServer postgres = PostgresServer.start(
                folder, "deadlock_timeout=50ms", "default_transaction_isolation=repeatable read")) {
            assertThat(query(postgres, "show deadlock_timeout")).isEqualTo("50ms");
            assertThat(query(postgres, "show default_transaction_isolation")).isEqualTo("repeatable read");
            assertThat(query(postgres, "show max_connections")).isEqualTo("200");
            assertThat(query(postgres, "show full_page_writes")).isEqualTo("on");
        }
    }

    @Test
    void settingThatServerRefusesIsInTheMessage() {
        assertThatIllegalStateException()
                .isThrownBy(() -> PostgresServer.start(folder, "max_connections=many"))
                .withMessageStartingWith("PostgreSQL ended with status 1 instead of starting")
                .withMessageContaining("invalid value for parameter \"max_connections\"");
    }

    @Test
    void sharedServerIsOne() throws Exception {
        assertThat(PostgresServer.shared()).isSameAs(PostgresServer.shared());
        assertThat(query(PostgresServer.shared(), "select current_user"))
                .isEqualTo(PostgresServer.shared().user());
    }
}
