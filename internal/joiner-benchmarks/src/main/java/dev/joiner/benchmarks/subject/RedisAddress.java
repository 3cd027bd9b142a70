package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Work;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.RedisClient;

/** Where a Redis server, or what stands before it, listens on this machine. */
public record RedisAddress(int port) {
    static final String HOST = "127.0.0.1";

    /** A client with a connection for each thread of a node. */
    public RedisClient client(Work work) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(work.threads() + 1);
        pool.setMaxIdle(work.threads() + 1);
        return RedisClient.builder().hostAndPort(HOST, port).poolConfig(pool).build();
    }
}
