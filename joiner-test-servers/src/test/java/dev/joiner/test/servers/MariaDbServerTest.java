package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MariaDbServerTest {
    @TempDir
    private Path folder;

    private static void execute(MariaDbServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(MariaDbServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void committedRowsSurviveKill() throws Exception {
        try (MariaDbServer mariaDb = MariaDbServer.start(folder)) {
            long pid = mariaDb.pid();
            int port = mariaDb.port();
            execute(mariaDb, "create table t (k varchar(100))");
            try (Connection connection = DriverManager.getConnection(mariaDb.jdbcUrl());
                    Statement statement = connection.createStatement()) {
                for (int i = 0; i < 1000; i++) {
                    statement.execute("insert into t values ('😀')");
                }
                connection.setAutoCommit(false);
                statement.execute("insert into t values ('not committed')");

                mariaDb.kill();

                assertThat(mariaDb.isRunning()).isFalse();
                assertThat(ProcessHandle.of(pid)).isEmpty();
                assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            }
            mariaDb.restart();

            assertThat(mariaDb.port()).isEqualTo(port);
            assertThat(query(mariaDb, "select count(*) from t where k = '😀'")).isEqualTo("1000");
            assertThat(query(mariaDb, "select count(*) from t")).isEqualTo("1000");
        }
    }

    @Test
    void stopsWhileClientsAreConnected() throws Exception {
        MariaDbServer mariaDb = MariaDbServer.start(folder);
        long pid = mariaDb.pid();
        try (Connection connection = DriverManager.getConnection(mariaDb.jdbcUrl())) {
            assertThat(connection.isValid(5)).isTrue();

            mariaDb.close();

            assertThat(connection.isValid(5)).isFalse();
        }
        assertThat(mariaDb.isRunning()).isFalse();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(Ports.isFree(mariaDb.port())).isTrue();
        assertThat(folder.resolve("server.log")).content().contains("Shutdown complete");
    }

    @Test
    void settingsWin() throws Exception {
        try (MariaDbServer mariaDb =
                MariaDbServer.start(folder, "innodb-lock-wait-timeout=3", "transaction-isolation=READ-COMMITTED")) {
            assertThat(query(mariaDb, "select @@innodb_lock_wait_timeout")).isEqualTo("3");
            assertThat(query(mariaDb, "select @@transaction_isolation")).isEqualTo("READ-COMMITTED");
            assertThat(query(mariaDb, "select @@max_connections")).isEqualTo("200");
        }
    }

    @Test
    void settingThatServerRefusesIsInTheMessage() {
        assertThatIllegalStateException()
                .isThrownBy(() -> MariaDbServer.start(folder, "no-such-option=1"))
                .withMessageStartingWith("MariaDB ended with status")
                .withMessageContaining("unknown variable 'no-such-option=1'");
    }

    @Test
    void sharedServerIsOne() throws Exception {
        assertThat(MariaDbServer.shared()).isSameAs(MariaDbServer.shared());
        assertThat(query(MariaDbServer.shared(), "select current_user()"))
                .startsWith(MariaDbServer.shared().user());
        assertThat(query(MariaDbServer.shared(), "select database()"))
                .isEqualTo(MariaDbServer.shared().database());
    }
}
