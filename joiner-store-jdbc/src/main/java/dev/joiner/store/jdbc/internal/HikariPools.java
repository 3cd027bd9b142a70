package dev.joiner.store.jdbc.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Pools of HikariCP's. Whoever names HikariCP is here or is used from here alone: it may be missing. */
final class HikariPools {
    private static final String POSTGRESQL_STARTING = "57P03";
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Set<PosixFilePermission> OF_ITS_OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private HikariPools() {}

    /** Takes a share in the pool for a URL and options. */
    static SharedPool share(JdbcUrl url, OptionalLong poolSize, boolean isPooledByTransaction) {
        String name = url.completed() + " " + poolSize + " " + isPooledByTransaction;
        return SharedPool.of(name, () -> open(url, poolSize, isPooledByTransaction));
    }

    private static HikariDataSource open(JdbcUrl url, OptionalLong poolSize, boolean isPooledByTransaction) {
        url.fileOfH2().ifPresent(HikariPools::createForItsOwner);
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
