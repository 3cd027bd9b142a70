package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs work on connections of a data source, again where that is safe, and leaves them as they came.
 *
 * <p>Work is one transaction: with auto-commit one statement or several of which each may stand alone, without it as
 * many as it likes, committed at its end.
 */
final class Connections {
    private static final int MAX_TRIES = 12;
    static final int MAX_TRIES_TO_CONNECT = 3;
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** How long a database that is starting is waited for. */
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(10);

    private final DataSource dataSource;
    /** Who has waited for a lock for so long has waited long enough; a database may be a little early. */
    private final long lockNanos;

    private final @Nullable UninterruptedThreads threads;
    private final @Nullable CallersTransactions callers;

    /** @param lockTimeout how long a lock is waited for: once if the database does not give up before that */
    Connections(DataSource dataSource, Duration lockTimeout) {
        this(dataSource, lockTimeout.toNanos() / 10 * 9, null, null);
    }

    private Connections(
            DataSource dataSource,
            long lockNanos,
            @Nullable UninterruptedThreads threads,
            @Nullable CallersTransactions callers) {
        this.dataSource = dataSource;
        this.lockNanos = lockNanos;
        this.threads = threads;
        this.callers = callers;
    }

    /** The same connections, which may be inside a transaction of the caller's. */
    Connections within(CallersTransactions transactions) {
        return new Connections(dataSource, lockNanos, threads, transactions);
    }

    /**
     * The same connections, for a database that must not be interrupted at work: it closes for the whole process. What is bound to the
     * caller's thread does not show there.
     */
    Connections uninterrupted() {
        return new Connections(dataSource, lockNanos, new UninterruptedThreads("joiner-jdbc"), callers);
    }

    /** The same connections, for work that is not to wait for locks: what meets one has waited long enough. */
    Connections withoutWaiting() {
        return new Connections(dataSource, 0, threads, callers);
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

    /** Asks a connection about itself, without a transaction that is then ended. */
    <T> T ask(Work<T> question) {
        for (int tries = 1; ; tries++) {
            Connection connection = connect();
            try {
                return question.on(connection);
            } catch (SQLException e) {
                if (SqlFailure.of(e) != SqlFailure.CONNECTION_LOST || tries == MAX_TRIES) {
                    throw failed(e);
                }
            } finally {
                close(connection);
            }
            pauseAfter(tries);
        }
    }

    /** Runs work that reads. */
    <T> T read(Work<T> work) {
        return run(work, MAX_TRIES, "the database failed: ").answer();
    }

    /** Runs work that may run twice: whoever asks looks at {@link Done#repeated}. */
    <T> Done<T> write(Work<T> work) {
        return write(work, MAX_TRIES);
    }

    /**
     * The same, a limited number of times.
     *
     * @throws LockTimeoutException if a lock was not had in time
     * @throws RolledBackException if the database has rolled back every try
     */
    <T> Done<T> write(Work<T> work, int maxTries) {
        return run(
                work, maxTries, "a connection was lost, and it is not known whether the write had happened; at last: ");
    }

    /** @param onLost what to say of a failure if this or an earlier try has lost its connection */
    private <T> Done<T> run(Work<T> work, int maxTries, String onLost) {
        return threads == null ? tried(work, maxTries, onLost) : threads.run(() -> tried(work, maxTries, onLost));
    }

    private <T> Done<T> tried(Work<T> work, int maxTries, String onLost) {
        boolean repeated = false;
        long began = System.nanoTime();
        for (int tries = 1; ; tries++) {
            Connection connection = connect();
            boolean isLast = tries == maxTries || CallersConnection.is(connection);
            try {
                return new Done<>(run(work, connection), repeated);
            } catch (SQLException e) {
                SqlFailure failure = SqlFailure.of(e);
                boolean lost = failure == SqlFailure.CONNECTION_LOST;
                // A batch that met a key which it had not found there a moment before finds it the next time.
                boolean rolledBack = failure.isTransient() || failure == SqlFailure.DUPLICATE_KEY;
                repeated |= lost;
                boolean hasWaited = failure == SqlFailure.LOCK_TIMEOUT && System.nanoTime() - began >= lockNanos;
                if (isLast || hasWaited || !(lost || rolledBack)) {
                    if (repeated) {
                        throw new StoreException(onLost + SqlFailure.textOf(e), e);
                    }
                    if (failure == SqlFailure.LOCK_TIMEOUT) {
                        throw new LockTimeoutException(e);
                    }
                    throw rolledBack ? new RolledBackException(tries, e) : failed(e);
                }
            } finally {
                close(connection);
            }
            pauseAfter(tries);
        }
    }

    static StoreException failed(SQLException e) {
        return new StoreException("the database failed: " + SqlFailure.textOf(e), e);
    }

    static StoreException notConnected(SQLException e) {
        return new StoreException("no connection to the database: " + SqlFailure.textOf(e), e);
    }

    static void pauseAfter(int tries) {
        long bound = Math.min(LONGEST_PAUSE_NANOS, 500_000L << Math.min(20, tries));
        long pause = ThreadLocalRandom.current().nextLong(bound / 2, bound);
        // Whose thread is interrupted pauses all the same: it would use up its tries at once.
        new CompletableFuture<Boolean>()
                .completeOnTimeout(true, pause, TimeUnit.NANOSECONDS)
                .join();
    }

    /**
     * Gives a connection out, which the caller closes.
     *
     * @throws StoreException if there is none
     */
    Connection connect() {
        long began = System.nanoTime();
        for (int tries = 1; ; tries++) {
            try {
                Connection connection = dataSource.getConnection();
                return callers == null ? connection : callers.checked(connection);
            } catch (SQLException e) {
                // A pool has waited already.
                boolean waited = e instanceof SQLTransientConnectionException;
                boolean mayComeUp = switch (SqlFailure.of(e)) {
                    case STARTING -> System.nanoTime() - began < STARTED_WITHIN.toNanos();
                    case CONNECTION_LOST -> tries < MAX_TRIES_TO_CONNECT;
                    case ROLLED_BACK, LOCK_TIMEOUT, DUPLICATE_KEY, OTHER -> false;
                };
                if (waited || !mayComeUp) {
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

    /**
     * Undoes what is not committed. A connection that cannot do so is given up: whatever it is told next, or when it is
     * closed, it could commit.
     *
     * @return whether the connection may be used
     */
    static boolean rollBack(Connection connection, Throwable reason) {
        try {
            connection.rollback();
            return true;
        } catch (SQLException e) {
            reason.addSuppressed(e);
            try {
                connection.abort(Runnable::run);
            } catch (SQLException notAborted) {
                reason.addSuppressed(notAborted);
            }
            return false;
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
