package dev.joiner.store.redis;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.test.servers.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import redis.clients.jedis.RedisClient;

class RedisJoinStoreContractTest extends JoinStoreContract {
    private static RedisClient client;

    @BeforeAll
    static void connect() {
        client = RedisClient.create("127.0.0.1", RedisServer.shared().port());
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    @Override
    protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return RedisJoinStore.builder(client)
                .namespace(config.namespace())
                .keys(config.keys())
                .values(config.values())
                .build();
    }
}
