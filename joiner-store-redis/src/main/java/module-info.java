/** A store that keeps joins in Redis. */
module dev.joiner.store.redis {
    requires transitive dev.joiner;
    requires transitive redis.clients.jedis;
    requires com.github.benmanes.caffeine;

    exports dev.joiner.store.redis;
}
