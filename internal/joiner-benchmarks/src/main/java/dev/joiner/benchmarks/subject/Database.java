package dev.joiner.benchmarks.subject;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * A database that subjects are opened on.
 *
 * @param observing puts something between a subject and its pool
 */
public record Database(Product product, String url, String user, UnaryOperator<DataSource> observing) {

    /** Where statements of ours and of the peers differ. */
    public enum Product {
        H2(
                "H2, in a file",
                "varbinary",
                "h2",
                "SELECT SUM(DISK_SPACE_USED(table_name)) FROM information_schema.tables WHERE table_schema = SCHEMA()"),
        POSTGRESQL(
                "PostgreSQL",
                "bytea",
                "postgresql",
                "SELECT SUM(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace ="
                        + " current_schema()::regnamespace"),
        MARIADB(
                "MariaDB",
                "longblob",
                "mysql",
                "SELECT SUM(file_size) FROM information_schema.innodb_sys_tablespaces WHERE name LIKE"
                        + " CONCAT(DATABASE(), '/%')");

        private final String title;
        final String bytes;
        final String springSchema;
        private final String bytesHeld;

        Product(String title, String bytes, String springSchema, String bytesHeld) {
            this.title = title;
            this.bytes = bytes;
            this.springSchema = springSchema;
            this.bytesHeld = bytesHeld;
        }

        public String title() {
            return title;
        }
    }

    /** A pool of connections, and what a subject uses of it. */
    record Pool(HikariDataSource own, DataSource observed) implements AutoCloseable {
        @Override
        public void close() {
            own.close();
        }
    }

    /** How much its tables take of its files, indexes included. */
    public long bytesHeld() {
        try (Connection connection = DriverManager.getConnection(url, user, "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(product.bytesHeld)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A pool with as many connections as threads of a node can use at once. */
    Pool pool(int threads) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        // Frameworks that take one connection while they hold another would wait for themselves.
        config.setMaximumPoolSize(2 * threads + 2);
        config.setMinimumIdle(threads);
        HikariDataSource own = new HikariDataSource(config);
        return new Pool(own, observing.apply(own));
    }
}
