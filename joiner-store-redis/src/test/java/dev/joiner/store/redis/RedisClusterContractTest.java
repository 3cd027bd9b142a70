package dev.joiner.store.redis;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.store.tck.JoinerContract;
import dev.joiner.store.tck.JoinerRacesContract;
import dev.joiner.store.tck.StoreUnderTest;
import dev.joiner.test.servers.RedisCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import redis.clients.jedis.UnifiedJedis;

/** The contracts on a cluster of three nodes. */
class RedisClusterContractTest implements StoreUnderTest {
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
    public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return Clients.store(client, config).build();
    }

    @Nested
    class OfTheStore extends JoinStoreContract {
        OfTheStore() {
            super(RedisClusterContractTest.this);
        }
    }

    @Nested
    class OfRaces extends JoinerRacesContract {
        OfRaces() {
            super(RedisClusterContractTest.this);
        }
    }

    @Nested
    @Tag("all-settings")
    class OfJoins extends JoinerContract {
        OfJoins() {
            super(RedisClusterContractTest.this);
        }
    }
}
