package dev.joiner.campaign;

import dev.joiner.test.servers.Server;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import redis.clients.jedis.RedisClient;

/** What lies in a store, seen and changed behind its back. */
interface Rows extends AutoCloseable {

    /** The bytes of a key's state, its value among them. */
    byte[] read(String key) throws SQLException;

    void write(String key, byte[] state) throws SQLException;

    @Override
    void close() throws SQLException;

    static Rows of(StoreKind kind, Backend backend, String namespace) throws SQLException {
        return switch (kind) {
            case REDIS -> new OfRedis(backend, namespace);
            case H2_FILE, POSTGRESQL, MARIADB, MYSQL -> new OfDatabase(databaseUrl(kind, backend), namespace);
            case REDIS_CLUSTER -> throw new IllegalArgumentException("as in Redis, spread over its nodes");
        };
    }

    static String databaseUrl(StoreKind kind, Backend backend) {
        return kind == StoreKind.H2_FILE
                ? backend.url().replace("jdbc:h2:", "jdbc:h2:async:") + ";WRITE_DELAY=0"
                : backend.url();
    }

    /** A table, in which a state is what its two columns hold one after the other. */
    final class OfDatabase implements Rows {
        private final Connection connection;
        private final String namespace;

        OfDatabase(String url, String namespace) throws SQLException {
            connection = DriverManager.getConnection(url);
            this.namespace = namespace;
        }

        @Override
        public byte[] read(String key) throws SQLException {
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT state, join_value FROM joiner_joins WHERE namespace = ? AND join_key = ?")) {
                select.setString(1, namespace);
                select.setString(2, key);
                try (ResultSet rows = select.executeQuery()) {
                    if (!rows.next()) {
                        throw new IllegalStateException("no row of " + key);
                    }
                    byte[] state = rows.getBytes(1);
                    String text = rows.getString(2);
                    byte[] value = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
                    return ByteBuffer.allocate(state.length + value.length)
                            .put(state)
                            .put(value)
                            .array();
                }
            }
        }

        @Override
        public void write(String key, byte[] state) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE joiner_joins SET state = ?, join_value = NULL WHERE namespace = ? AND join_key = ?")) {
                update.setBytes(1, state);
                update.setString(2, namespace);
                update.setString(3, key);
                if (update.executeUpdate() != 1) {
                    throw new IllegalStateException("no row of " + key);
                }
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    /** Hashes, whose fields are a version and then the state. */
    final class OfRedis implements Rows {
        private final RedisClient client;
        private final String namespace;

        OfRedis(Backend backend, String namespace) {
            client = RedisClient.create(Server.HOST, backend.servers().get(0).port());
            this.namespace = namespace;
        }

        private byte[] hashOf(String key) {
            return client.keys("joiner:{" + namespace + ":*}:joins").stream()
                    .filter(hash -> client.hexists(hash, key))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no field of " + key))
                    .getBytes(StandardCharsets.UTF_8);
        }

        private byte[] entry(String key) {
            return client.hget(hashOf(key), key.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public byte[] read(String key) {
            byte[] entry = entry(key);
            return Arrays.copyOfRange(entry, Long.BYTES, entry.length);
        }

        @Override
        public void write(String key, byte[] state) {
            byte[] entry = Arrays.copyOf(entry(key), Long.BYTES + state.length);
            System.arraycopy(state, 0, entry, Long.BYTES, state.length);
            replace(key, entry);
        }

        /** Writes the version and the state. */
        void replace(String key, byte[] entry) {
            client.hset(hashOf(key), key.getBytes(StandardCharsets.UTF_8), entry);
        }

        /** Puts an entry under a text that is no key into the first hash there is, due at once. */
        void plant(byte[] key, byte[] entry) {
            String hash =
                    client.keys("joiner:{" + namespace + ":*}:joins").iterator().next();
            client.hset(hash.getBytes(StandardCharsets.UTF_8), key, entry);
            client.zadd(hash.replace(":joins", ":due").getBytes(StandardCharsets.UTF_8), 0, key);
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
