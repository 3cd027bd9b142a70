package dev.joiner.store.redis.internal;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.redis.RedisJoinStore;
import java.util.Set;
import redis.clients.jedis.UnifiedJedis;

/**
 * Opens {@code redis:}, {@code rediss:} (with TLS), {@code redis+sentinel:} and {@code redis+cluster:}. The store closes its
 * client.
 *
 * <p>All take {@code shards}, {@code cacheBytes}, {@code maxEntryBytes}, {@code timeout} in milliseconds, and {@code connections} to each server; with
 * TLS also {@code trustStore}, {@code trustStorePassword} and {@code trustStoreType}. Sentinels and clusters take
 * {@code tls=true}; sentinels take {@code sentinelUser} and {@code sentinelPassword}, and need {@code master}.
 */
public final class RedisJoinStoreProvider implements JoinStoreProvider {
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26_379;

    @Override
    public Set<String> schemes() {
        return Set.of(ClientOfUrl.PLAIN, ClientOfUrl.TLS, ClientOfUrl.SENTINEL, ClientOfUrl.CLUSTER);
    }

    @Override
    public <K, V> JoinStore<K, V> open(String text, JoinStoreConfig<K, V> config) {
        boolean atSentinels = text.regionMatches(true, 0, ClientOfUrl.SENTINEL, 0, ClientOfUrl.SENTINEL.length());
        RedisUrl url = new RedisUrl(text, atSentinels ? SENTINEL_PORT : PORT);
        int shards = (int) url.option("shards", 256, 1, RedisJoinStore.MAX_SHARDS);
        long cacheBytes = url.option("cacheBytes", 16 << 20, 0, Long.MAX_VALUE);
        long maxEntryBytes = url.option("maxEntryBytes", 64 << 20, 1_024, RedisJoinStore.LARGEST_ENTRY_BYTES);
        ClientOfUrl client = new ClientOfUrl(url);
        url.refuseOtherOptions();
        UnifiedJedis jedis = client.connect();
        try {
            return RedisJoinStore.builder(jedis)
                    .namespace(config.namespace())
                    .keyCodec(config.keys())
                    .valueCodec(config.values())
                    .shards(shards)
                    .cacheBytes(cacheBytes)
                    .maxEntryBytes(maxEntryBytes)
                    .batches(client.connections)
                    .closeClient()
                    .build();
        } catch (RuntimeException e) {
            jedis.close();
            throw e;
        }
    }
}
