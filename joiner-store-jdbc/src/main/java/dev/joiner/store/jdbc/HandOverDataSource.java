package dev.joiner.store.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The data source of a store, with a difference: on a thread on which a transactional hand-over runs, its connections
 * are that of the hand-over's transaction.
 */
final class HandOverDataSource implements DataSource {
    private final DataSource dataSource;
    private final Supplier<@Nullable JoinTransaction<?, ?>> current;

    HandOverDataSource(DataSource dataSource, Supplier<@Nullable JoinTransaction<?, ?>> current) {
        this.dataSource = dataSource;
        this.current = current;
    }

    @Override
    public Connection getConnection() throws SQLException {
        JoinTransaction<?, ?> transaction = current.get();
        return transaction == null ? dataSource.getConnection() : connection(transaction);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        if (current.get() != null) {
            throw new SQLFeatureNotSupportedException("the connection of a hand-over has the user that it has");
        }
        return dataSource.getConnection(user, password);
    }

    /** A connection that its user may close, but not commit. */
    static Connection connection(JoinTransaction<?, ?> transaction) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, new Borrowed(transaction));
    }

    private static final class Borrowed implements InvocationHandler {
        private final JoinTransaction<?, ?> transaction;
        private final Connection connection;
        private boolean closed;

        Borrowed(JoinTransaction<?, ?> transaction) {
            this.transaction = transaction;
            connection = transaction.handOverConnection();
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            switch (method.getName()) {
                case "equals" -> {
                    return arguments != null && proxy == arguments[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(proxy);
                }
                case "toString" -> {
                    return "a hand-over's " + connection;
                }
                case "close" -> {
                    closed = true;
                    return null;
                }
                case "isClosed" -> {
                    return closed || transaction.isOver();
                }
                default -> {
                    return delegate(method, arguments);
                }
            }
        }

        private @Nullable Object delegate(Method method, Object @Nullable [] arguments) throws Throwable {
            if (closed || transaction.isOver()) {
                throw new SQLException("the connection is closed, or its hand-over is over", "08003");
            }
            boolean ends = switch (method.getName()) {
                case "commit", "abort" -> true;
                case "rollback" -> arguments == null; // to a savepoint is another matter
                case "setAutoCommit" -> arguments != null && Boolean.TRUE.equals(arguments[0]);
                default -> false;
            };
            if (ends) {
                throw new SQLException(
                        "the transaction is the hand-over's: it is committed when the handler returns, and rolled back"
                                + " when it throws",
                        "2D000");
            }
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }

    @Override
    public @Nullable PrintWriter getLogWriter() throws SQLException {
        return dataSource.getLogWriter();
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
        dataSource.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        dataSource.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return dataSource.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return dataSource.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : dataSource.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || dataSource.isWrapperFor(type);
    }
}
