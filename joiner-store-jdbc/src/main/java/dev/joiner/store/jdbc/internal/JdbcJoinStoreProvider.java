package dev.joiner.store.jdbc.internal;

import dev.joiner.JoinStoreConfig;
import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Opens {@code jdbc:} URLs of the known databases with a pool of HikariCP's, and creates the table if it is missing.
 *
 * <p>A file of H2 is told to keep what it has acknowledged ({@code WRITE_DELAY=0}), and not to close when a thread is
 * interrupted ({@code async:}) or when the JVM is asked to end ({@code DB_CLOSE_ON_EXIT=FALSE}): a program that then
 * finishes what it has begun still needs it. One in memory without a name gets one, as each connection would have a
 * database of its own otherwise.
 *
 * <p>Stores of one URL share a pool, which is closed with the last of them. Of the options in the URL {@code table},
 * {@code createTable}, {@code cacheBytes}, {@code maxEntryBytes}, {@code lockTimeout}, {@code poolSize} and {@code pooling} are
 * Joiner's own; the driver gets all others.
 */
public final class JdbcJoinStoreProvider implements JoinStoreProvider {
    private static final Map<String, String> DRIVERS = new TreeMap<>(Map.of(
            "h2", "com.h2database:h2",
            "postgresql", "org.postgresql:postgresql",
            "mariadb", "org.mariadb.jdbc:mariadb-java-client",
            "mysql", "com.mysql:mysql-connector-j"));

    private static final int MAX_POOL_SIZE = 10_000;

    @Override
    public Set<String> schemes() {
        return Set.of("jdbc");
    }

    @Override
    public <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) {
        JdbcUrl parsed = JdbcUrl.of(url);
        String driver = DRIVERS.get(parsed.database());
        if (driver == null) {
            throw new IllegalArgumentException(
                    "jdbc: opens databases of " + DRIVERS.keySet() + ", not of \"" + parsed.database() + "\"");
        }
        requireDriver(parsed, driver);
        boolean isPooledByTransaction = parsed.option("pooling", "transaction").isPresent();
        if (isPooledByTransaction && !parsed.database().equals("postgresql")) {
            throw new IllegalArgumentException(parsed + ": pooling is an option for PostgreSQL");
        }
        OptionalLong poolSize = parsed.number("poolSize", 1, MAX_POOL_SIZE);
        boolean createsTable = !parsed.option("createTable", "true", "false").equals(Optional.of("false"));
        OptionalLong cacheBytes = parsed.number("cacheBytes", 0, Long.MAX_VALUE);
        OptionalLong maxEntryBytes = parsed.number("maxEntryBytes", 1, Long.MAX_VALUE);
        OptionalLong lockTimeout = parsed.number("lockTimeout", 1, Integer.MAX_VALUE);
        SharedPool pool = pool(parsed, poolSize, isPooledByTransaction);
        try {
            JdbcJoinStore.Builder<K, V> builder = JdbcJoinStore.builder(pool)
                    .namespace(config.namespace())
                    .keyCodec(config.keys())
                    .valueCodec(config.values())
                    .closeDataSource();
            parsed.option("table").ifPresent(builder::table);
            if (createsTable) {
                builder.createTableIfMissing();
            }
            cacheBytes.ifPresent(builder::cacheBytes);
            maxEntryBytes.ifPresent(builder::maxEntryBytes);
            lockTimeout.ifPresent(millis -> builder.lockTimeout(Duration.ofMillis(millis)));
            return builder.build();
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static void requireDriver(JdbcUrl url, String artifact) {
        try {
            DriverManager.getDriver(url.text());
        } catch (SQLException e) {
            throw new UnknownStoreException("no driver for jdbc:" + url.database() + ": add " + artifact);
        }
    }

    private static SharedPool pool(JdbcUrl url, OptionalLong poolSize, boolean isPooledByTransaction) {
        try {
            return HikariPools.share(url, poolSize, isPooledByTransaction);
        } catch (NoClassDefFoundError e) {
            throw new UnknownStoreException("no pool for jdbc: add com.zaxxer:HikariCP");
        }
    }
}
