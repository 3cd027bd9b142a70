package dev.joiner.spring.boot;

import dev.joiner.spring.boot.JoinerProperties.CallersTransaction;
import dev.joiner.spring.boot.JoinerProperties.Connection;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;

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

    private static JoinerFactory factory(
            DataSource dataSource,
            ObjectProvider<PlatformTransactionManager> managers,
            JoinerProperties.Store properties,
            InstantSource clock) {
        boolean takesPart = properties.callersTransaction() == CallersTransaction.TAKE_PART;
        if (!properties.transactional()) {
            return new DataSourceJoinerFactory(
                    takesPart ? new TransactionAwareDataSourceProxy(dataSource) : dataSource, properties, clock);
        }
        PlatformTransactionManager manager = managers.getIfUnique();
        if (manager == null) {
            throw new JoinerSetupException(
                    "joiner.store.transactional needs a transaction manager, and there is not one bean of type"
                            + " PlatformTransactionManager",
                    "Define one, or mark one of several as @Primary.");
        }
        return new DataSourceJoinerFactory(new ManagedTransactions(dataSource, manager, takesPart), properties, clock);
    }
}
