package dev.joiner.store.jdbc;

import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.StoreException;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Savepoint;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on one key, from the lock of the key's row to the commit.
 *
 * <p>The row is written last: the commit of a transaction in which a statement failed may look like any other, but that write
 * fails. It expects the version that the lock gave the row, in the transaction that locked it, so it also fails if the database has
 * rolled that back while a handler caught the exception which said so, or if a handler has committed it. For one thread.
 */
final class JoinTransaction<K, V> implements AutoCloseable {
    private static final int MAX_TRIES = 20;
    private static final String ROLLED_BACK_WITHIN = "a transaction within that of the message was rolled back";

    private final JdbcJoinStore<K, V> store;
    private final String text;
    private final OnException onException;
    private final Connection connection;
    private final boolean autoCommit;
    /** What the row has since it is locked. */
    private final long version;

    private final Locked locked;
    private final @Nullable Versioned<V> held;

    /** Stands for the handler that runs; null if none does. */
    private volatile @Nullable Object running;

    private @Nullable JoinState<V> written;
    private @Nullable PartsChange writtenParts;
    private boolean isChanged;
    /** Whether others may have written. */
    private volatile boolean isUsed;

    private volatile boolean isRolledBack;
    private boolean hasReturned;
    private boolean hasThrown;
    private boolean isLost;
    /** Whether it was the database that ended it, so that no handler is to blame. */
    private boolean isRolledBackByDatabase;

    private boolean isCommitted;
    private boolean isSettled;
    private boolean isOver;

    private JoinTransaction(
            JdbcJoinStore<K, V> store,
            String text,
            OnException onException,
            Connection connection,
            boolean autoCommit,
            long version,
            Locked locked) {
        this.store = store;
        this.text = text;
        this.onException = onException;
        this.connection = connection;
        this.autoCommit = autoCommit;
        this.version = version;
        this.locked = locked;
        held = locked.stored().isPlaceholder() ? null : store.held(text, locked.stored());
    }

    /**
     * Locks a key's row.
     *
     * @param onException what a handler that throws undoes: everything, or what it has written itself
     * @throws NotBegunException if the database failed
     * @throws ContentionException if others kept the key locked for too long
     */
    static <K, V> JoinTransaction<K, V> lock(JdbcJoinStore<K, V> store, String text, OnException onException) {
        return uninterrupted(() -> {
            for (int tries = 1; ; tries++) {
                try {
                    return tryToLock(store, text, onException);
                } catch (SQLException e) {
                    SqlFailure failure = SqlFailure.of(e);
                    boolean isLost = failure == SqlFailure.CONNECTION_LOST;
                    if (failure == SqlFailure.OTHER || (isLost && tries >= Connections.MAX_TRIES_TO_CONNECT)) {
                        throw new NotBegunException(text, e);
                    }
                    // A lock timeout has waited for as long as it is to wait.
                    if (failure == SqlFailure.LOCK_TIMEOUT || tries == MAX_TRIES) {
                        throw new ContentionException(
                                "key \"" + text + "\" could not be locked, nothing is written: " + SqlFailure.textOf(e),
                                e);
                    }
                }
                Connections.pauseAfter(tries);
            }
        });
    }

    private static <K, V> JoinTransaction<K, V> tryToLock(
            JdbcJoinStore<K, V> store, String text, OnException onException) throws SQLException {
        Connection connection;
        try {
            connection = store.connections().connect();
        } catch (StoreException e) {
            throw new NotBegunException(e);
        }
        boolean autoCommit = true;
        try {
            autoCommit = connection.getAutoCommit();
            if (autoCommit) {
                connection.setAutoCommit(false);
            }
            long version = store.newVersion();
            Locked locked = store.table().lock(connection, Row.placeholder(text, version));
            return new JoinTransaction<>(store, text, onException, connection, autoCommit, version, locked);
        } catch (SQLException | RuntimeException e) {
            Connections.rollBack(connection, e);
            boolean isCallers = CallersConnection.is(connection);
            giveBack(connection, autoCommit);
            if (isCallers && e instanceof SQLException failure && SqlFailure.of(failure) != SqlFailure.LOCK_TIMEOUT) {
                throw new NotBegunException(text, failure); // what the caller has done may be undone with it
            }
            throw e;
        }
    }

    private static void giveBack(Connection connection, boolean autoCommit) {
        try {
            if (autoCommit) {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            // A connection that is lost: its pool finds out.
        } finally {
            Connections.close(connection);
        }
    }

    /** What is under the key; null if nothing is. */
    @Nullable
    Versioned<V> held() {
        return held;
    }

    /**
     * The state of what is under the key.
     *
     * @throws CodecException if it cannot be read
     */
    @Nullable
    JoinState<V> state() {
        return held == null ? null : held.state();
    }

    /** Reads the parts that are stored under the key. */
    PartReader parts() {
        return PartReader.of((number, from, limit) -> read(() -> store.parts(connection, text, number, from, limit)));
    }

    /** The number under which the id of a message is stored; null if it is under none of them. */
    @Nullable
    Long present(Collection<Long> numbers, String id) {
        return read(() -> store.table().parts.present(connection, text, numbers, List.of(id)))
                .get(id);
    }

    private <T> T read(SqlSupplier<T> query) {
        return uninterrupted(() -> {
            try {
                return query.get();
            } catch (SQLException e) {
                throw new StoreException(
                        "key \"" + text + "\": its parts could not be read: " + SqlFailure.textOf(e), e);
            }
        });
    }

    @FunctionalInterface
    private interface SqlSupplier<T> {
        T get() throws SQLException;
    }

    /** Calls a handler. If it throws, what it has written is undone now, or everything is when the transaction ends. */
    <T> T call(Callable<T> handler) throws Exception {
        if (isLost) {
            throw new IllegalStateException("the transaction has ended, and the handler would be outside of it");
        }
        Savepoint before = onException == OnException.RETRY ? connection.setSavepoint() : null;
        begin();
        try {
            T result = handler.call();
            if (isRolledBack) {
                throw new SQLTransactionRollbackException(ROLLED_BACK_WITHIN, "40000");
            }
            hasReturned = true;
            return result;
        } catch (Throwable e) { // whatever it is: what was written up to then must not stay
            hasThrown = true;
            if (before != null) {
                undo(before, e);
            }
            throw e;
        } finally {
            running = null;
        }
    }

    private void begin() {
        isRolledBack = false;
        isUsed |= store.currentTransaction().isBound();
        running = new Object();
    }

    /** Calls {@code onIncomplete} or {@code onLate}. If it throws, the transaction is not to be settled. */
    void tell(Runnable callback) {
        begin();
        try {
            callback.run();
        } finally {
            running = null;
        }
        if (isRolledBack) {
            throw new StoreException("key \"" + text + "\": " + ROLLED_BACK_WITHIN + ", nothing of it is written");
        }
    }

    private void undo(Savepoint before, Throwable reason) {
        try {
            connection.rollback(before);
        } catch (SQLException e) {
            // The handler has committed, or the database has rolled all back: the version of the row will tell.
            isLost = true;
            isRolledBackByDatabase = SqlFailure.isBehind(reason);
            reason.addSuppressed(e);
            Connections.rollBack(connection, reason);
        }
    }

    /** Whether a handler threw. */
    boolean hasThrown() {
        return hasThrown;
    }

    /** Whether it has ended before its end, so that nothing more may begin in it. */
    boolean isLost() {
        return isLost;
    }

    /** Whether it has the key locked still. */
    boolean locks(String key) {
        return !isOver && text.equals(key);
    }

    // For handlers

    /** What stands for the handler that runs now; null if none does. */
    @Nullable
    Object running() {
        return running;
    }

    /** Its connection, for the handler that runs. */
    Connection lend() {
        isUsed = true;
        return connection;
    }

    /** What the handler that runs has begun within the transaction is rolled back, so the handler must not succeed. */
    void rolledBackByHandler() {
        isRolledBack = true;
    }

    // The end

    /**
     * Says what the key's state is to be at the end, and what becomes of its parts.
     *
     * @param next null: nothing
     */
    void write(@Nullable JoinState<V> next, PartsChange parts) {
        written = next;
        writtenParts = parts;
        isChanged = true;
    }

    /**
     * The event has come to its end. Commits what it and handlers have written, and lets go of the key.
     *
     * @throws StoreException if nothing is written, or nobody knows
     */
    void settle() {
        if (isChanged || isUsed) {
            JoinState<V> next = isChanged ? written : state();
            uninterrupted(() -> {
                commit(next);
                return true;
            });
        }
        isSettled = true;
        close();
    }

    /** Whether the event has come to its end. */
    boolean isSettled() {
        return isSettled;
    }

    private void commit(@Nullable JoinState<V> next) {
        try {
            Versioned<V> versioned = next == null ? null : Versioned.of(store.newVersion(), next);
            Row row = versioned == null ? null : store.row(text, versioned);
            if (!change(new RowChange(text, version, row))) {
                throw new StoreException(
                        "key \"" + text + "\": a handler or the database has ended the transaction before"
                                + " its end: nothing of it is written, but for what a handler has committed");
            }
            if (writtenParts != null && !writtenParts.isNone()) {
                KeyParts parts = store.parts(text, writtenParts);
                store.table().parts.write(connection, List.of(parts), store.maxEntryBytes());
            }
            connection.commit();
            isCommitted = true;
        } catch (SQLException e) {
            boolean isConnectionLost = SqlFailure.of(e) == SqlFailure.CONNECTION_LOST;
            isRolledBackByDatabase |= isConnectionLost || SqlFailure.isBehind(e);
            String problem = isConnectionLost
                    ? "the connection was lost before it was known whether the transaction is committed: "
                    : "the transaction failed, nothing of it is written: ";
            throw new StoreException("key \"" + text + "\": " + problem + SqlFailure.textOf(e), e);
        } finally {
            store.forget(text);
        }
    }

    /**
     * Writes the row, in the transaction that has locked it. If the one handler that was called has ended that and thrown, its
     * attempt is counted all the same, unless the row has changed since: there is nothing else that could have been lost.
     */
    private boolean change(RowChange change) throws SQLException {
        if (!isLost) {
            return store.table().changeLocked(connection, change, locked);
        }
        return !hasReturned && store.table().change(connection, change).won();
    }

    boolean isCommitted() {
        return isCommitted;
    }

    /**
     * Writes another state in a transaction of its own, after this one has failed by what a handler did: as long as nobody else has
     * written.
     *
     * @param failure takes what keeps that from happening
     * @return whether it is written
     */
    boolean writeInstead(K key, JoinState<V> next, RuntimeException failure) {
        close();
        if (held == null || isCommitted || isRolledBackByDatabase) {
            return false;
        }
        Versioned<V> instead = Versioned.of(store.newVersion(), next);
        try {
            // By what is in it: the version is the one before the lock again, or that of the lock if a handler has
            // committed.
            Optional<Stored> stored = store.stored(text);
            return stored.isPresent()
                    && Arrays.equals(stored.get().state(), locked.stored().state())
                    && store.compareAndExchange(key, store.held(text, stored.get()), instead)
                            .won();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /** Rolls back what is not committed, and gives the connection back as it came. Does nothing the second time. */
    @Override
    public void close() {
        if (isOver) {
            return;
        }
        isOver = true;
        uninterrupted(() -> {
            if (!isCommitted) {
                undo();
            }
            giveBack(connection, autoCommit);
            return true;
        });
    }

    private void undo() {
        SQLException reason = new SQLException();
        try {
            store.table().undoBehindLock(connection, text, version, locked);
        } catch (SQLException e) { // a handler or the database has ended the transaction
            reason.addSuppressed(e);
        }
        Connections.rollBack(connection, reason);
    }

    /** Keeps an interrupt away from the database: pools and files of H2 would fail. The flag is set again afterwards. */
    private static <T> T uninterrupted(Supplier<T> work) {
        boolean isInterrupted = Thread.interrupted();
        try {
            return work.get();
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
