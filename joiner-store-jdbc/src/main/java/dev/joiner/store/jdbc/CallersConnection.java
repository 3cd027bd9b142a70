package dev.joiner.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is inside a transaction of the caller's, as the store sees it: a transaction that has begun with a savepoint.
 *
 * <p>To commit it leaves that to the caller, and to roll it back goes back to the savepoint.
 */
final class CallersConnection implements InvocationHandler {
    private final Connection connection;
    private final JdbcDialect dialect;
    private final Savepoint savepoint;

    private CallersConnection(Connection connection, JdbcDialect dialect) throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        dialect.keepSettings(connection);
        savepoint = connection.setSavepoint();
    }

    static Connection within(Connection connection, JdbcDialect dialect) throws SQLException {
        return (Connection) Proxy.newProxyInstance(
                CallersConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new CallersConnection(connection, dialect));
    }

    /** Whether somebody else ends the connection's transaction. */
    static boolean is(Connection connection) {
        return Proxy.isProxyClass(connection.getClass())
                && Proxy.getInvocationHandler(connection) instanceof CallersConnection;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        boolean hasArguments = arguments != null && arguments.length > 0;
        switch (method.getName()) {
            case "getAutoCommit" -> {
                return false;
            }
            case "setAutoCommit", "abort" -> {
                return null;
            }
            case "commit" -> {
                connection.releaseSavepoint(savepoint);
                return null;
            }
            case "close" -> {
                close();
                return null;
            }
            default -> {
                if (method.getName().equals("rollback") && !hasArguments) {
                    connection.rollback(savepoint);
                    return null;
                }
                return Forwarded.call(method, connection, arguments);
            }
        }
    }

    private void close() throws SQLException {
        try {
            dialect.restoreSettings(connection);
        } catch (SQLException e) {
            // The transaction has failed, and the settings will go with it.
        } finally {
            connection.close();
        }
    }
}
