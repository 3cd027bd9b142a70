package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;

/** Batches over several nodes. */
@Timeout(120)
class ClusterTest {
    private static final List<String> KEYS =
            IntStream.range(0, 300).mapToObj(i -> "k" + i).toList();

    @Test
    void namespaceIsOnAllNodes() {
        RedisCluster cluster = RedisCluster.shared();
        String namespace = Clients.namespace();
        List<Integer> owners = new Layout(namespace, 256)
                .shards.stream()
                        .map(shard -> cluster.ownerOf(cluster.slotOf(shard.name + ":joins")))
                        .toList();

        assertThat(owners).contains(0, 1, 2);
        for (int node = 0; node < 3; node++) {
            int owner = node;
            assertThat(owners.stream().filter(each -> each == owner).count()).isBetween(40L, 130L);
        }
    }

    @Test
    void hashAndIndexOfAShardAreInOneSlot() {
        RedisCluster cluster = RedisCluster.shared();
        for (String namespace : List.of("plain", "a}b", "{a}", "}", "a%7Db", "{}", "\u20ac {x}")) {
            for (Layout.Shard shard : new Layout(namespace, 3).shards) {
                assertThat(cluster.slotOf(shard.name + ":joins"))
                        .isEqualTo(cluster.slotOf(shard.name + ":due"))
                        .isEqualTo(cluster.slotOf(shard.name));
            }
            assertThat(new Layout(namespace, 256)
                            .shards.stream()
                                    .map(shard -> cluster.slotOf(shard.name))
                                    .distinct())
                    .as(namespace)
                    .hasSizeGreaterThan(200);
        }
    }

    @Test
    void interruptedBatchIsDoneAndItsThreadStaysInterrupted() {
        try (UnifiedJedis client = Clients.of(RedisCluster.shared())) {
            RedisJoinStore<String, String> store = Clients.store(client).build();
            List<Change<String, String>> changes = States.beginning(KEYS.size(), 5);
            Thread.currentThread().interrupt();

            assertThat(store.compareAndExchangeAll(changes)).allMatch(Exchange::won);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(store.findAll(KEYS))
                    .isEqualTo(changes.stream().map(Change::next).toList());
        }
    }

    @Test
    void batchesThatAreInterruptedAtAnyTimeReadTheirOwnAnswers() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (UnifiedJedis client = Clients.of(RedisCluster.shared())) {
            RedisJoinStore<String, String> store = Clients.store(client).build();
            List<Change<String, String>> changes = States.beginning(KEYS.size(), 5);
            store.compareAndExchangeAll(changes);
            CountDownLatch done = new CountDownLatch(4);
            List<CompletableFuture<Thread>> threads = IntStream.range(0, 4)
                    .mapToObj(i -> new CompletableFuture<Thread>())
                    .toList();
            List<CompletableFuture<Void>> readers = threads.stream()
                    .map(thread -> CompletableFuture.runAsync(
                            () -> {
                                thread.complete(Thread.currentThread());
                                for (int i = 0; i < 30; i++) {
                                    assertThat(store.findAll(KEYS))
                                            .isEqualTo(changes.stream()
                                                    .map(Change::next)
                                                    .toList());
                                }
                                Thread.interrupted();
                                done.countDown();
                            },
                            pool))
                    .toList();
            while (done.getCount() > 0 && readers.stream().noneMatch(CompletableFuture::isCompletedExceptionally)) {
                threads.forEach(thread -> thread.join().interrupt());
                Thread.onSpinWait();
            }
            readers.forEach(CompletableFuture::join);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void batchesDoNotWaitForEachOthersConnectionsForEver() throws Exception {
        ConnectionPoolConfig two = new ConnectionPoolConfig();
        two.setMaxTotal(2);
        ExecutorService pool = Executors.newFixedThreadPool(16);
        try (UnifiedJedis client = RedisClusterClient.builder()
                .nodes(Clients.nodes(RedisCluster.shared()))
                .poolConfig(two)
                .build()) {
            RedisJoinStore<String, String> store =
                    Clients.store(client).batches(2).build();
            store.compareAndExchangeAll(States.beginning(KEYS.size(), 5));

            CompletableFuture<?>[] calls = IntStream.range(0, 200)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> {
                                int from = i % 250;
                                assertThat(store.findAll(KEYS.subList(from, from + 50)))
                                        .doesNotContainNull();
                                assertThat(store.find(KEYS.get(i))).isNotNull();
                            },
                            pool))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(calls).get(60, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void batchesGoOnWhenAReplicaTakesOver(@TempDir Path folder) {
        try (RedisCluster cluster = RedisCluster.start(folder, 3, 1, "appendonly=no");
                UnifiedJedis client = Clients.of(cluster)) {
            RedisJoinStore<String, String> store = Clients.store(client).build();
            List<Change<String, String>> changes = States.beginning(KEYS.size(), 5);
            assertThat(store.compareAndExchangeAll(changes)).allMatch(Exchange::won);
            RedisServer master = cluster.masters().get(0);
            RedisServer replica = cluster.replicas().get(0);
            await().until(() -> replica.call("DBSIZE").equals(master.call("DBSIZE")));
            await().until(() ->
                    String.valueOf(master.call("INFO", "replication")).contains("lag=0"));
            master.kill();

            // Nothing but batches: a client that did not learn of the failover would fail for ever. Threads of Jedis's
            // own
            // may die of it.
            await().dontCatchUncaughtExceptions()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreException(StoreException.class)
                    .untilAsserted(() -> assertThat(store.findAll(KEYS))
                            .isEqualTo(changes.stream().map(Change::next).toList()));
            assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(5), KEYS.size()))
                    .hasSameSizeAs(KEYS);
        }
    }
}
