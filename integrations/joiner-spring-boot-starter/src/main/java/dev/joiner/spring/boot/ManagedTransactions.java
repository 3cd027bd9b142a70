package dev.joiner.spring.boot;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * A data source whose transactions are begun and ended by the application's transaction manager: to turn auto-commit off begins one,
 * {@code commit} and {@code rollback} end it.
 *
 * <p>So whatever works by Spring's transactions on the same thread takes part in those of a store that knows nothing of Spring, and
 * Spring calls those who wait for the commit after it. A transaction of the caller's is suspended meanwhile.
 */
final class ManagedTransactions extends DelegatingDataSource {
    private final IndependentConnections connections;
    private final PlatformTransactionManager manager;

    ManagedTransactions(DataSource dataSource, PlatformTransactionManager manager) {
        super(dataSource);
        connections = new IndependentConnections(dataSource);
        this.manager = manager;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return ManagedConnection.of(connections, manager);
    }
}
