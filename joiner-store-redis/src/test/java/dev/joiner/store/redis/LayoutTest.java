package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.joiner.StoreException;
import dev.joiner.spi.StoredParts;
import dev.joiner.test.servers.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.JedisClusterCRC16;

/** What is stored where: other versions of Joiner have to find it there. */
class LayoutTest {

    private static int shard(String key, int shards) {
        return new Layout("orders", shards).shardOf(key.getBytes(StandardCharsets.UTF_8)).number;
    }

    @Test
    void keyIsInTheSameShardForEver() {
        assertThat(List.of("a", "order-1", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "\u20ac"))
                .extracting(key -> shard(key, 256))
                .containsExactly(238, 255, 43, 43);
        assertThat(shard("order-1", 1)).isZero();
        assertThat(shard("order-1", 1_000)).isEqualTo(997);
    }

    @Test
    void namesAreTheSameForEver() {
        Layout layout = new Layout("or{d}%ers", 2);
        assertThat(layout.meta).isEqualTo("joiner:{or%7Bd%7D%25ers}:meta");
        assertThat(layout.shards)
                .extracting(shard -> shard.name)
                .containsExactly("joiner:{or%7Bd%7D%25ers:0}", "joiner:{or%7Bd%7D%25ers:1}");
        assertThat(layout.shards.get(1).joins).asString().isEqualTo("joiner:{or%7Bd%7D%25ers:1}:joins");
        assertThat(layout.shards.get(1).due).asString().isEqualTo("joiner:{or%7Bd%7D%25ers:1}:due");
        assertThat(layout.shards.get(1).parts(Layout.utf8("{k}:\u20ac")))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("joiner:{or%7Bd%7D%25ers:1}:parts:{k}:\u20ac");
    }

    @Test
    void namespacesShareNoName() {
        Set<String> names = new HashSet<>();
        for (String namespace : List.of("a", "a:1", "a:1:2", "a}", "a{", "a%7D", "a%", "A", "a ")) {
            Layout layout = new Layout(namespace, 12);
            assertThat(names.add(layout.meta)).isTrue();
            layout.shards.forEach(shard -> {
                assertThat(names.add(new String(shard.joins, StandardCharsets.UTF_8)))
                        .isTrue();
                assertThat(names.add(new String(shard.due, StandardCharsets.UTF_8)))
                        .isTrue();
            });
        }
    }

    @Test
    void keysOfAllKindsAreSpreadEvenly() {
        List<IntFunction<String>> kinds = List.of(
                i -> "" + i,
                i -> "order-%08d".formatted(i),
                i -> new UUID(i * 0x9E3779B97F4A7C15L, i).toString(),
                i -> "x".repeat(50) + i * 1_000);
        for (IntFunction<String> kind : kinds) {
            for (int shards : new int[] {3, 64, 100, 256}) {
                int keys = shards * 400;
                Layout layout = new Layout("orders", shards);
                Set<Long> sizes = new HashSet<>(IntStream.range(0, keys)
                        .mapToObj(i -> layout.shardOf(Layout.utf8(kind.apply(i))).number)
                        .collect(Collectors.groupingBy(shard -> shard, Collectors.counting()))
                        .values());
                assertThat(sizes)
                        .as("%s in %d shards", kind.apply(1), shards)
                        .allMatch(size -> size > 280 && size < 520);
            }
        }
    }

    @Test
    void namespaceKeepsItsNumberOfShards() {
        String namespace = Clients.namespace();
        try (UnifiedJedis client = Clients.of(RedisServer.shared())) {
            Clients.store(client, namespace).shards(8).build();
            Clients.store(client, namespace).shards(8).build();

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> Clients.store(client, namespace).build())
                    .withMessageContainingAll(namespace, "shards", "[1, 8]", "[1, 256]");
        }
    }

    @Test
    void nothingHasATimeToLive() {
        String namespace = Clients.namespace();
        try (UnifiedJedis client = Clients.of(RedisServer.shared())) {
            RedisJoinStore<String, String> store =
                    Clients.store(client, namespace).shards(2).build();
            store.compareAndExchangeAll(States.beginning(20, 5));

            Set<String> keys = client.keys("joiner:{" + namespace + "*");
            assertThat(keys).hasSize(5).allMatch(key -> client.ttl(key) == -1);
        }
    }

    @Test
    void partsOfAKeyAreOneHashInItsSlot() {
        String namespace = Clients.namespace();
        try (UnifiedJedis client = Clients.of(RedisServer.shared())) {
            RedisJoinStore<String, String> store =
                    Clients.store(client, namespace).shards(1).build();
            StoredParts parts = StoredParts.none(0x4142434445464748L)
                    .with(null, Layout.utf8("a"))
                    .with("id", Layout.utf8("b"));
            store.compareAndExchange("order}-1", null, States.open(parts));

            String name = "joiner:{" + namespace + ":0}:parts:order}-1";
            assertThat(client.hgetAll(name))
                    .isEqualTo(Map.of("pABCDEFGH0", "a", "pABCDEFGH1", "b", "nABCDEFGH1", "id", "iABCDEFGHid", ""));
            assertThat(client.ttl(name)).isEqualTo(-1);
            assertThat(JedisClusterCRC16.getSlot(name))
                    .isEqualTo(JedisClusterCRC16.getSlot("joiner:{" + namespace + ":0}:joins"));
            assertThat(store.scan(null, 10).entries()).hasSize(1);
            assertThat(store.size()).isEqualTo(1);
        }
    }

    @Test
    void entryEndsWithItsValueAsItsCodecWroteIt() {
        String namespace = Clients.namespace();
        String value = "{\"total\":\"12 \u20ac\"}";
        try (UnifiedJedis client = Clients.of(RedisServer.shared())) {
            RedisJoinStore<String, String> store =
                    Clients.store(client, namespace).shards(1).build();
            store.compareAndExchange("order-1", null, States.open(value, 5));

            assertThat(client.hget("joiner:{" + namespace + ":0}:joins", "order-1"))
                    .endsWith(value);
        }
    }

    @Test
    void builderNamesWhatIsWrong() {
        try (UnifiedJedis client = Clients.of(RedisServer.shared())) {
            RedisJoinStore.Builder<String, byte[]> builder = RedisJoinStore.builder(client);
            for (int shards : new int[] {-1, 0, 16_385}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> builder.shards(shards))
                        .withMessageContainingAll("shards is " + shards, "16384");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.cacheBytes(-1))
                    .withMessageContaining("cacheBytes is -1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.batches(0))
                    .withMessageContaining("batches is 0");
            assertThatIllegalStateException().isThrownBy(builder::build).withMessage("namespace is not set");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.namespace(" ").build())
                    .withMessageContaining("namespace");
        }
    }
}
