package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.store.tck.JoinStoreContract;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on one database, through a pool that is set up as a user might. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JdbcStoreContract extends JoinStoreContract {
    private final Consumer<HikariConfig> options;
    private HikariDataSource pool;

    JdbcStoreContract(Consumer<HikariConfig> options) {
        this.options = options;
    }

    @BeforeAll
    void openPool() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(16);
        options.accept(config);
        pool = new HikariDataSource(config);
    }

    @AfterAll
    void closePool() {
        pool.close();
    }

    /** What is special about a store. */
    JdbcJoinStore.Builder<?, ?> customize(JdbcJoinStore.Builder<?, ?> builder) {
        return builder;
    }

    @Override
    protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return customize(JdbcJoinStore.builder(pool))
                .namespace(config.namespace())
                .keyCodec(config.keys())
                .valueCodec(config.values())
                .createTableIfMissing()
                .build();
    }
}
