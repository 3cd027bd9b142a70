package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import dev.joiner.test.servers.TcpProxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;

/**
 * How many round trips a call costs. Single commands are counted as they pass; for batches, which a client may begin to
 * hear the answers of while it still speaks, the answers are held back until it is silent.
 */
class RoundTripsTest {
    private static final Duration SILENCE = Duration.ofMillis(300);
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final TcpProxy proxy = TcpProxy.to(RedisServer.shared().port());
    private final String namespace = Clients.namespace();
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(proxy));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private RedisJoinStore<String, String> store() {
        UnifiedJedis client = Clients.at(proxy.port());
        opened.add(0, client);
        RedisJoinStore<String, String> store = Clients.store(client, namespace).build();
        store.compareAndExchange("warm", null, null); // the script is there, and a connection
        return store;
    }

    record Part(String key, String text) {}

    private static KeyedJoiner<Part, String, String, String> joiner(JoinStore<String, String> store) {
        return Joiner.create(
                JoinSpec.joining(Part.class)
                        .keyedBy(Part::key)
                        .<String>mergedBy((part, pending) -> pending == null ? part.text() : pending + part.text())
                        .sufficientWhen(value -> value.length() == 2)
                        .expireAfter(Duration.ofHours(1))
                        .onExpired((value, handOver) -> {})
                        .build(),
                store,
                InstantSource.fixed(NOW));
    }

    private int turnsOf(Runnable call) {
        int before = proxy.roundTrips();
        call.run();
        return proxy.roundTrips() - before;
    }

    @Test
    void joinOnOneNodeCostsOneForEachPartAndOneForTheHandOver() {
        Joiner<Part, String> joiner = joiner(store());

        assertThat(turnsOf(() -> assertThat(joiner.accept(new Part("k", "a"))).isInstanceOf(Outcome.Incomplete.class)))
                .as("the key is new")
                .isEqualTo(1);
        assertThat(turnsOf(() -> assertThat(joiner.accept(new Part("k", "b"))).isInstanceOf(Outcome.Joined.class)))
                .as("this joiner wrote the key last, and the join is complete")
                .isEqualTo(1 + 1);
    }

    @Test
    void partForAKeyThatAnotherNodeWroteCostsOneMore() {
        Joiner<Part, String> one = joiner(store());
        Joiner<Part, String> other = joiner(store());
        one.accept(new Part("k", "a"));

        assertThat(turnsOf(() -> other.accept(new Part("k", "b")))).isEqualTo(2 + 1);
        assertThat(turnsOf(() -> one.accept(new Part("k", "c"))))
                .as("the guess is of a join that is gone")
                .isEqualTo(2);
    }

    @Test
    void entryThatIsForgottenCostsOneMore() {
        RedisJoinStore<String, String> store =
                Clients.store(client(), namespace).cacheBytes(0).build();
        Joiner<Part, String> joiner = joiner(store);
        joiner.accept(new Part("k", "a"));

        assertThat(turnsOf(() -> joiner.accept(new Part("k", "b")))).isEqualTo(2 + 1);
    }

    private UnifiedJedis client() {
        UnifiedJedis client = Clients.at(proxy.port());
        opened.add(0, client);
        return client;
    }

    @Test
    void callsForOneKeyCostOne() {
        RedisJoinStore<String, String> store = store();
        store.compareAndExchange("k", null, States.open("a"));

        assertThat(turnsOf(() -> store.find("k"))).isEqualTo(1);
        assertThat(turnsOf(() -> store.compareAndExchange("k", null, States.open("b"))))
                .as("lost, with the witness")
                .isEqualTo(1);
        assertThat(turnsOf(() -> store.compareAndExchange("k", store.guess("k"), null)))
                .isEqualTo(1);
        assertThat(turnsOf(() -> store.compareAndExchangeAll(States.beginning(1, 5))))
                .isEqualTo(1);
        assertThat(turnsOf(() -> store.findAll(List.of()))).isZero();
    }

    @Test
    void firstWriteAfterTheServerForgotTheScriptCostsTheScript() {
        RedisJoinStore<String, String> store = store();
        try (UnifiedJedis admin = Clients.of(RedisServer.shared())) {
            admin.scriptFlush();
        }
        assertThat(turnsOf(() -> store.compareAndExchange("k", null, States.open("a"))))
                .as("refused, a look at what the namespace agreed on, and the script")
                .isLessThanOrEqualTo(4);
        assertThat(turnsOf(() -> store.compareAndExchange("l", null, States.open("a"))))
                .isEqualTo(1);
    }

    /** How often answers were waited for, by whichever server was asked most. */
    private static int tripsOf(List<TcpProxy> proxies, Runnable call) {
        proxies.forEach(proxy -> proxy.answerAfterSilence(SILENCE));
        List<Integer> before = proxies.stream().map(TcpProxy::roundTrips).toList();
        call.run();
        proxies.forEach(proxy -> proxy.answerAfterSilence(Duration.ZERO));
        return IntStream.range(0, proxies.size())
                .map(i -> proxies.get(i).roundTrips() - before.get(i))
                .max()
                .orElseThrow();
    }

    private int tripsOf(Runnable call) {
        return tripsOf(List.of(proxy), call);
    }

    @Test
    void batchCostsOne() {
        RedisJoinStore<String, String> store = store();
        int keys = 500;

        assertThat(tripsOf(() -> assertThat(store.compareAndExchangeAll(States.beginning(keys, 5)))
                        .allMatch(Exchange::won)))
                .isEqualTo(1);
        assertThat(tripsOf(() -> assertThat(store.findAll(
                                IntStream.range(0, keys).mapToObj(i -> "k" + i).toList()))
                        .doesNotContainNull()))
                .isEqualTo(1);
        assertThat(tripsOf(() -> assertThat(store.compareAndExchangeAll(States.beginning(keys, 5)))
                        .noneMatch(Exchange::won)
                        .allMatch(exchange -> exchange.witness() != null)))
                .as("lost, with the witnesses")
                .isEqualTo(1);
    }

    @Test
    void joiningABatchCostsOneForThePartsAndOneForTheHandOvers() {
        Joiner<Part, String> joiner = joiner(store());
        List<Part> parts = IntStream.range(0, 250)
                .boxed()
                .flatMap(i -> Stream.of(new Part("k" + i, "a"), new Part("k" + i, "b")))
                .toList();

        assertThat(tripsOf(() -> assertThat(joiner.acceptAll(parts))
                        .filteredOn(outcome -> outcome instanceof Outcome.Joined)
                        .hasSize(250)))
                .isEqualTo(2);
    }

    private static Joiner<Part, String> collecting(JoinStore<String, String> store, int parts) {
        return Joiner.create(
                JoinSpec.joining(Part.class)
                        .keyedBy(Part::key)
                        .<String>mergedBy((part, pending) -> "")
                        .collecting(Part::text, Codec.string())
                        .sufficientWhen((value, count) -> count == parts)
                        .identifiedBy(Part::text)
                        .process((collected, handOver) -> String.join("", collected))
                        .build(),
                store,
                InstantSource.fixed(NOW));
    }

    private RedisJoinStore<String, String> collectingStore() {
        RedisJoinStore<String, String> store = store();
        StoredParts parts = States.more(StoredParts.none(1), 1);
        Versioned<String> begun = States.open(parts);
        store.compareAndExchange("warm", null, begun); // the other script is there as well
        store.compareAndExchange("warm", begun, null);
        return store;
    }

    @Test
    void joinThatCollectsCostsOneMoreForEachPageThatIsRead() {
        Joiner<Part, String> joiner = collecting(collectingStore(), 3);

        assertThat(turnsOf(() -> joiner.accept(new Part("k", "a")))).isEqualTo(1);
        assertThat(turnsOf(() -> joiner.accept(new Part("k", "b")))).isEqualTo(1);
        assertThat(turnsOf(() -> assertThat(joiner.accept(new Part("k", "b"))).isEqualTo(new Outcome.Duplicate<>())))
                .as("the write finds its id, and the number that it is under is the open join's")
                .isEqualTo(1);
        assertThat(turnsOf(() ->
                        assertThat(joiner.accept(new Part("k", "c"))).isEqualTo(new Outcome.Joined<>("abc", true))))
                .as("the write, the parts, the end")
                .isEqualTo(3);
    }

    @Test
    void manyPartsOfABatchCostOne() {
        Joiner<Part, String> joiner = collecting(collectingStore(), 10_000);
        List<Part> parts = IntStream.range(0, 5_000)
                .mapToObj(i -> new Part("k" + i % 2, "part " + i))
                .toList();

        assertThat(tripsOf(() ->
                        assertThat(joiner.acceptAll(parts)).allMatch(outcome -> outcome instanceof Outcome.Incomplete)))
                .isEqualTo(1);
    }

    @Test
    void partsAndIdsCostOne() {
        RedisJoinStore<String, String> store = store();
        StoredParts parts = States.more(StoredParts.none(1), 3_000);
        store.compareAndExchange("k", null, States.open(parts));
        List<String> ids = IntStream.range(0, 3_000).mapToObj(String::valueOf).toList();

        assertThat(turnsOf(() -> assertThat(store.parts("k", 1, 500, 2_000)).hasSize(2_000)))
                .isEqualTo(1);
        assertThat(tripsOf(() ->
                        assertThat(store.present("k", List.of(1L, 2L), ids)).hasSize(3_000)))
                .isEqualTo(1);
    }

    @Test
    void lookingAtAllShardsCostsOne() {
        RedisJoinStore<String, String> store = store();
        store.compareAndExchangeAll(States.beginning(500, NOW.toEpochMilli() + 1));

        assertThat(tripsOf(() -> assertThat(store.size()).isEqualTo(500))).isEqualTo(1);
        assertThat(tripsOf(() -> assertThat(store.due(Instant.MIN, NOW, 100)).isEmpty()))
                .isEqualTo(1);
        assertThat(tripsOf(() -> joiner(store).sweep())).isEqualTo(1);
        assertThat(tripsOf(() -> assertThat(store.due(Instant.MIN, NOW.plusMillis(1), 100))
                        .hasSize(100)))
                .as("something is due: its size is looked at, the entry is not read")
                .isEqualTo(2);
        assertThat(tripsOf(() -> assertThat(store.scan(null, 100).entries()).hasSize(100)))
                .isLessThanOrEqualTo(2);
    }

    @Test
    void sweepCostsFiveForEachPageAndOneIfNothingIsDue() {
        RedisJoinStore<String, String> store = store();
        store.compareAndExchangeAll(States.beginning(100, NOW.toEpochMilli()));
        KeyedJoiner<Part, String, String, String> joiner = joiner(store);

        assertThat(tripsOf(() -> assertThat(joiner.sweep().expired()).isEqualTo(100)))
                .as("a look, its sizes, a read, the claims, the hand-overs")
                .isEqualTo(5);
        assertThat(tripsOf(joiner::sweep)).as("nothing is due any more").isEqualTo(1);
    }

    @Test
    void batchOnAClusterCostsOneToEachNode() {
        RedisCluster cluster = RedisCluster.shared();
        Map<Integer, TcpProxy> proxies = cluster.masters().stream()
                .map(RedisServer::port)
                .collect(Collectors.toMap(Function.identity(), TcpProxy::to));
        List<TcpProxy> all = List.copyOf(proxies.values());
        opened.addAll(all);
        RedisClusterClient client = RedisClusterClient.builder()
                .nodes(Clients.nodes(cluster))
                .clientConfig(DefaultJedisClientConfig.builder()
                        .timeoutMillis(30_000)
                        .hostAndPortMapper(node -> new HostAndPort(
                                Clients.HOST, proxies.get(node.getPort()).port()))
                        .build())
                .build();
        opened.add(0, client);
        RedisJoinStore<String, String> store = Clients.store(client).build();
        store.compareAndExchangeAll(States.beginning(600, 5)); // the scripts are there, and connections
        assertThat(all).as("600 keys are on all nodes").allMatch(proxy -> proxy.connections() > 0);
        List<String> keys = IntStream.range(0, 600).mapToObj(i -> "k" + i).toList();

        assertThat(tripsOf(all, () -> assertThat(store.findAll(keys)).doesNotContainNull()))
                .isEqualTo(1);
        assertThat(tripsOf(
                        all,
                        () -> assertThat(store.compareAndExchangeAll(States.beginning(600, 5)))
                                .noneMatch(Exchange::won)))
                .isEqualTo(1);
        assertThat(tripsOf(all, () -> assertThat(store.size()).isEqualTo(600))).isEqualTo(1);
        assertThat(tripsOf(
                        all,
                        () -> assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(4), 10))
                                .isEmpty()))
                .isEqualTo(1);
        assertThat(tripsOf(all, () -> assertThat(store.find("k7")).isNotNull())).isEqualTo(1);
    }
}
