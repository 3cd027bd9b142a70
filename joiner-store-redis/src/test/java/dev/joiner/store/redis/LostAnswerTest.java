package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.Fault;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import dev.joiner.test.servers.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** An answer that is lost on the way, and clients that would send the command again. */
@Timeout(120)
class LostAnswerTest {
    private static final int PATIENT = 5;
    /** How long clients for clusters go on trying, with pauses that grow; five times their timeout if nothing is said. */
    private static final Duration TRYING = Duration.ofSeconds(1);

    private final String namespace = Clients.namespace();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private List<TcpProxy> proxies = List.of();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    enum Client {
        ONE_SERVER,
        ONE_SERVER_THAT_REPEATS,
        CLUSTER,
        CLUSTER_OF_OLD;

        boolean isForClusters() {
            return this == CLUSTER || this == CLUSTER_OF_OLD;
        }
    }

    /** Stores of two nodes; what the first one does goes through proxies. */
    private RedisJoinStore<String, String> near(Client client) {
        RedisJoinStore<String, String> store =
                Clients.store(proxied(client), namespace).build();
        for (int i = 0; i < 64; i++) {
            store.compareAndExchange("warm" + i, null, null); // the script is everywhere, and a connection
        }
        return store;
    }

    private RedisJoinStore<String, String> far(Client client) {
        UnifiedJedis straight =
                client.isForClusters() ? Clients.of(RedisCluster.shared()) : Clients.of(RedisServer.shared());
        opened.add(0, straight);
        return Clients.store(straight, namespace).build();
    }

    @SuppressWarnings("deprecation") // JedisCluster is still what many have
    private UnifiedJedis proxied(Client client) {
        List<RedisServer> servers =
                client.isForClusters() ? RedisCluster.shared().masters() : List.of(RedisServer.shared());
        Map<Integer, TcpProxy> byPort =
                servers.stream().map(RedisServer::port).collect(Collectors.toMap(Function.identity(), TcpProxy::to));
        proxies = List.copyOf(byPort.values());
        opened.addAll(proxies);
        JedisClientConfig config = DefaultJedisClientConfig.builder()
                .timeoutMillis(1_000)
                .hostAndPortMapper(node -> byPort.containsKey(node.getPort())
                        ? new HostAndPort(
                                Clients.HOST, byPort.get(node.getPort()).port())
                        : node)
                .build();
        Set<HostAndPort> nodes = servers.stream()
                .map(node -> new HostAndPort(Clients.HOST, node.port()))
                .collect(Collectors.toSet());
        HostAndPort proxy = new HostAndPort(Clients.HOST, proxies.get(0).port());
        UnifiedJedis jedis = switch (client) {
            case ONE_SERVER -> Clients.at(proxy.getPort());
            case ONE_SERVER_THAT_REPEATS ->
                new UnifiedJedis(
                        new PooledConnectionProvider(
                                proxy, DefaultJedisClientConfig.builder().build()),
                        PATIENT,
                        Duration.ofSeconds(10));
            case CLUSTER ->
                RedisClusterClient.builder()
                        .nodes(nodes)
                        .clientConfig(config)
                        .maxTotalRetriesDuration(TRYING)
                        .build();
            case CLUSTER_OF_OLD -> new JedisCluster(nodes, config, PATIENT, TRYING, new ConnectionPoolConfig());
        };
        opened.add(0, jedis);
        return jedis;
    }

    private void loseNextAnswer(Runnable whenLost) {
        proxies.forEach(proxy -> proxy.inject(Fault.loseNextAnswer(() -> {
            proxies.forEach(each -> each.inject(Fault.none()));
            whenLost.run();
        })));
    }

    record Part(String key, String text) {}

    @ParameterizedTest
    @EnumSource
    void removalIsSentOnce(Client client) {
        RedisJoinStore<String, String> near = near(client);
        Versioned<String> begun = States.open("begun");
        near.compareAndExchange("k", null, begun);
        loseNextAnswer(() -> {});

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> near.compareAndExchange("k", begun, null))
                .withMessageContaining("a write may have happened");

        assertThat(near.guess("k")).isNull();
        assertThat(far(client).find("k")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void batchWhoseAnswersAreLostMayHaveWritten(Client client) {
        RedisJoinStore<String, String> near = near(client);
        proxies.forEach(proxy -> proxy.inject(Fault.loseAnswers()));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> near.compareAndExchangeAll(States.beginning(200, 5)))
                .withMessageContaining("a write may have happened");
    }

    /** Each call that fails would keep another one from running, if it kept its place. */
    @ParameterizedTest
    @EnumSource
    void batchesThatFailLeaveOthersAbleToRun(Client client) {
        RedisJoinStore<String, String> near = near(client);
        proxies.forEach(proxy -> proxy.inject(Fault.loseAnswers()));
        for (int i = 0; i < 9; i++) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> near.compareAndExchangeAll(States.beginning(50, 5)));
        }
        proxies.forEach(proxy -> proxy.inject(Fault.none()));

        assertThat(near.compareAndExchangeAll(States.beginning(50, 5))).hasSize(50);
    }

    private static JoinSpec.Builder<Part, String, String, String, String> spec() {
        return JoinSpec.joining(Part.class)
                .keyedBy(Part::key)
                .<String>mergedBy((part, pending) -> pending == null ? part.text() : pending + part.text())
                .sufficientWhen(value -> value.length() == 3);
    }

    /** Nobody has the value any more, so that the caller has to be told. */
    @ParameterizedTest
    @EnumSource
    void joinThatIsHandedOverAtMostOnceIsNotIncompleteAndGone(Client client) {
        List<String> handedOver = new ArrayList<>();
        JoinSpec<Part, String, String, String> spec = spec().process(value -> {
                    handedOver.add(value);
                    return value;
                })
                .atMostOnce()
                .build();
        Joiner<Part, String> near = Joiner.create(spec, near(client));
        RedisJoinStore<String, String> far = far(client);
        near.accept(new Part("k", "a"));
        near.accept(new Part("k", "b"));
        loseNextAnswer(() -> {});

        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> near.accept(new Part("k", "c")));

        assertThat(handedOver).isEmpty();
        assertThat(far.find("k")).isNull();
    }

    /** The other node finds it complete and hands it over, and the part begins no other join. */
    @ParameterizedTest
    @EnumSource
    void partIsNotCountedTwiceWithoutAnError(Client client) {
        JoinSpec<Part, String, String, String> spec = spec().build();
        Joiner<Part, String> near = Joiner.create(spec, near(client));
        RedisJoinStore<String, String> farStore = far(client);
        Joiner<Part, String> far = Joiner.create(spec, farStore);
        near.accept(new Part("k", "a"));
        loseNextAnswer(() -> assertThat(far.accept(new Part("k", "c"))).isEqualTo(new Outcome.Joined<>("abc", true)));

        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> near.accept(new Part("k", "b")));

        assertThat(farStore.find("k")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void partWhoseAnswerWasLostIsCollectedOnce(Client client) {
        List<List<String>> handedOver = new ArrayList<>();
        var spec = JoinSpec.joining(Part.class)
                .keyedBy(Part::key)
                .<String>mergedBy((part, pending) -> "")
                .collecting(Part::text, Codec.string())
                .sufficientWhen((value, count) -> count == 3)
                .identifiedBy(Part::text)
                .process((collected, handOver) -> {
                    handedOver.add(collected.toList());
                    return collected.size();
                })
                .build();
        Joiner<Part, Integer> near = Joiner.create(spec, near(client));
        RedisJoinStore<String, String> farStore = far(client);
        near.accept(new Part("k", "a"));
        loseNextAnswer(() -> {});

        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> near.accept(new Part("k", "b")));

        StoredParts parts = (StoredParts) farStore.find("k").state().open().collected();
        assertThat(farStore.parts("k", parts.number(), 0, 10))
                .extracting(StoredParts.Part::id)
                .containsExactly("a", "b");
        assertThat(near.accept(new Part("k", "b"))).isEqualTo(new Outcome.Duplicate<>());
        loseNextAnswer(() -> {});
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> near.acceptAll(List.of(new Part("k", "b"), new Part("l", "x"))));
        assertThat(near.accept(new Part("k", "c"))).isEqualTo(new Outcome.Joined<>(3, true));
        assertThat(handedOver).containsExactly(List.of("a", "b", "c"));
        assertThat(farStore.find("k")).isNull();
        assertThat(farStore.parts("k", parts.number(), 0, 10)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void readDoesNotWarnOfAWrite(Client client) {
        RedisJoinStore<String, String> near = near(client);
        Versioned<String> begun = States.open("begun");
        near.compareAndExchange("k", null, begun);
        loseNextAnswer(() -> {});

        if (client.isForClusters()) {
            assertThat(near.find("k")).as("a read is repeated").isEqualTo(begun);
        } else {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> near.find("k"))
                    .withMessageContaining("no answer")
                    .withMessageNotContaining("write");
        }
    }

    @ParameterizedTest
    @EnumSource
    void writeThatWasNotSentHasNotHappened(Client client) throws Exception {
        RedisJoinStore<String, String> near = near(client);
        for (TcpProxy proxy : proxies) {
            proxy.close();
        }
        // What is idle is found broken, and given up.
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> near.size());

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> near.compareAndExchange("k", null, States.open("begun")))
                .withMessageContainingAll("no connection", "nothing was sent");
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> near.compareAndExchangeAll(States.beginning(50, 5)))
                .withMessageContainingAll("no connection", "nothing was sent");
    }

    @Test
    @SuppressWarnings("deprecation") // what is deprecated can be used
    void clientForOneServerIsRefusedByACluster() {
        Set<HostAndPort> nodes = Clients.nodes(RedisCluster.shared());
        try (ClusterConnectionProvider provider = new ClusterConnectionProvider(
                        nodes, DefaultJedisClientConfig.builder().build());
                UnifiedJedis jedis = new UnifiedJedis(provider, PATIENT, Duration.ofSeconds(10))) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> Clients.store(jedis, namespace).build())
                        .isInstanceOfAny(IllegalArgumentException.class, StoreException.class)
                        .hasMessageContaining("RedisClusterClient");
            }
        }
    }
}
