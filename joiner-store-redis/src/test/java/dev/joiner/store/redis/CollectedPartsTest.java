package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

/** What Redis has of parts, and what it does not have of them any more. */
class CollectedPartsTest {
    private static final int ALL = 2_500;

    private final UnifiedJedis client = Clients.of(RedisServer.shared());
    private final String namespace = Clients.namespace();
    private final RedisJoinStore<String, String> store =
            Clients.store(client, namespace).shards(2).build();
    private final List<Integer> handedOver = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @AfterEach
    void close() {
        client.close();
    }

    record Part(String key, String id, String text) {
        Part(String key, int id) {
            this(key, "id " + id, "text of " + id);
        }
    }

    private JoinSpec.Builder<Part, String, String, ?, Integer> spec(Duration idsKeptFor) {
        var collecting = JoinSpec.joining(Part.class)
                .keyedBy(Part::key)
                .<String>mergedBy((part, pending) -> "")
                .collecting(Part::text, Codec.string())
                .sufficientWhen((value, count) -> count == ALL)
                .expireAfter(Duration.ofMinutes(1))
                .onExpired((collected, handOver) ->
                        handedOver.add(collected.toList().size()))
                .process((collected, handOver) -> {
                    handedOver.add(collected.toList().size());
                    return collected.size();
                });
        return idsKeptFor.isZero() ? collecting.identifiedBy(Part::id) : collecting.identifiedBy(Part::id, idsKeptFor);
    }

    private KeyedJoiner<Part, String, String, Integer> joiner(Duration idsKeptFor) {
        return Joiner.create(spec(idsKeptFor).build(), store, () -> now);
    }

    private static List<Part> parts(String key, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> new Part(key, i)).toList();
    }

    private Set<String> keys() {
        return client.keys("*" + namespace + "*");
    }

    private String nameOfParts(String key) {
        return new String(
                new Layout(namespace, 2).shardOf(Layout.utf8(key)).parts(Layout.utf8(key)), StandardCharsets.UTF_8);
    }

    private void sweepUntilNothingIsDue(Joiner<Part, Integer> joiner) {
        while (!store.due(Instant.MIN, now, 1).isEmpty()) {
            joiner.sweep();
        }
    }

    @Test
    void nothingIsLeftOfJoinsThatAreGone() {
        KeyedJoiner<Part, String, String, Integer> joiner = joiner(Duration.ZERO);
        joiner.acceptAll(parts("complete", 0, ALL + 3));
        joiner.acceptAll(parts("expires", 0, 1_200));
        joiner.accept(new Part("small", 1));
        assertThat(client.hlen(nameOfParts("expires"))).isEqualTo(3 * 1_200);

        now = now.plusSeconds(60);
        sweepUntilNothingIsDue(joiner);

        assertThat(handedOver).containsExactlyInAnyOrder(ALL, 3, 1_200, 1);
        assertThat(keys()).containsExactly("joiner:{" + namespace + "}:meta");
    }

    @Test
    void idsThatAreKeptAreAllThatIsLeftUntilTheyGoToo() {
        KeyedJoiner<Part, String, String, Integer> joiner = joiner(Duration.ofHours(1));
        joiner.acceptAll(parts("k", 0, ALL));

        sweepUntilNothingIsDue(joiner);

        String name = nameOfParts("k");
        assertThat(client.hlen(name)).isEqualTo(2 * ALL);
        assertThat(client.hvals(name)).noneMatch(value -> value.startsWith("text"));
        assertThat(joiner.accept(new Part("k", 17))).isEqualTo(new Outcome.Duplicate<>());
        now = now.plus(Duration.ofHours(1));
        sweepUntilNothingIsDue(joiner);
        assertThat(keys()).containsExactly("joiner:{" + namespace + "}:meta");
    }

    @Test
    void joinThatIsDroppedLeavesNothing() {
        KeyedJoiner<Part, String, String, Integer> joiner = joiner(Duration.ZERO);
        joiner.acceptAll(parts("k", 0, 700));

        joiner.drop("k");
        sweepUntilNothingIsDue(joiner);

        assertThat(keys()).containsExactly("joiner:{" + namespace + "}:meta");
    }

    @Test
    void entryThatCannotBeReadTakesAllItsPartsAlong() {
        store.compareAndExchange(
                "k", null, States.failed(States.more(StoredParts.none(1), 3), States.more(StoredParts.none(2), 3)));
        RedisJoinStore<String, String> other = Clients.store(
                        client,
                        JoinStoreConfig.of(namespace, KeyCodec.string(), Codec.of(Codec.string()::encode, bytes -> {
                            throw new IllegalStateException("cannot decode");
                        })))
                .shards(2)
                .build();

        assertThat(other.compareAndExchange("k", other.find("k"), null).won()).isTrue();

        assertThat(keys()).containsExactly("joiner:{" + namespace + "}:meta");
    }

    @Test
    void partsOfAnEntryDeletedByHandGoWithTheNextWrite() {
        store.compareAndExchange("k", null, States.open(States.more(StoredParts.none(1), 3)));
        deleteByHand("k");

        store.compareAndExchange("k", null, States.open(States.more(StoredParts.none(2), 1)));

        assertThat(store.parts("k", 1, 0, 5)).isEmpty();
        assertThat(store.parts("k", 2, 0, 5)).hasSize(1);
    }

    @Test
    void partsOfAnEntryDeletedByHandGoWhenItIsDue() {
        store.compareAndExchange("k", null, States.open(States.more(StoredParts.none(1), 3), 5));
        deleteByHand("k");

        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), 10)).isEmpty();

        assertThat(keys()).containsExactly("joiner:{" + namespace + "}:meta");
    }

    private void deleteByHand(String key) {
        String shard = new Layout(namespace, 2).shardOf(Layout.utf8(key)).name;
        assertThat(client.hdel(shard + ":joins", key)).isEqualTo(1);
    }

    @Test
    void writeOfMorePartsThanRedisTakesIsRefused() {
        StoredParts many = States.more(StoredParts.none(1), 5_000, 0);
        StoredParts large = States.more(StoredParts.none(1), 7, 10 << 20);
        StoredParts tooLarge = States.more(StoredParts.none(1), 1, (64 << 20) + 1);
        for (StoredParts parts : List.of(many, large, tooLarge)) {
            assertThatExceptionOfType(ValueTooLargeException.class)
                    .isThrownBy(() -> store.compareAndExchange("k", null, States.open(parts)))
                    .satisfies(e -> assertThat(e.limit()).isEqualTo(64 << 20));
        }
        Versioned<String> half = States.open(States.more(StoredParts.none(1), 4_900, 0));
        assertThat(store.compareAndExchange("k", null, half).won()).isTrue();
        assertThat(store.parts("k", 1, 4_895, 10)).hasSize(5);
        assertThat(store.compareAndExchange("k", half, null).won()).isTrue();
    }

    @Test
    void batchOfMorePartsThanGoTogetherIsTakenInHalves() {
        RedisJoinStore<String, String> small =
                Clients.store(client, namespace).shards(2).maxEntryBytes(20_000).build();
        Joiner<Part, Integer> joiner = Joiner.create(spec(Duration.ZERO).build(), small, InstantSource.fixed(now));

        assertThat(joiner.acceptAll(parts("k", 0, 1_000))).allMatch(outcome -> outcome instanceof Outcome.Incomplete);
        assertThat(client.hlen(nameOfParts("k"))).isEqualTo(3 * 1_000);
    }

    @Test
    void pageIsReadUpToTheFirstPartThatIsNotThere() {
        StoredParts parts = StoredParts.none(1);
        for (int i = 0; i < 1_200; i++) {
            parts = parts.with(null, new byte[i % 2 == 0 ? 0 : 3_000]);
        }
        store.compareAndExchange("k", null, States.open(parts));

        assertThat(store.parts("k", 1, 0, 5_000))
                .as("a mebibyte, and what a part takes beside its bytes")
                .hasSizeBetween(600, 700);
        assertThat(store.parts("k", 1, 700, 5_000)).hasSize(500);
        assertThat(store.parts("k", 1, 1_200, 5_000)).isEmpty();
        assertThat(store.parts("k", 1, 3, 1)).hasSize(1);
    }
}
