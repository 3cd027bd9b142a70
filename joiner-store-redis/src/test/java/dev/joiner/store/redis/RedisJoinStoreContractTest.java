package dev.joiner.store.redis;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.store.tck.JoinerContract;
import dev.joiner.store.tck.StoreUnderTest;
import dev.joiner.test.servers.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import redis.clients.jedis.UnifiedJedis;

/** The contracts on one server. */
class RedisJoinStoreContractTest implements StoreUnderTest {
    private static UnifiedJedis client;

    @BeforeAll
    static void connect() {
        client = Clients.of(RedisServer.shared());
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    @Override
    public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        // So low that what is too large can be tried.
        return Clients.store(client, config).maxEntryBytes(16 << 20).build();
    }

    @Nested
    class OfTheStore extends JoinStoreContract {
        OfTheStore() {
            super(RedisJoinStoreContractTest.this);
        }
    }

    @Nested
    class OfJoins extends JoinerContract {
        OfJoins() {
            super(RedisJoinStoreContractTest.this);
        }
    }
}
