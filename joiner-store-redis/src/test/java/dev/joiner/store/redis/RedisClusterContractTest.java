package dev.joiner.store.redis;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.test.servers.RedisCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import redis.clients.jedis.UnifiedJedis;

/** The contract on three nodes. */
class RedisClusterContractTest extends JoinStoreContract {
    private static UnifiedJedis client;

    @BeforeAll
    static void connect() {
        client = Clients.of(RedisCluster.shared());
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    @Override
    protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return Clients.store(client, config).build();
    }
}
