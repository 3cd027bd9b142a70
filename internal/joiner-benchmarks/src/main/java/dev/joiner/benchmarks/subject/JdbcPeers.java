package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.subject.Database.Pool;
import dev.joiner.benchmarks.subject.Database.Product;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.apache.camel.processor.aggregate.jdbc.JdbcAggregationRepository;
import org.apache.camel.processor.aggregate.jdbc.PostgresAggregationRepository;
import org.springframework.core.io.ClassPathResource;
import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.integration.jdbc.store.JdbcMessageStore;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Frameworks on a database, set up as their documentation recommends for several nodes. */
final class JdbcPeers {
    private JdbcPeers() {}

    static Subject camel(Database database, Work work, Receiver receiver) throws Exception {
        Pool pool = database.pool(work.threads());
        DataSource dataSource = pool.observed();
        String table = UniqueNames.next("camel");
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String name : new String[] {table, table + "_completed"}) {
                statement.execute("CREATE TABLE " + name + " (id varchar(255) NOT NULL PRIMARY KEY, exchange "
                        + (database.product() == Product.H2 ? "blob" : database.product().bytes)
                        + " NOT NULL, version bigint NOT NULL)");
            }
        }
        JdbcTransactionManager transactions = new JdbcTransactionManager(dataSource);
        JdbcAggregationRepository repository = database.product() == Product.POSTGRESQL
                ? new PostgresAggregationRepository(transactions, table, dataSource)
                : new JdbcAggregationRepository(transactions, table, dataSource);
        return CamelAggregator.on(repository, true, work, receiver, pool::close);
    }

    static Subject spring(Database database, Work work, Receiver receiver) throws SQLException {
        Pool pool = database.pool(work.threads());
        DataSource dataSource = pool.observed();
        String region = UniqueNames.next("spring");
        createTables(database.product(), dataSource);
        JdbcMessageStore store = new JdbcMessageStore(dataSource);
        store.setRegion(region);
        store.start();
        DefaultLockRepository repository = new DefaultLockRepository(dataSource);
        repository.setRegion(region);
        repository.setTransactionManager(new JdbcTransactionManager(dataSource));
        if (database.product() == Product.POSTGRESQL) {
            repository.setInsertQuery(repository.getInsertQuery() + " ON CONFLICT DO NOTHING");
        }
        repository.afterPropertiesSet();
        repository.afterSingletonsInstantiated();
        repository.start();
        return SpringAggregator.on(store, new JdbcLockRegistry(repository), receiver, () -> {
            repository.close();
            pool.close();
        });
    }

    /** Those of the script in its jar, unless they are there. */
    private static void createTables(Product product, DataSource dataSource) throws SQLException {
        ResourceDatabasePopulator script = new ResourceDatabasePopulator(
                new ClassPathResource("org/springframework/integration/jdbc/schema-" + product.springSchema + ".sql"));
        script.setContinueOnError(true);
        try (Connection connection = dataSource.getConnection()) {
            script.populate(connection);
        }
    }
}
