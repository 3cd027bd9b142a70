package dev.joiner.store.redis;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyCodec;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;

/** Clients of the servers of the tests, and stores on them. */
final class Clients {
    static final String HOST = "127.0.0.1";

    private Clients() {}

    static RedisClient of(RedisServer server) {
        return at(server.port());
    }

    static RedisClient at(int port) {
        return RedisClient.create(HOST, port);
    }

    static RedisClusterClient of(RedisCluster cluster) {
        return RedisClusterClient.create(nodes(cluster));
    }

    static Set<HostAndPort> nodes(RedisCluster cluster) {
        return cluster.masters().stream()
                .map(node -> new HostAndPort(HOST, node.port()))
                .collect(Collectors.toSet());
    }

    static String namespace() {
        return "test-" + UUID.randomUUID();
    }

    static RedisJoinStore.Builder<String, String> store(UnifiedJedis client) {
        return store(client, namespace());
    }

    static RedisJoinStore.Builder<String, String> store(UnifiedJedis client, String namespace) {
        return store(client, JoinStoreConfig.of(namespace, KeyCodec.string(), Codec.string()));
    }

    static <K, V> RedisJoinStore.Builder<K, V> store(UnifiedJedis client, JoinStoreConfig<K, V> config) {
        return RedisJoinStore.builder(client)
                .namespace(config.namespace())
                .keyCodec(config.keys())
                .valueCodec(config.values());
    }
}
