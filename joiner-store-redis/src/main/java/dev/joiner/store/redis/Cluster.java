package dev.joiner.store.redis;

import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.Pool;

/**
 * The nodes of a cluster, as a client knows them.
 *
 * <p>A client that is asked to run a command on a cluster repeats it when the connection breaks. So commands go over
 * connections to single nodes instead, which repeat nothing.
 */
final class Cluster {
    private final UnifiedJedis jedis;
    private final IntFunction<Connection> bySlot;
    private final Supplier<Map<String, ConnectionPool>> nodes;

    private Cluster(UnifiedJedis jedis, IntFunction<Connection> bySlot, Supplier<Map<String, ConnectionPool>> nodes) {
        this.jedis = jedis;
        this.bySlot = bySlot;
        this.nodes = nodes;
    }

    /** Returns the cluster of the client; null if it is not a client for clusters. */
    @SuppressWarnings("deprecation") // JedisCluster is still what many have
    static @Nullable Cluster of(UnifiedJedis jedis) {
        if (jedis instanceof RedisClusterClient client) {
            return new Cluster(jedis, client::getConnectionFromSlot, client::getClusterNodes);
        } else if (jedis instanceof JedisCluster client) {
            return new Cluster(jedis, client::getConnectionFromSlot, client::getClusterNodes);
        }
        return null;
    }

    /** Connects to the node that the client takes for the owner of a key's slot. */
    Pipeline toOwnerOf(String key) {
        return new Pipeline(bySlot.apply(JedisClusterCRC16.getSlot(key)), true);
    }

    /** Connects to the node that a redirection names; to the owner of the key's slot if the client does not know that node. */
    Pipeline to(JedisRedirectionException redirection, String key) {
        ConnectionPool pool = nodes.get().get(redirection.getTargetNode().toString());
        return pool == null ? toOwnerOf(key) : new Pipeline(pool.getResource(), true);
    }

    boolean knows(JedisRedirectionException redirection) {
        return nodes.get().containsKey(redirection.getTargetNode().toString());
    }

    /**
     * Lets the client find out who has the key's slot: it renews its map of the cluster when a read is redirected or meets a
     * broken connection, and takes notice of a node that it is sent to.
     *
     * @return what went wrong; null if nothing did
     */
    @Nullable
    RuntimeException refresh(String key) {
        boolean interrupted = Thread.interrupted(); // or the client would not wait for a node that takes over
        try {
            jedis.hlen(key);
            return null;
        } catch (RuntimeException e) {
            interrupted |= e.getCause() instanceof InterruptedException; // the client keeps it to itself
            return e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives up the connections that nobody uses. */
    void forgetIdle() {
        nodes.get().values().forEach(Pool::clear);
    }
}
