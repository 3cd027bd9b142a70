package dev.joiner.store.jdbc;

import dev.joiner.store.jdbc.HandOverConnection.Ends;
import dev.joiner.store.jdbc.internal.ForwardingDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import javax.sql.DataSource;

/**
 * The data source of a store, but on a thread on which a handler of a transactional joiner runs its connections are that of the
 * transaction.
 */
final class HandOverDataSource extends ForwardingDataSource {
    private static final String NOT_OF_THE_TRANSACTION =
            "only handlers, onIncomplete and onLate are part of the transaction: what a"
                    + " merge, another function of the spec or a listener writes would not be undone with the message";

    private final DataSource dataSource;
    private final CurrentTransaction current;

    HandOverDataSource(DataSource dataSource, CurrentTransaction current) {
        super(dataSource);
        this.dataSource = dataSource;
        this.current = current;
    }

    @Override
    public Connection getConnection() throws SQLException {
        JoinTransaction<?, ?> transaction = current.get();
        if (transaction == null) {
            return dataSource.getConnection();
        }
        Object running = transaction.running();
        if (running == null) {
            throw new SQLException(NOT_OF_THE_TRANSACTION, "25000");
        }
        return HandOverConnection.lend(transaction, running, Ends.NOTED);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        if (current.get() != null) {
            throw new SQLFeatureNotSupportedException("the connection of a hand-over has the user that it has");
        }
        return dataSource.getConnection(user, password);
    }

    /**
     * The connection of the handler that runs on this thread, which that may close, but not commit.
     *
     * @throws IllegalStateException if none runs
     */
    Connection handOverConnection() {
        JoinTransaction<?, ?> transaction = current.get();
        if (transaction == null) {
            throw new IllegalStateException("no handler of a transactional joiner of this store runs on this thread");
        }
        Object running = transaction.running();
        if (running == null) {
            throw new IllegalStateException(NOT_OF_THE_TRANSACTION);
        }
        return HandOverConnection.lend(transaction, running, Ends.REFUSED);
    }
}
