package dev.joiner.store.jdbc.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.UnknownStoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

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

    private static final String POSTGRESQL_STARTING = "57P03";
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Set<PosixFilePermission> OF_ITS_OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

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
        // The same options of the pool, the same pool.
        String name = parsed.completed() + " " + poolSize + " " + isPooledByTransaction;
        SharedPool pool = SharedPool.of(name, () -> open(parsed, poolSize, isPooledByTransaction));
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

    private static HikariDataSource open(JdbcUrl url, OptionalLong poolSize, boolean isPooledByTransaction) {
        url.fileOfH2().ifPresent(JdbcJoinStoreProvider::createForItsOwner);
        try {
            HikariConfig config = new HikariConfig();
            config.setPoolName("joiner");
            config.setJdbcUrl(url.completed());
            if (url.database().equals("mysql")) {
                // The driver asks the server before each write whether it may write, unless it is told not to.
                config.addDataSourceProperty("readOnlyPropagatesToServer", "false");
            }
            if (isPooledByTransaction) {
                // What a connection has prepared is not there on the next one that the transaction gets.
                config.addDataSourceProperty("prepareThreshold", "0");
            }
            if (url.database().equals("h2")) {
                config.setExceptionOverride(new ClosedDatabases());
            }
            poolSize.ifPresent(size -> config.setMaximumPoolSize((int) size));
            return started(config);
        } catch (NoClassDefFoundError e) {
            throw new UnknownStoreException("no pool for jdbc: add com.zaxxer:HikariCP");
        } catch (RuntimeException e) {
            throw url.failed(e);
        }
    }

    /** Waits for a PostgreSQL that is still starting: it says so, and has said nothing else. */
    private static HikariDataSource started(HikariConfig config) {
        long end = System.nanoTime() + STARTED_WITHIN.toNanos();
        while (true) {
            try {
                return new HikariDataSource(config);
            } catch (PoolInitializationException e) {
                if (!isStarting(e) || System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private static boolean isStarting(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure && POSTGRESQL_STARTING.equals(failure.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    /** The file holds what messages hold, so it is not for others; H2 takes an empty one for a new database. */
    private static void createForItsOwner(Path file) {
        try {
            if (Files.notExists(file)
                    && Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix")) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(OF_ITS_OWNER));
            }
        } catch (IOException e) {
            // The folder is not there, or somebody else was faster: H2 creates the one, and says what is wrong
            // otherwise.
        }
    }
}
