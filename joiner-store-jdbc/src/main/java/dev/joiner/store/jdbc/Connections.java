package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Runs work on connections of a data source, again where that is safe, and leaves them as they came.
 *
 * <p>Work is one transaction: with auto-commit one statement or several of which each may stand alone, without it as
 * many as it likes, committed at its end.
 */
final class Connections {
    private static final int MAX_TRIES = 12;
    private static final int MAX_TRIES_TO_CONNECT = 3;
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final DataSource dataSource;

    Connections(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * What came of work.
     *
     * @param repeated whether a try before the last one lost its connection, so that it may have happened as well
     */
    record Done<T>(T answer, boolean repeated) {}

    /** Runs work that reads. */
    <T> T read(Work<T> work) {
        return write(work, MAX_TRIES).answer();
    }

    /** Runs work that may run twice: whoever asks looks at {@link Done#repeated}. */
    <T> Done<T> write(Work<T> work) {
        return write(work, MAX_TRIES);
    }

    /**
     * The same, a limited number of times.
     *
     * @throws RolledBackException if the database has rolled back every try
     */
    <T> Done<T> write(Work<T> work, int maxTries) {
        boolean repeated = false;
        for (int tries = 1; ; tries++) {
            Connection connection = connect();
            try {
                return new Done<>(run(work, connection), repeated);
            } catch (SQLException e) {
                SqlFailure failure = SqlFailure.of(e);
                boolean lost = failure == SqlFailure.CONNECTION_LOST;
                // A batch that met a key which it had not found there a moment before finds it the next time.
                boolean rolledBack = failure.isTransient() || failure == SqlFailure.DUPLICATE_KEY;
                if (tries < maxTries && (lost || rolledBack)) {
                    repeated |= lost;
                } else if (rolledBack && !repeated) {
                    throw new RolledBackException(tries, e);
                } else {
                    throw failed(e);
                }
            } finally {
                close(connection);
            }
            pauseAfter(tries);
        }
    }

    static StoreException failed(SQLException e) {
        return new StoreException("the database failed: " + e.getMessage(), e);
    }

    static StoreException notConnected(SQLException e) {
        return new StoreException("no connection to the database: " + e.getMessage(), e);
    }

    static void pauseAfter(int tries) {
        long bound = Math.min(LONGEST_PAUSE_NANOS, 500_000L << Math.min(20, tries));
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(bound / 2, bound));
    }

    private Connection connect() {
        for (int tries = 1; ; tries++) {
            try {
                return dataSource.getConnection();
            } catch (SQLException e) {
                // A pool has waited already.
                boolean waited = e instanceof SQLTransientConnectionException;
                if (waited || tries == MAX_TRIES_TO_CONNECT || SqlFailure.of(e) != SqlFailure.CONNECTION_LOST) {
                    throw notConnected(e);
                }
                pauseAfter(tries);
            }
        }
    }

    private static <T> T run(Work<T> work, Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            return work.on(connection);
        }
        try {
            T answer = work.on(connection);
            connection.commit();
            return answer;
        } catch (SQLException | RuntimeException e) {
            rollBack(connection, e);
            throw e;
        }
    }

    static void rollBack(Connection connection, Exception reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    /** What failed is known by then, and what succeeded is not undone by this. */
    static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // The pool's business.
        }
    }
}
