package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.engine.HandOverScope;
import dev.joiner.store.jdbc.CallersTransaction;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;

/** Joiners on the application's own {@code DataSource}. */
final class DataSourceJoinerFactory implements JoinerFactory {
    private final DataSource dataSource;
    private final Optional<HandOverScope> scope;
    private final JoinerProperties.Store properties;
    private final InstantSource clock;

    /**
     * @param dataSource with transactions as the properties want them
     * @param scope of handlers within those
     */
    DataSourceJoinerFactory(
            DataSource dataSource,
            Optional<HandOverScope> scope,
            JoinerProperties.Store properties,
            InstantSource clock) {
        this.dataSource = dataSource;
        this.scope = scope;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStoreConfig<K, V> config) {
        if (!properties.transactional()) {
            return StoreOpening.joiner(spec, () -> open(spec.name(), config), clock);
        }
        try {
            return open(spec.name(), config).transactional(spec, clock);
        } catch (IllegalArgumentException e) {
            throw new JoinerSetupException(
                    "join " + spec.name() + ": " + e.getMessage(),
                    "Take atMostOnce() out of the spec, or set joiner.store.transactional to false.",
                    e);
        }
    }

    private <K, V> JdbcJoinStore<K, V> open(String join, JoinStoreConfig<K, V> config) {
        JdbcJoinStore.Builder<K, V> builder = JdbcJoinStore.builder(dataSource)
                .namespace(config.namespace())
                .keyCodec(config.keys())
                .valueCodec(config.values());
        if (dataSource instanceof CallersConnections callers) {
            builder.callersTransaction(CallersTransaction.TAKE_PART)
                    .callersTransactionWhen(connection -> callers.isWithinTransaction());
        }
        scope.ifPresent(builder::handlerScope);
        if (properties.createTable()) {
            builder.createTableIfMissing();
        }
        try {
            return builder.table(properties.table()).build();
        } catch (IllegalArgumentException e) {
            throw new JoinerSetupException(
                    "join " + join + ": joiner.store.table: " + e.getMessage(),
                    "Name a table, as in joiner_joins or schema.joiner_joins.",
                    e);
        } catch (StoreException e) {
            throw StoreOpening.failed(join, "the application's DataSource", e);
        }
    }
}
