import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.store.redis.internal.RedisJoinStoreProvider;

/** A store that keeps joins in Redis. */
module dev.joiner.store.redis {
    requires transitive dev.joiner;
    requires transitive redis.clients.jedis;
    requires com.github.benmanes.caffeine;
    requires org.apache.commons.pool2;

    exports dev.joiner.store.redis;

    provides JoinStoreProvider with
            RedisJoinStoreProvider;
}
