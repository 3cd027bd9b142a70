package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.subject.Database.Pool;
import dev.joiner.benchmarks.work.Work;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;

/** Collects parts by hand, the least that there is to do: no state, and nobody who asks whether there are enough. */
public interface HandWrittenParts extends AutoCloseable {
    /** Adds one part. */
    void add(String key, String id, String part);

    /** Adds the same part under each of the ids, together. */
    void addAll(String key, List<String> ids, String part);

    @Override
    void close();

    /** One hash for each key, one field for each part. */
    static HandWrittenParts on(RedisAddress address) {
        RedisClient client = address.client(new Work(2, 100, 0, 1, 1));
        String prefix = UniqueNames.next("hash") + ":";
        return new HandWrittenParts() {
            @Override
            public void add(String key, String id, String part) {
                client.hset(prefix + key, id, part);
            }

            @Override
            public void addAll(String key, List<String> ids, String part) {
                Map<String, String> parts = new HashMap<>();
                ids.forEach(id -> parts.put(id, part));
                try (AbstractPipeline pipeline = client.pipelined()) {
                    pipeline.hset(prefix + key, parts);
                    pipeline.sync();
                }
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    /** One row for each part, found by its id. */
    static HandWrittenParts on(Database database) {
        Pool pool = database.pool(1);
        String table = UniqueNames.next("parts");
        String insert = "INSERT INTO " + table + " (k, id, part) VALUES (?, ?, ?)";
        try (Connection connection = pool.observed().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + table + " (k varchar(100) NOT NULL, id varchar(100) NOT NULL, part "
                    + database.product().bytes + " NOT NULL, PRIMARY KEY (k, id))");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return new HandWrittenParts() {
            @Override
            public void add(String key, String id, String part) {
                insert(key, List.of(id), part);
            }

            @Override
            public void addAll(String key, List<String> ids, String part) {
                insert(key, ids, part);
            }

            private void insert(String key, List<String> ids, String part) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                try (Connection connection = pool.observed().getConnection();
                        PreparedStatement statement = connection.prepareStatement(insert)) {
                    connection.setAutoCommit(ids.size() == 1);
                    for (String id : ids) {
                        statement.setString(1, key);
                        statement.setString(2, id);
                        statement.setBytes(3, bytes);
                        statement.addBatch();
                    }
                    statement.executeBatch();
                    if (ids.size() > 1) {
                        connection.commit();
                        connection.setAutoCommit(true);
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }
}
