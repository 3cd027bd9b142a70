package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every server of a database does. */
abstract class DatabaseServerContract {
    @TempDir
    Path folder;

    abstract DatabaseServer start(String... settings);

    abstract DatabaseServer shared();

    /** What the log says when the server has stopped. */
    abstract String stopped();

    static void execute(DatabaseServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(DatabaseServer server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void committedRowsSurviveKill() throws Exception {
        try (DatabaseServer server = start()) {
            long pid = server.pid();
            int port = server.port();
            execute(server, "create table t (k varchar(100))");
            try (Connection connection = DriverManager.getConnection(server.jdbcUrl());
                    Statement statement = connection.createStatement()) {
                for (int i = 0; i < 1000; i++) {
                    statement.execute("insert into t values ('ä😀')");
                }
                connection.setAutoCommit(false);
                statement.execute("insert into t values ('not committed')");

                server.kill();

                assertThat(server.isRunning()).isFalse();
                assertThat(ProcessHandle.of(pid)).isEmpty();
                assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            }
            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(query(server, "select count(*) from t where k = 'ä😀'")).isEqualTo("1000");
            assertThat(query(server, "select count(*) from t")).isEqualTo("1000");
        }
    }

    @Test
    void stopsWhileClientsAreConnected() throws Exception {
        DatabaseServer server = start();
        long pid = server.pid();
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl())) {
            assertThat(connection.isValid(5)).isTrue();

            server.close();

            assertThat(connection.isValid(5)).isFalse();
        }
        assertThat(server.isRunning()).isFalse();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(Ports.isFree(server.port())).isTrue();
        assertThat(folder.resolve("server.log")).content().contains(stopped());
    }

    @Test
    void sharedServerIsOne() throws Exception {
        assertThat(shared()).isSameAs(shared());
        // Without parentheses it is a function on every database; some add the host.
        assertThat(query(shared(), "select current_user").split("@", 2)[0]).isEqualTo(shared().user());
    }
}
