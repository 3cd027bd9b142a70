package dev.joiner.store.redis.internal;

import java.io.File;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** The client that a URL asks for. It is made in two steps, so that all of the URL is checked before it connects. */
final class ClientOfUrl {
    static final String PLAIN = "redis";
    static final String TLS = "rediss";
    static final String SENTINEL = "redis+sentinel";
    static final String CLUSTER = "redis+cluster";

    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int CONNECTIONS = 16;

    final int connections;

    private final RedisUrl url;
    private final int timeout;
    private final @Nullable SslOptions ssl;
    private final @Nullable String master;
    private final JedisClientConfig sentinels;

    /** @throws IllegalArgumentException if an option has a value that it cannot have */
    ClientOfUrl(RedisUrl url) {
        this.url = url;
        connections = (int) url.option("connections", CONNECTIONS, 1, 1 << 16);
        timeout = (int) url.option("timeout", TIMEOUT_MILLIS, 1, Integer.MAX_VALUE);
        ssl = url.scheme.equals(TLS) || tls() ? ssl() : null;
        if (url.scheme.equals(SENTINEL)) {
            master = url.option("master");
            if (master == null) {
                throw url.wrong("master is not set, the name that the sentinels know the master by");
            }
            sentinels = config(url.option("sentinelUser"), url.option("sentinelPassword"), 0);
        } else {
            master = null;
            sentinels = config(null, null, 0);
            if (url.hosts.size() > 1 && !url.scheme.equals(CLUSTER)) {
                throw url.wrong("there are " + url.hosts.size() + " hosts, there must be one");
            }
        }
        if (url.scheme.equals(CLUSTER) && url.database != 0) {
            throw url.wrong("the database is " + url.database + ", a cluster has only 0");
        }
    }

    private boolean tls() {
        String value = url.scheme.equals(PLAIN) ? null : url.option("tls");
        if (value == null || value.equals("false")) {
            return false;
        } else if (value.equals("true")) {
            return true;
        }
        throw url.wrong("tls is \"" + value + "\", must be true or false");
    }

    private SslOptions ssl() {
        SslOptions.Builder options = SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL);
        String trustStore = url.option("trustStore");
        String password = url.option("trustStorePassword");
        String type = url.option("trustStoreType");
        if (trustStore != null) {
            File file = new File(trustStore);
            if (!file.canRead()) {
                throw url.wrong("trustStore is \"" + trustStore + "\", which is not a file that can be read");
            }
            options.truststore(file, password == null ? null : password.toCharArray());
        } else if (password != null || type != null) {
            throw url.wrong("trustStore is not set, but its password or type is");
        }
        if (type != null) {
            options.trustStoreType(type);
        }
        return options.build();
    }

    private JedisClientConfig config(@Nullable String user, @Nullable String password, int database) {
        return DefaultJedisClientConfig.builder()
                .user(user)
                .password(password)
                .database(database)
                .timeoutMillis(timeout)
                .sslOptions(ssl)
                .build();
    }

    /** @throws dev.joiner.StoreException if no server can be reached, where one has to be asked for the others */
    UnifiedJedis connect() {
        JedisClientConfig config = config(url.user, url.password, url.database);
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(connections);
        pool.setMaxIdle(connections);
        pool.setMaxWait(Duration.ofMillis(timeout));
        pool.setFairness(true); // or some of many threads would starve
        try {
            return switch (url.scheme) {
                case CLUSTER ->
                    RedisClusterClient.builder()
                            .nodes(url.hosts)
                            .clientConfig(config)
                            .poolConfig(pool)
                            .build();
                case SENTINEL ->
                    RedisSentinelClient.builder()
                            .sentinels(url.hosts)
                            .masterName(master)
                            .sentinelClientConfig(sentinels)
                            .clientConfig(config)
                            .poolConfig(pool)
                            .build();
                default ->
                    RedisClient.builder()
                            .hostAndPort(url.hosts.iterator().next())
                            .clientConfig(config)
                            .poolConfig(pool)
                            .build();
            };
        } catch (JedisException e) {
            throw Failures.of(e, url.toString());
        }
    }
}
