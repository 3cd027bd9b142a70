package dev.joiner.store.jdbc;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that are bound to their thread: does on its data source what Spring's {@code DataSourceTransactionManager} does, call
 * for call.
 */
final class BoundTransactions {
    private static final Set<String> HIDDEN = Set.of("commit", "rollback", "setAutoCommit", "abort");

    private final DataSource dataSource;

    @SuppressWarnings("ThreadLocalUsage") // one for each data source
    private final ThreadLocal<@Nullable Connection> bound = new ThreadLocal<>();

    BoundTransactions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** The connection of the transaction on this thread. */
    Connection connection() {
        Connection connection = bound.get();
        if (connection == null) {
            throw new IllegalStateException("no transaction");
        }
        return connection;
    }

    boolean isActive() {
        return bound.get() != null;
    }

    <T> T inTransaction(Callable<T> work) throws Exception {
        return inTransaction(false, Connection.TRANSACTION_READ_COMMITTED, work);
    }

    /** Commits what the work has done if it returns, and rolls it back if it throws. */
    <T> T inTransaction(boolean readOnly, int isolation, Callable<T> work) throws Exception {
        Connection connection = dataSource.getConnection();
        if (readOnly) {
            connection.setReadOnly(true);
        }
        int isolationBefore = connection.getTransactionIsolation();
        if (isolationBefore != isolation) {
            connection.setTransactionIsolation(isolation);
        }
        boolean autoCommit = connection.getAutoCommit();
        if (autoCommit) {
            connection.setAutoCommit(false);
        }
        bound.set(connection);
        try {
            T result;
            try {
                result = work.call();
            } catch (Throwable e) {
                connection.rollback();
                throw e;
            }
            connection.commit();
            return result;
        } finally {
            bound.remove();
            if (autoCommit) {
                connection.setAutoCommit(true);
            }
            if (isolationBefore != isolation) {
                connection.setTransactionIsolation(isolationBefore);
            }
            if (readOnly) {
                connection.setReadOnly(false);
            }
            connection.close();
        }
    }

    /** A transaction within that of the thread, by a savepoint. */
    void nested(Callable<?> work) throws Exception {
        Connection connection = connection();
        if (!connection.getMetaData().supportsSavepoints()) {
            throw new IllegalStateException("no savepoints");
        }
        Savepoint savepoint = connection.setSavepoint("SAVEPOINT_1");
        try {
            work.call();
        } catch (Throwable e) {
            connection.rollback(savepoint);
            connection.releaseSavepoint(savepoint);
            throw e;
        }
        connection.releaseSavepoint(savepoint);
    }

    /** Does work with a connection bound to the thread that somebody else commits and closes. */
    <T> T with(Connection connection, Callable<T> work) throws Exception {
        bound.set(connection);
        try {
            return work.call();
        } finally {
            bound.remove();
        }
    }

    /** Gives the connection of the thread's transaction, if there is one, as {@code TransactionAwareDataSourceProxy} does. */
    DataSource aware() {
        return aware(false);
    }

    /** The same, but so that its connections seem to have auto-commit, and refuse to end the transaction: as a container does. */
    DataSource hiding() {
        return aware(true);
    }

    private DataSource aware(boolean hides) {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Connection connection = bound.get();
                    if (connection != null && method.getName().equals("getConnection")) {
                        return unclosed(connection, hides);
                    }
                    return Forwarded.call(method, dataSource, arguments);
                });
    }

    private static Connection unclosed(Connection connection, boolean hides) {
        return (Connection) Proxy.newProxyInstance(
                BoundTransactions.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    String name = method.getName();
                    if (name.equals("close")) {
                        return null;
                    }
                    if (hides && name.equals("getAutoCommit")) {
                        return true;
                    }
                    if (hides && HIDDEN.contains(name) && (arguments == null || !(arguments[0] instanceof Savepoint))) {
                        throw new SQLException("the container ends its transactions", "2D000");
                    }
                    return Forwarded.call(method, connection, arguments);
                });
    }
}
