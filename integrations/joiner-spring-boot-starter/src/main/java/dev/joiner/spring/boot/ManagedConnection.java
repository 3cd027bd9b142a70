package dev.joiner.spring.boot;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A connection that is one of the pool's with auto-commit, and that of a transaction of Spring's from when auto-commit is turned off
 * until the transaction ends. For one thread.
 */
final class ManagedConnection implements InvocationHandler {
    private static final Log LOG = LogFactory.getLog(ManagedConnection.class);

    private static final String ROLLBACK_ONLY = "a transaction within it was marked as rollback-only";

    private final IndependentConnections connections;
    private final DataSource dataSource;
    private final PlatformTransactionManager manager;
    private final Optional<PersistenceContext> persistence;
    private Connection connection;
    private boolean pooledAutoCommit;
    private @Nullable TransactionStatus transaction;
    private @Nullable Savepoint first;
    /** Whether there is something that a handler wrote. */
    private boolean hasHandled;
    /** Whether all that handlers wrote is undone, and nothing but what this connection wrote is left. */
    private boolean isUndone;
    /** Whether something that a handler wrote is left, and cannot be committed. */
    private boolean isRollbackOnly;

    private boolean isHandling;
    private boolean isCommitted;
    private boolean isClosed;

    private ManagedConnection(IndependentConnections connections, PlatformTransactionManager manager)
            throws SQLException {
        this.connections = connections;
        this.manager = manager;
        dataSource = connections.pool();
        persistence = PersistenceContext.of(manager);
        connection = connections.getConnection();
        pooledAutoCommit = connection.getAutoCommit();
        if (!pooledAutoCommit) {
            connection.setAutoCommit(true);
        }
    }

    static Connection of(IndependentConnections connections, PlatformTransactionManager manager) throws SQLException {
        return (Connection) Proxy.newProxyInstance(
                ManagedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new ManagedConnection(connections, manager));
    }

    /** Returns the one that has begun the transaction of this thread; empty if that is not one of these. */
    static Optional<ManagedConnection> current() {
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            return Optional.empty();
        }
        return TransactionSynchronizationManager.getSynchronizations().stream()
                .filter(Completion.class::isInstance)
                .map(completion -> ((Completion) completion).connection())
                .findFirst();
    }

    /** What a handler wrote is to be committed. */
    void handled() {
        hasHandled = true;
    }

    /**
     * A handler runs, or does not any more.
     *
     * @return whether one was running
     */
    boolean handles(boolean now) {
        boolean before = isHandling;
        isHandling = now;
        return before;
    }

    /** Hears of the end of a transaction. */
    private record Completion(ManagedConnection connection) implements TransactionSynchronization {
        @Override
        public void afterCompletion(int status) {
            connection.isCommitted = status == STATUS_COMMITTED;
        }
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        switch (method.getName()) {
            case "getAutoCommit" -> {
                return transaction == null;
            }
            case "setAutoCommit" -> {
                if (arguments != null && Boolean.FALSE.equals(arguments[0]) && transaction == null) {
                    begin();
                }
                return null; // it is turned on again by the end of the transaction
            }
            case "setSavepoint" -> {
                return savepoint(method, arguments);
            }
            case "commit" -> {
                commit();
                return null;
            }
            case "rollback" -> {
                if (arguments == null || arguments.length == 0) {
                    rollBack();
                } else {
                    rollBackTo((Savepoint) arguments[0]);
                }
                return null;
            }
            case "close" -> {
                close();
                return null;
            }
            case "isClosed" -> {
                return isClosed;
            }
            default -> {
                return call(method, arguments);
            }
        }
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void begin() throws SQLException {
        boolean isSecond = connections.isWithinTransaction();
        giveBack();
        DefaultTransactionDefinition definition =
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        try {
            TransactionStatus begun = manager.getTransaction(definition);
            // Asked before the connection is: Spring would bind that of any data source, which nobody then commits.
            if (!TransactionSynchronizationManager.hasResource(dataSource)) {
                manager.rollback(begun);
                throw new SQLException(
                        "the transaction manager does not work on the DataSource that joins are stored on: "
                                + manager.getClass().getName());
            }
            transaction = begun;
            connection = DataSourceUtils.getConnection(dataSource);
        } catch (TransactionException | CannotGetJdbcConnectionException e) {
            SQLException failure = failure(e);
            throw isSecond ? IndependentConnections.explained(failure) : failure;
        }
        TransactionSynchronizationManager.registerSynchronization(new Completion(this));
    }

    /** What follows is a handler that may be undone alone. JPA calls none once it has to roll back. */
    private @Nullable Object savepoint(Method method, Object @Nullable [] arguments) throws Throwable {
        if (isSpoilt()) {
            isUndone = false;
            isRollbackOnly = true;
            throw new SQLException(ROLLBACK_ONLY);
        }
        Object savepoint = call(method, arguments);
        isUndone = false;
        if (first == null) {
            first = (Savepoint) savepoint;
        }
        return savepoint;
    }

    private boolean isSpoilt() {
        return persistence.filter(PersistenceContext::isRollbackOnly).isPresent();
    }

    private void commit() throws SQLException {
        if (isUndone) {
            try {
                connection.commit();
            } finally {
                rollBack(); // nothing of the handlers is there, and those who wait for their commit are told so
            }
            return;
        }
        if (isRollbackOnly || (transaction != null && transaction.isRollbackOnly())) {
            throw new SQLException(ROLLBACK_ONLY);
        }
        TransactionStatus ended = end();
        if (ended == null) {
            return;
        }
        try {
            manager.commit(ended);
        } catch (UnexpectedRollbackException e) {
            throw new SQLException(ROLLBACK_ONLY, e);
        } catch (RuntimeException e) {
            if (!isCommitted) {
                throw failure(e);
            }
            LOG.warn("what was to be called after a commit threw; the join is handed over all the same", e);
        }
    }

    private void rollBack() throws SQLException {
        TransactionStatus ended = end();
        if (ended != null) {
            try {
                manager.rollback(ended);
            } catch (RuntimeException e) {
                throw failure(e);
            }
        }
    }

    /** What was undone by this does not keep the rest from being committed. */
    private void rollBackTo(Savepoint savepoint) throws SQLException {
        connection.rollback(savepoint);
        if (TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder) {
            holder.resetRollbackOnly();
        }
        persistence.ifPresent(PersistenceContext::clear);
        hasHandled &= !savepoint.equals(first);
        isUndone = !hasHandled;
        isRollbackOnly = hasHandled && isSpoilt();
    }

    /** Lets go of the connection before its transaction is ended; null if there is none. */
    private @Nullable TransactionStatus end() {
        TransactionStatus ended = transaction;
        transaction = null;
        if (ended != null) {
            DataSourceUtils.releaseConnection(connection, dataSource);
            isClosed = true;
        }
        return ended;
    }

    private void close() throws SQLException {
        if (transaction != null) {
            rollBack();
        } else if (!isClosed) {
            giveBack();
        }
        isClosed = true;
    }

    private void giveBack() throws SQLException {
        try (Connection pooled = connection) {
            if (!pooledAutoCommit) {
                pooled.setAutoCommit(false);
            }
        }
    }

    /** The database's own exception where there is one, as it tells what to do. */
    private static SQLException failure(RuntimeException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure) {
                failure.addSuppressed(e);
                return failure;
            }
        }
        return new SQLException(e.getMessage(), e);
    }
}
