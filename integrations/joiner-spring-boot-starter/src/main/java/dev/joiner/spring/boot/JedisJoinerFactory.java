package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.redis.RedisJoinStore;
import java.time.InstantSource;
import redis.clients.jedis.UnifiedJedis;

/** Joiners on the application's own client of Redis. */
final class JedisJoinerFactory implements JoinerFactory {
    private final UnifiedJedis jedis;
    private final InstantSource clock;

    JedisJoinerFactory(UnifiedJedis jedis, InstantSource clock) {
        this.jedis = jedis;
        this.clock = clock;
    }

    @Override
    public <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStoreConfig<K, V> config) {
        return StoreOpening.joiner(spec, () -> open(spec.name(), config), clock);
    }

    private <K, V> JoinStore<K, V> open(String join, JoinStoreConfig<K, V> config) {
        try {
            return RedisJoinStore.builder(jedis)
                    .namespace(config.namespace())
                    .keyCodec(config.keys())
                    .valueCodec(config.values())
                    .build();
        } catch (StoreException e) {
            throw StoreOpening.failed(join, "the application's UnifiedJedis", e);
        }
    }
}
