package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Predicate;

/**
 * How a store tells that a connection is inside a transaction of the caller's, and what it does then.
 *
 * @param when whether a connection is inside of one, though it does not show
 * @param isAutoCommit whether connections have auto-commit when nobody has begun a transaction
 */
record CallersTransactions(
        JdbcDialect dialect, CallersTransaction choice, Predicate<? super Connection> when, boolean isAutoCommit) {

    /**
     * Looks at the connections while a store is opened.
     *
     * @throws StoreException if the one that was given is inside a transaction of the caller's: to open a store may write
     */
    static CallersTransactions of(
            Connection connection, JdbcDialect dialect, CallersTransaction choice, Predicate<? super Connection> when)
            throws SQLException {
        boolean isAutoCommit = connection.getAutoCommit();
        if (when.test(connection) || (!isAutoCommit && dialect.isInTransaction(connection))) {
            throw new StoreException("the store is opened inside a transaction of the caller's: open it before that");
        }
        return new CallersTransactions(dialect, choice, when, isAutoCommit);
    }

    /**
     * Returns the connection as the store may use it.
     *
     * @throws StoreException if it is refused
     */
    Connection checked(Connection connection) throws SQLException {
        try {
            if (!isInside(connection)) {
                return connection;
            }
            if (choice == CallersTransaction.TAKE_PART) {
                return CallersConnection.within(connection, dialect);
            }
            throw new StoreException(
                    "the data source gave a connection that is inside a transaction of the caller's, which Joiner"
                            + " would commit; nothing is written. Let the store take part (callersTransaction), or give it a"
                            + " data source that begins its own");
        } catch (SQLException | RuntimeException e) {
            Connections.close(connection);
            throw e;
        }
    }

    private boolean isInside(Connection connection) throws SQLException {
        if (when.test(connection)) {
            return true;
        }
        return !connection.getAutoCommit() && (isAutoCommit || dialect.isInTransaction(connection));
    }
}
