package dev.joiner.spring.boot;

import dev.joiner.engine.HandOverScope;
import dev.joiner.spring.boot.JoinerProperties.CallersTransaction;
import dev.joiner.spring.boot.JoinerProperties.Connection;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Lets joins be stored on the application's {@code DataSource}. */
@AutoConfiguration(
        before = JoinerAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration"
        })
@ConditionalOnClass({JdbcJoinStore.class, DataSourceUtils.class})
@ConditionalOnSingleCandidate(DataSource.class)
final class JdbcJoinerAutoConfiguration {

    @Bean
    JoinerConnection dataSourceJoinerConnection(
            DataSource dataSource, ObjectProvider<PlatformTransactionManager> managers) {
        return new JoinerConnection(
                Connection.DATA_SOURCE, (properties, clock) -> factory(dataSource, managers, properties, clock));
    }

    @Bean
    PoolWarning joinerPoolWarning(
            DataSource dataSource,
            ObjectProvider<JoinerFactory> factory,
            ObjectProvider<Joins> joins,
            ObjectProvider<JoinerProperties> properties) {
        return new PoolWarning(dataSource, factory, joins, properties);
    }

    private static JoinerFactory factory(
            DataSource dataSource,
            ObjectProvider<PlatformTransactionManager> managers,
            JoinerProperties.Store properties,
            InstantSource clock) {
        boolean takesPart = properties.callersTransaction() == CallersTransaction.TAKE_PART;
        PlatformTransactionManager manager = takesPart || properties.transactional() ? managers.getIfUnique() : null;
        DataSource independent;
        Optional<HandOverScope> scope;
        if (!properties.transactional()) {
            independent = new IndependentConnections(dataSource);
            scope = Optional.empty();
        } else if (manager == null) {
            throw new JoinerSetupException(
                    "joiner.store.transactional needs a transaction manager, and there is not one bean of type"
                            + " PlatformTransactionManager",
                    "Define one, or mark one of several as @Primary.");
        } else {
            requireSame(dataSource, manager);
            independent = new ManagedTransactions(dataSource, manager);
            scope = Optional.of(new ManagedScope(manager));
        }
        return new DataSourceJoinerFactory(
                takesPart ? new CallersConnections(dataSource, independent, TransactionEnds.of(manager)) : independent,
                scope,
                properties,
                clock);
    }

    /** Refuses a manager in whose transactions there is no connection of the data source. */
    private static void requireSame(DataSource dataSource, PlatformTransactionManager manager) {
        boolean isSame;
        try {
            TransactionStatus begun = manager.getTransaction(
                    new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
            isSame = TransactionSynchronizationManager.hasResource(dataSource);
            manager.rollback(begun);
        } catch (TransactionException e) {
            return; // no connection, as the store will say
        }
        if (!isSame) {
            throw new JoinerSetupException(
                    "joiner.store.transactional needs transactions on the DataSource that joins are stored on, and "
                            + manager.getClass().getName() + " begins none there",
                    "Use a transaction manager of that DataSource: DataSourceTransactionManager, or JpaTransactionManager with"
                            + " a dialect that shows JPA's connection, as HibernateJpaDialect does. If there are several, mark"
                            + " it as @Primary.");
        }
    }
}
