package dev.joiner.spring.boot;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Gives the connection of the caller's transaction as long as that runs, and otherwise one of another data source. */
final class CallersConnections extends DelegatingDataSource {
    private static final String READ_ONLY = "25006";

    private final DataSource dataSource;
    private final DataSource otherwise;
    private final TransactionAwareDataSourceProxy callers;
    private final TransactionEnds ends;

    /**
     * @param dataSource the application's own
     * @param otherwise gives connections of it that are independent of the caller's transaction
     */
    CallersConnections(DataSource dataSource, DataSource otherwise, TransactionEnds ends) {
        super(dataSource);
        this.dataSource = dataSource;
        this.otherwise = otherwise;
        this.ends = ends;
        callers = new TransactionAwareDataSourceProxy(dataSource);
    }

    /** Whether this thread is in a transaction of the caller's. A connection need not show it before something is written. */
    boolean isWithinTransaction() {
        return TransactionSynchronizationManager.hasResource(dataSource) && !ends.isEnding();
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!isWithinTransaction()) {
            return otherwise.getConnection();
        }
        if (TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
            throw new SQLException(
                    "the joiner is called in a transaction that is read-only, and is to take part in it", READ_ONLY);
        }
        return callers.getConnection();
    }
}
