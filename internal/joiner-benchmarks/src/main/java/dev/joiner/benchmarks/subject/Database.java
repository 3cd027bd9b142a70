package dev.joiner.benchmarks.subject;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
        H2("H2, in a file", "varbinary", "h2"),
        POSTGRESQL("PostgreSQL", "bytea", "postgresql"),
        MARIADB("MariaDB", "longblob", "mysql");

        private final String title;
        final String bytes;
        final String springSchema;

        Product(String title, String bytes, String springSchema) {
            this.title = title;
            this.bytes = bytes;
            this.springSchema = springSchema;
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
