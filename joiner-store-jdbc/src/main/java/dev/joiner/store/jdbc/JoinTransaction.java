package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on one key: it locks the key's row, keeps in memory what the joiner writes while hand-overs of the key
 * run, and writes and commits once they have ended.
 *
 * <p>The row is written last, as the commit of a transaction in which a statement failed may look like any other: the
 * write does not. For one thread.
 */
final class JoinTransaction<K, V> implements AutoCloseable {

    /** What a handler that throws undoes. */
    enum OnFailure {
        /** Everything: the message counts as not arrived. */
        ROLL_BACK,
        /** What the handler wrote: that the hand-over failed is written down. */
        WRITE_DOWN
    }

    private final JdbcJoinStore<K, V> store;
    private final OnFailure onFailure;

    private @Nullable Connection connection;
    private boolean autoCommit;
    private @Nullable String text;
    /** The version that the locked row has: the one that was found, or that of the placeholder. */
    private long locked;

    private @Nullable Versioned<V> found;
    private @Nullable Versioned<V> held;
    private boolean handOverFailed;
    private boolean ended;
    private boolean committed;
    private @Nullable StoreException failure;

    JoinTransaction(JdbcJoinStore<K, V> store, OnFailure onFailure) {
        this.store = store;
        this.onFailure = onFailure;
    }

    /** What is under the key, locked from now on. */
    @Nullable
    Versioned<V> held(K key) {
        String asked = store.text(key);
        if (text == null) {
            lock(asked);
        } else if (!text.equals(asked)) {
            throw new IllegalStateException("a transaction is of one key, not of " + text + " and " + asked);
        }
        return held;
    }

    private void lock(String key) {
        long placeholder = ThreadLocalRandom.current().nextLong();
        try {
            begin();
            Stored stored = store.table().lock(connection(), Row.placeholder(key, placeholder));
            locked = stored.version();
            found = locked == placeholder ? null : store.held(key, stored);
            held = found;
            text = key;
        } catch (SQLException e) {
            rollBack(e);
            if (SqlFailure.of(e) == SqlFailure.OTHER) {
                throw Connections.failed(e);
            }
            throw new LockFailedException(key, e);
        }
    }

    private void begin() throws SQLException {
        try {
            connection = store.dataSource().getConnection();
        } catch (SQLException e) {
            throw Connections.notConnected(e);
        }
        autoCommit = connection.getAutoCommit();
        if (autoCommit) {
            connection.setAutoCommit(false);
        }
    }

    private Connection connection() {
        return Objects.requireNonNull(connection);
    }

    /** The connection, for a handler. */
    Connection handOverConnection() {
        if (ended || connection == null) {
            throw new IllegalStateException("the hand-over is over, and its transaction with it");
        }
        return connection;
    }

    boolean isOver() {
        return ended;
    }

    /** Calls a handler, and undoes what it wrote if it throws. */
    <T> T call(Callable<T> handler) throws Exception {
        Savepoint before = onFailure == OnFailure.WRITE_DOWN ? connection().setSavepoint() : null;
        try {
            return handler.call();
        } catch (Throwable e) { // whatever it is: what was written up to then must not stay
            handOverFailed = true;
            if (before != null) {
                undo(before, e);
            }
            throw e;
        }
    }

    private void undo(Savepoint before, Throwable reason) {
        try {
            connection().rollback(before);
        } catch (SQLException e) {
            reason.addSuppressed(e);
            fail(Connections.failed(e));
        }
    }

    /**
     * Takes what the joiner writes; writes and commits it unless hand-overs are still to come.
     *
     * @throws StoreException if it is not written, or nobody knows
     */
    void write(@Nullable Versioned<V> next) {
        if (failure != null) {
            throw failure;
        }
        if (ended) {
            throw new IllegalStateException("the transaction has ended");
        }
        held = next;
        if (hasNewClaim(next)) {
            return;
        }
        if (handOverFailed && onFailure == OnFailure.ROLL_BACK) {
            rollBack(null);
            return;
        }
        commit(next);
    }

    private boolean hasNewClaim(@Nullable Versioned<V> next) {
        return next != null
                && claims(next).anyMatch(claim -> found == null || claims(found).noneMatch(claim::equals));
    }

    private static Stream<Long> claims(Versioned<?> versioned) {
        JoinState<?> state = versioned.state();
        return state.inFlight().stream().filter(Flight::isClaimed).map(Flight::claim);
    }

    private void commit(@Nullable Versioned<V> next) {
        String key = Objects.requireNonNull(text);
        try {
            Row row = next == null ? null : store.row(key, next);
            Answer answer = store.table().change(connection(), new RowChange(key, locked, row));
            if (!answer.won()) {
                throw fail(new StoreException("key \"" + key + "\" was changed by another transaction in the middle of"
                        + " this one: a handler must have ended it; what it wrote before that stays"));
            }
            connection().commit();
            committed = true;
            ended = true;
        } catch (SQLException e) {
            throw fail(new StoreException(
                    SqlFailure.of(e) == SqlFailure.CONNECTION_LOST
                            ? "key \"" + key + "\": the connection was lost before it was known whether the"
                                    + " transaction is committed: " + e.getMessage()
                            : "key \"" + key + "\": the transaction failed, nothing of it is written: "
                                    + e.getMessage(),
                    e));
        } catch (RuntimeException e) {
            rollBack(e);
            throw e;
        } finally {
            store.forget(key);
        }
    }

    private StoreException fail(StoreException e) {
        failure = e;
        rollBack(e);
        return e;
    }

    private void rollBack(@Nullable Exception reason) {
        ended = true;
        if (connection != null) {
            Connections.rollBack(connection, reason == null ? new SQLException() : reason);
        }
    }

    /** Why the transaction failed although its handlers did not; null if it did not. */
    @Nullable
    StoreException failure() {
        return failure;
    }

    boolean isCommitted() {
        return committed;
    }

    /** Rolls back what is not committed, and gives the connection back as it came. */
    @Override
    public void close() {
        if (connection == null) {
            return;
        }
        if (!ended) {
            rollBack(null);
        }
        try {
            if (autoCommit) {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            // A connection that is lost: its pool finds out.
        } finally {
            Connections.close(connection);
            connection = null;
        }
    }
}
