package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StoredParts;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.UnifiedJedis;

/** What the documentation shows, as it shows it. */
class DocumentedUsageTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    @TempDir
    static Path folder;

    private static RedisServer server;
    private static UnifiedJedis client;
    private static String text;

    @BeforeAll
    static void start() throws IOException {
        server = RedisServer.start(folder);
        client = Clients.of(server);
        text = Files.readString(Path.of("../docs/stores-redis.md"));
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void storeIsBuilt() {
        // snippet:redis-store
        RedisJoinStore<UUID, String> store = RedisJoinStore.builder(client)
                .namespace("orders")
                .keyCodec(KeyCodec.uuid())
                .valueCodec(Codec.string())
                .build();
        // end:redis-store
        assertThat(store.find(UUID.randomUUID())).isNull();
    }

    private static Stream<List<String>> commands(String program) {
        assertThat(text).isNotNull();
        return text.lines().filter(line -> line.startsWith(program)).map(line -> {
            List<String> words = new ArrayList<>();
            Matcher word = WORD.matcher(line);
            while (word.find()) {
                words.add(Stream.of(1, 2, 3)
                        .map(word::group)
                        .filter(found -> found != null)
                        .findFirst()
                        .orElseThrow());
            }
            return words;
        });
    }

    @Test
    void stuckJoinIsFoundByRedisCli() {
        RedisJoinStore<String, String> store = Clients.store(client, "orders").build();
        store.compareAndExchange("order-1", null, States.open("a", 5));
        List<Object> answers = new ArrayList<>();
        commands("redis-cli ")
                .forEach(command -> answers.add(
                        server.call(command.subList(1, command.size()).toArray(String[]::new))));

        assertThat(answers).hasSize(8);
        assertThat(answers.get(0)).isEqualTo(List.of("format", "1", "shards", "256"));
        assertThat(answers.get(1)).isEqualTo(255L);
        assertThat(answers.get(2)).asString().contains("a");
        assertThat(answers.get(3)).isEqualTo("5");
        assertThat(answers.get(4)).isEqualTo(List.of("order-1", "5"));
        assertThat(answers.get(5)).asString().contains("order-1");
        assertThat(answers.get(6)).isEqualTo(1L);
        assertThat(answers.get(7)).as("deleted").isEqualTo(1L);
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), 10)).isEmpty();
        assertThat(server.call("EXISTS", "joiner:{orders:255}:due"))
                .as("it has left the index")
                .isEqualTo(0L);
    }

    @Test
    void permissionsAreEnoughAndForThisNamespaceOnly() {
        String[] setUser = commands("ACL SETUSER").findFirst().orElseThrow().toArray(String[]::new);
        server.call(setUser);
        assertEnough("redis://joiner:password@127.0.0.1:" + server.port() + "/1");
        RedisCluster cluster = RedisCluster.shared();
        cluster.masters().forEach(node -> node.call(setUser));
        assertEnough("redis+cluster://joiner:password@127.0.0.1:"
                + cluster.masters().get(0).port());
    }

    private static void assertEnough(String url) {
        try (var store = JoinStores.open(url, JoinStoreConfig.of("orders", KeyCodec.string(), Codec.string()))) {
            assertThat(store.compareAndExchangeAll(States.beginning(50, 5))).allMatch(Exchange::won);
            assertThat(store.compareAndExchange("k1", store.find("k1"), States.open("never due"))
                            .won())
                    .isTrue();
            assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), 100)).hasSize(49);
            assertThat(store.scan(null, 100).entries()).hasSize(50);
            assertThat(store.size()).isEqualTo(50);
            store.findAll(List.of("k1", "k2")).forEach(held -> assertThat(held).isNotNull());
            assertThat(store.compareAndExchange("k1", store.guess("k1"), null).won())
                    .isTrue();
            StoredParts two = States.more(StoredParts.none(1), 2);
            assertThat(store.compareAndExchange("k1", null, States.open(two)).won())
                    .isTrue();
            assertThat(store.parts("k1", 1, 0, 5)).hasSize(2);
            assertThat(store.present("k1", List.of(1L), List.of("1"))).hasSize(1);
            assertThat(store.compareAndExchange("k1", store.guess("k1"), States.ended(two))
                            .won())
                    .isTrue();
            assertThat(store.compareAndExchange("k1", store.guess("k1"), null).won())
                    .isTrue();
        }
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(
                        () -> JoinStores.open(url, JoinStoreConfig.of("orders2", KeyCodec.string(), Codec.string())))
                .withMessageContaining("NOPERM");
    }
}
