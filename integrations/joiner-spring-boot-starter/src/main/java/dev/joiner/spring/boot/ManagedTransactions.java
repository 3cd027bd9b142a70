package dev.joiner.spring.boot;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A data source whose transactions are begun and ended by the application's transaction manager: to turn auto-commit off begins one,
 * {@code commit} and {@code rollback} end it.
 *
 * <p>So whatever works by Spring's transactions on the same thread takes part in those of a store that knows nothing of Spring, and
 * Spring calls those who wait for the commit after it. A transaction of the caller's is suspended meanwhile, or taken part in.
 */
final class ManagedTransactions extends DelegatingDataSource {
    private final DataSource dataSource;
    private final IndependentConnections connections;
    private final PlatformTransactionManager manager;
    private final boolean takesPart;

    /** @param takesPart whether a connection that is bound to a transaction of the caller's is given as it is */
    ManagedTransactions(DataSource dataSource, PlatformTransactionManager manager, boolean takesPart) {
        super(dataSource);
        this.dataSource = dataSource;
        connections = new IndependentConnections(dataSource);
        this.manager = manager;
        this.takesPart = takesPart;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return takesPart && TransactionSynchronizationManager.hasResource(dataSource)
                ? new TransactionAwareDataSourceProxy(dataSource).getConnection()
                : ManagedConnection.of(connections, manager);
    }
}
