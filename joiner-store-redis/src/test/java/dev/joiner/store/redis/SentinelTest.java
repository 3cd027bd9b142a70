package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.test.servers.RedisSentinel;
import dev.joiner.test.servers.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A master dies, and a sentinel makes its replica the master. */
@Timeout(120)
class SentinelTest {
    private static final int KEYS = 200;

    record Part(String key, String text) {}

    @Test
    void noJoinIsLostThatTheNewMasterHas(@TempDir Path folder) {
        List<String> joined = new ArrayList<>();
        JoinSpec<Part, String, String, String> spec = JoinSpec.joining(Part.class)
                .keyedBy(Part::key)
                .<String>mergedBy((part, pending) -> pending == null ? part.text() : pending + part.text())
                .sufficientWhen(value -> value.length() == 2)
                .identifiedBy(Part::text, Duration.ofHours(1))
                .process((value, handOver) -> {
                    joined.add(handOver.key() + value);
                    return value;
                })
                .build();
        List<String> keys = IntStream.range(0, KEYS).mapToObj(i -> "k" + i).toList();
        try (RedisServer master = RedisServer.start(folder.resolve("master"));
                RedisServer replica = replicaOf(master, folder.resolve("replica"));
                RedisSentinel sentinel = RedisSentinel.start(folder.resolve("sentinel"), "mine", master)) {
            await().until(() ->
                    String.valueOf(sentinel.call("SENTINEL", "MASTERS")).contains("num-slaves, 1"));
            JoinStoreConfig<String, String> config =
                    JoinStoreConfig.of(Clients.namespace(), KeyCodec.string(), Codec.string());
            String url = "redis+sentinel://127.0.0.1:" + sentinel.port() + "?master=mine";
            try (Joiner<Part, String> joiner = Joiner.create(spec, JoinStores.open(url, config))) {
                keys.forEach(key -> joiner.accept(new Part(key, "a")));
                await().until(() -> offset(replica, "slave_repl_offset").equals(offset(master, "master_repl_offset")));
                master.kill();

                for (String key : keys) {
                    await().pollDelay(Duration.ZERO)
                            .atMost(Duration.ofSeconds(60))
                            .ignoreException(StoreException.class)
                            .until(() -> joiner.accept(new Part(key, "b")) instanceof Outcome.Joined);
                }
            }
            assertThat(String.valueOf(replica.call("INFO", "replication"))).contains("role:master");
            assertThat(joined)
                    .containsExactlyInAnyOrderElementsOf(
                            keys.stream().map(key -> key + "ab").toList());
        }
    }

    private static RedisServer replicaOf(RedisServer master, Path folder) {
        RedisServer replica = RedisServer.start(folder);
        replica.call("REPLICAOF", "127.0.0.1", String.valueOf(master.port()));
        await().until(() -> String.valueOf(replica.call("INFO", "replication")).contains("master_link_status:up"));
        return replica;
    }

    private static String offset(RedisServer server, String field) {
        return String.valueOf(server.call("INFO", "replication"))
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length()))
                .findFirst()
                .orElse("");
    }
}
