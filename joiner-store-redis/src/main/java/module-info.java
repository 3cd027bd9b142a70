/** A store that keeps joins in Redis. */
module dev.joiner.store.redis {
    requires transitive dev.joiner;
    requires com.github.benmanes.caffeine;
    requires transitive redis.clients.jedis;
    requires com.google.common;
}
