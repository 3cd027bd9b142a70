package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import dev.joiner.store.redis.Layout.Shard;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.UnifiedJedis;

/** Shards that are on their way from one node of a cluster to another. */
@Timeout(300)
class MovingSlotsTest {
    private static final int KEYS = 200;
    private static final int SHARDS = 32;

    @TempDir
    static Path folder;

    private static RedisCluster cluster;

    private final String namespace = Clients.namespace();
    private final Layout layout = new Layout(namespace, SHARDS);
    private UnifiedJedis client;
    private RedisJoinStore<String, String> store;
    /** The shard of the first key, which is on the move. */
    private Shard shard;

    private int slot;
    private int from;
    private int to;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start(folder, 3, 0, "appendonly=no");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void open() {
        client = Clients.of(cluster);
        store = Clients.store(client, namespace).shards(SHARDS).build();
        assertThat(store.compareAndExchangeAll(States.beginning(KEYS, 5))).allMatch(Exchange::won);
        shard = layout.shardOf("k0".getBytes(StandardCharsets.UTF_8));
        slot = cluster.slotOf(shard.name);
        from = cluster.ownerOf(slot);
        to = (from + 1) % 3;
    }

    @AfterEach
    void close() {
        client.close();
    }

    /** Writes all keys again, and expects to have done so. */
    private void writesAll() {
        List<String> keys = IntStream.range(0, KEYS).mapToObj(i -> "k" + i).toList();
        List<Versioned<String>> held = store.findAll(keys);
        assertThat(held).doesNotContainNull();
        List<Change<String, String>> changes = IntStream.range(0, KEYS)
                .mapToObj(i -> new Change<>(keys.get(i), held.get(i), States.open("again", 7)))
                .toList();

        assertThat(store.compareAndExchangeAll(changes)).allMatch(Exchange::won);

        assertThat(store.findAll(keys))
                .isEqualTo(changes.stream().map(Change::next).toList());
        assertThat(store.size()).isEqualTo(KEYS);
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(6), KEYS)).isEmpty();
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(7), KEYS)).hasSize(KEYS);
    }

    @Test
    void batchFindsAShardThatHasMoved() {
        cluster.moveSlot(slot, from, to);

        writesAll();
    }

    @Test
    void batchFindsAShardWhoseSlotIsNotYetHandedOver() {
        cluster.beginMove(slot, from, to);
        while (cluster.moveKeys(slot, from, to, 100) > 0) {}

        writesAll();

        cluster.endMove(slot, from, to);
        writesAll();
    }

    @Test
    void nodeThatHasNeverSeenTheScriptIsGivenIt() {
        cluster.moveSlot(slot, from, to);
        cluster.masters().get(to).call("SCRIPT", "FLUSH");
        writesAll();

        cluster.beginMove(slot, to, from);
        while (cluster.moveKeys(slot, to, from, 100) > 0) {}
        cluster.masters().get(from).call("SCRIPT", "FLUSH");
        writesAll();
        cluster.endMove(slot, to, from);
    }

    @Test
    void shardThatIsHalfMovedIsWaitedFor() {
        cluster.beginMove(slot, from, to);
        cluster.moveKey(shard.name + ":due", from, to);

        CompletableFuture<Void> rest = CompletableFuture.runAsync(
                () -> {
                    while (cluster.moveKeys(slot, from, to, 100) > 0) {}
                    cluster.endMove(slot, from, to);
                },
                CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
        writesAll();
        rest.join();
    }

    @Test
    void partsThatAreOnTheirWayAreWaitedFor() {
        StoredParts two = States.more(StoredParts.none(1), 2);
        Versioned<String> begun = States.open(two, 5);
        assertThat(store.compareAndExchange("k0", store.find("k0"), begun).won())
                .isTrue();
        cluster.beginMove(slot, from, to);
        cluster.moveKey(shard.name + ":parts:k0", from, to);
        assertThat(store.parts("k0", 1, 0, 10)).hasSize(2);
        assertThat(store.present("k0", List.of(1L), List.of("0", "1", "2"))).hasSize(2);

        CompletableFuture<Void> rest = CompletableFuture.runAsync(
                () -> {
                    while (cluster.moveKeys(slot, from, to, 100) > 0) {}
                    cluster.endMove(slot, from, to);
                },
                CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
        Versioned<String> next = States.open(States.more(two, 2), 5);
        assertThat(store.compareAndExchange("k0", begun, next).won()).isTrue();
        rest.join();

        assertThat(store.parts("k0", 1, 0, 10)).extracting(StoredParts.Part::id).containsExactly("0", "1", "2", "3");
        assertThat(store.find("k0")).isEqualTo(next);
    }

    @Test
    void shardThatStaysHalfMovedIsAFailureAndNoLoss() {
        Versioned<String> held = store.find("k0");
        cluster.beginMove(slot, from, to);
        cluster.moveKey(shard.name + ":due", from, to);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("k0", held, States.open("x")))
                .withMessageContainingAll(shard.name, "TRYAGAIN");
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(this::writesAll)
                .withMessageContainingAll(shard.name, "TRYAGAIN");
        assertThat(store.guess("k0")).as("after a failure nothing is known").isNull();
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(10), KEYS + 1))
                .as("what is due is found all the same")
                .extracting(due -> due.key())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, KEYS).mapToObj(i -> "k" + i).toList());

        while (cluster.moveKeys(slot, from, to, 100) > 0) {}
        cluster.endMove(slot, from, to);
        assertThat(store.find("k0")).isEqualTo(held);
        writesAll();
    }

    @Test
    void whatIsDueElsewhereIsFoundWhileAShardWithoutAnyDueMoves() {
        store.compareAndExchangeAll(IntStream.range(0, KEYS)
                .mapToObj(i -> "k" + i)
                .filter(key -> layout.shardOf(Layout.utf8(key)).number == shard.number)
                .map(key -> new Change<>(key, store.find(key), States.open("never due")))
                .toList());
        long others = KEYS - client.hlen(shard.name + ":joins");
        cluster.beginMove(slot, from, to);

        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), KEYS)).hasSize((int) others);

        while (cluster.moveKeys(slot, from, to, 100) > 0) {}
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), KEYS)).hasSize((int) others);
        cluster.endMove(slot, from, to);
    }

    @Test
    void slotThatNobodyHasIsWaitedFor() {
        RedisServer owner = cluster.masters().get(from);
        owner.call("CLUSTER", "DELSLOTS", String.valueOf(slot));
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.find("k0"))
                .withMessageContaining("CLUSTERDOWN");

        CompletableFuture<Void> back = CompletableFuture.runAsync(
                () -> owner.call("CLUSTER", "ADDSLOTS", String.valueOf(slot)),
                CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
        writesAll();
        back.join();
        cluster.awaitOk();
    }

    @Test
    void nothingIsLostWhileShardsMove() throws Exception {
        moveWhileJoining(300);
    }

    @Tag("slow")
    @RepeatedTest(5)
    void nothingIsLostWhileShardsMoveForLong() throws Exception {
        moveWhileJoining(10_000);
    }

    private void moveWhileJoining(int keys) throws Exception {
        String joined = Clients.namespace();
        Layout moving = new Layout(joined, SHARDS);
        try (UnifiedJedis other = Clients.of(cluster)) {
            JoinFuzz fuzz = new JoinFuzz(
                    keys,
                    Clients.store(client, joined).shards(SHARDS).build(),
                    Clients.store(other, joined).shards(SHARDS).build());
            int[] moves = new int[1];
            fuzz.run(random -> {
                Map<Integer, Integer> owners = new HashMap<>();
                while (fuzz.taken() < fuzz.messages()) {
                    if (fuzz.taken() < 0.9 * fuzz.messages()) {
                        move(moving.shards.get(random.nextInt(SHARDS)), owners, random);
                        moves[0]++;
                    }
                    owners.forEach(MovingSlotsTest::settle);
                }
            });
            assertThat(moves[0]).as("moves").isGreaterThan(3);
        }
    }

    private static void move(Shard shard, Map<Integer, Integer> owners, Random random) {
        int slot = cluster.slotOf(shard.name);
        int from = owners.computeIfAbsent(slot, cluster::ownerOf);
        int to = (from + 1 + random.nextInt(2)) % 3;
        int atOnce = random.nextBoolean() ? 100 : 1; // one, so that scripts meet one half here, one there
        cluster.beginMove(slot, from, to);
        while (cluster.moveKeys(slot, from, to, atOnce) > 0) {}
        cluster.endMove(slot, from, to);
        owners.put(slot, to);
    }

    /**
     * Slots that move to and fro so fast may come to be nobody's: gossip from before lets two nodes take one for each
     * other's. {@code redis-cli --cluster fix} does the same.
     */
    private static void settle(int slot, int owner) {
        try {
            cluster.ownerOf(slot);
        } catch (IllegalStateException nobody) {
            RedisServer node = cluster.masters().get(owner);
            node.call("CLUSTER", "SETSLOT", String.valueOf(slot), "NODE", String.valueOf(node.call("CLUSTER", "MYID")));
        }
    }
}
