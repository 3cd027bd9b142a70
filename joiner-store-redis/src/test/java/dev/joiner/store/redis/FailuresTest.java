package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.Fault;
import dev.joiner.test.servers.Pace;
import dev.joiner.test.servers.RedisServer;
import dev.joiner.test.servers.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** What a caller sees of everything that goes wrong, and that no join is lost by it that the server still has. */
@Timeout(120)
class FailuresTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int SHARDS = 16;

    @TempDir
    static Path folder;

    private static RedisServer server;

    private final String namespace = Clients.namespace();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private TcpProxy proxy;
    private RedisJoinStore<String, String> store;
    /** A store that nothing stands in the way of. */
    private RedisJoinStore<String, String> straight;

    @BeforeAll
    static void start() {
        server = RedisServer.start(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        proxy = TcpProxy.to(server.port());
        opened.add(proxy);
        store = store(proxy.port());
        straight = store(server.port());
    }

    private RedisJoinStore<String, String> store(int port) {
        RedisClient client = RedisClient.builder()
                .hostAndPort(new HostAndPort(Clients.HOST, port))
                .clientConfig(
                        DefaultJedisClientConfig.builder().timeoutMillis(1_000).build())
                .build();
        opened.add(0, client);
        return Clients.store(client, namespace).shards(SHARDS).build();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    record Part(String key, String text) {}

    /** Joins two parts, and knows each by its text. */
    private static Joiner<Part, String> joiner(RedisJoinStore<String, String> store) {
        return Joiner.create(
                JoinSpec.joining(Part.class)
                        .keyedBy(Part::key)
                        .<String>mergedBy((part, pending) -> pending == null ? part.text() : pending + part.text())
                        .sufficientWhen(value -> value.length() == 2)
                        .identifiedBy(Part::text, Duration.ofHours(1))
                        .build(),
                store,
                InstantSource.fixed(NOW));
    }

    /** @param expired receives the values */
    private KeyedJoiner<Part, String, String, String> expiringAtOnce(List<String> expired) {
        return Joiner.create(
                JoinSpec.joining(Part.class)
                        .keyedBy(Part::key)
                        .<String>mergedBy((part, pending) -> part.text())
                        .sufficientWhen(value -> false)
                        .expireAt(value -> NOW)
                        .onExpired((value, handOver) -> expired.add(value))
                        .build(),
                store,
                InstantSource.fixed(NOW));
    }

    private Versioned<String> begin(String key) {
        Versioned<String> begun = States.open("begun");
        assertThat(store.compareAndExchange(key, null, begun).won()).isTrue();
        return begun;
    }

    private static void assertFails(Runnable call, String... saying) {
        assertThatExceptionOfType(StoreException.class).isThrownBy(call::run).withMessageContainingAll(saying);
    }

    @Test
    void serverThatIsAwayIsAFailureUntilItIsBack() {
        Versioned<String> begun = begin("k");
        // Several connections, all of which will be dead.
        IntStream.range(0, 8).parallel().forEach(i -> store.find("k" + i));
        server.stop();

        assertFails(() -> store.find("k"), "no answer");
        assertFails(() -> store.find("k"), "no connection", "nothing was sent");
        assertFails(() -> store.compareAndExchange("k", begun, null), "no connection", "nothing was sent");
        assertFails(() -> store.compareAndExchangeAll(States.beginning(5, 5)), "no connection", "nothing was sent");
        assertFails(() -> store.due(Instant.MIN, NOW, 5), "no connection", "nothing was sent");
        assertFails(() -> store.scan(null, 5), "no connection", "nothing was sent");
        assertFails(store::size, "no connection", "nothing was sent");
        server.restart();

        assertThat(store.find("k")).isEqualTo(begun);
        assertThat(store.compareAndExchange("k", begun, null).won()).isTrue();
    }

    @Test
    void afterARestartOneCallFailsAndNotOneForEachConnection() {
        Versioned<String> begun = begin("k");
        CompletableFuture<?>[] calls = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.runAsync(() -> store.findAll(List.of("a" + i, "b" + i))))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(calls).join();
        server.stop();
        server.restart();

        assertThatThrownBy(() -> store.find("k")).isInstanceOf(StoreException.class);

        for (int i = 0; i < 20; i++) {
            assertThat(store.find("k")).isEqualTo(begun);
        }
    }

    @Test
    void writeWhoseAnswerIsLostMayHaveHappened() {
        Versioned<String> begun = begin("k");
        Versioned<String> next = States.open("next");
        proxy.inject(Fault.loseAnswers());

        assertFails(() -> store.compareAndExchange("k", begun, next), "may have happened");

        await().untilAsserted(
                        () -> assertThat(straight.find("k")).as("this one has").isEqualTo(next));
        proxy.inject(Fault.none());
        assertThat(store.guess("k")).as("after a failure nothing is known").isNull();
        assertThat(store.find("k")).isEqualTo(next);
    }

    @Test
    void batchWhoseAnswersAreLostMayHaveHappened() {
        begin("which brings the script");
        List<Change<String, String>> batch = States.beginning(500, 5);
        proxy.inject(Fault.loseAnswers());
        assertFails(() -> store.compareAndExchangeAll(batch), "may have happened");
        proxy.inject(Fault.none());

        assertThat(store.guess("k1")).isNull();
        // The first was answered. How many of the others reached the server depends on when the connection broke.
        await().until(() -> straight.size() > 1);
        for (Change<String, String> change : batch) {
            store.compareAndExchange(change.key(), null, change.next());
            assertThat(store.find(change.key())).isEqualTo(change.next());
        }
    }

    @Test
    void redeliveryAfterALostAnswerCountsOnce() {
        begin("which brings the script");
        Joiner<Part, String> joiner = joiner(store);
        proxy.inject(Fault.loseAnswers());
        assertThatThrownBy(() -> joiner.accept(new Part("k", "a"))).isInstanceOf(StoreException.class);
        proxy.inject(Fault.none());

        assertThat(joiner.accept(new Part("k", "a"))).isInstanceOf(Outcome.Duplicate.class);
        assertThat(joiner.accept(new Part("k", "b"))).isEqualTo(new Outcome.Joined<>("ab", true));
    }

    @Test
    void answerThatComesTooLateIsAFailureAndNotTheNextAnswer() {
        begin("k");
        Versioned<String> other = begin("other");
        proxy.paceAnswers(Pace.late(Duration.ofMillis(1_500)));
        assertFails(() -> store.find("k"), "no answer");
        assertFails(() -> store.findAll(List.of("k", "l")), "timed out");
        proxy.paceAnswers(Pace.FULL);

        assertThat(store.find("other")).isEqualTo(other);
        assertThat(store.find("none")).isNull();
    }

    @Test
    void serverThatIsFullTakesNothingNewButLetsGo() {
        Versioned<String> begun = begin("k");
        server.call("CONFIG", "SET", "maxmemory", "1mb");
        try {
            assertFails(() -> store.compareAndExchange("l", null, States.open("never due")), "maxmemory");
            assertFails(() -> store.compareAndExchange("l", null, States.open("due", 5)), "maxmemory");
            assertFails(() -> store.compareAndExchange("k", begun, States.open("longer")), "maxmemory");
            assertFails(() -> store.compareAndExchangeAll(States.beginning(5, 5)), "maxmemory");
            assertThat(store.find("k")).isEqualTo(begun);
            assertThat(store.due(Instant.MIN, NOW, 5)).isEmpty();
            server.call("SCRIPT", "FLUSH"); // as a restart does
            try (RedisJoinStore<String, String> another = store(server.port())) {
                assertThat(another.due(Instant.MIN, NOW, 5)).isEmpty();
                assertThat(another.compareAndExchange("k", begun, null).won()).isTrue();
            }
        } finally {
            server.call("CONFIG", "SET", "maxmemory", "0");
        }
        begin("l");
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void serverThatIsFullTakesNoPartsButLetsJoinsEnd() {
        StoredParts two = States.more(StoredParts.none(1), 2);
        Versioned<String> begun = States.open(two, 5);
        store.compareAndExchange("k", null, begun);
        store.compareAndExchange("l", null, begun);
        server.call("CONFIG", "SET", "maxmemory", "1mb");
        try {
            assertFails(() -> store.compareAndExchange("k", begun, States.open(States.more(two, 1), 5)), "maxmemory");
            assertFails(() -> store.compareAndExchange("k", begun, States.open(States.more(two, 1), 6)), "maxmemory");
            assertFails(() -> store.compareAndExchange("m", null, States.open(two, 5)), "maxmemory");
            assertThat(store.find("k")).isEqualTo(begun);
            assertThat(store.parts("k", 1, 0, 10)).hasSize(2);
            assertThat(store.parts("m", 1, 0, 10)).isEmpty();

            assertThat(store.compareAndExchange("k", begun, States.ended(two)).won())
                    .isTrue();
            assertThat(store.compareAndExchange("l", begun, null).won()).isTrue();
            assertThat(store.parts("l", 1, 0, 10)).isEmpty();
        } finally {
            server.call("CONFIG", "SET", "maxmemory", "0");
        }
    }

    @Test
    void serverThatWouldEvictIsRefused() {
        server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        try {
            assertFails(() -> store(server.port()), "maxmemory-policy", "noeviction");
            server.call("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
            assertThat(store(server.port()).size())
                    .as("no key of a store is volatile")
                    .isZero();
        } finally {
            server.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
        }
    }

    @Test
    void serverThatBecameAReplicaIsAFailureUntilItIsAMaster() {
        Versioned<String> begun = begin("k");
        server.call("REPLICAOF", Clients.HOST, "1"); // where nobody is, so that it keeps its data
        try {
            assertFails(() -> store.compareAndExchange("k", begun, null), "READONLY", "not a master");
            assertFails(() -> store.compareAndExchangeAll(States.beginning(5, 5)), "READONLY", "not a master");
        } finally {
            server.call("REPLICAOF", "NO", "ONE");
        }
        assertThat(store.compareAndExchange("k", begun, null).won()).isTrue();
    }

    @Test
    void storeFollowsANameThatLeadsToAnotherMaster(@TempDir Path other) {
        Versioned<String> begun = begin("k");
        try (RedisServer replica = RedisServer.start(other)) {
            replica.call("REPLICAOF", Clients.HOST, String.valueOf(server.port()));
            await().until(() ->
                    String.valueOf(replica.call("INFO", "replication")).contains("master_link_status:up"));
            replica.call("REPLICAOF", "NO", "ONE");
            server.call("REPLICAOF", Clients.HOST, String.valueOf(replica.port()));
            try {
                proxy.redirect(replica.port());
                assertFails(() -> store.compareAndExchange("k", begun, null), "READONLY");
                assertThat(store.compareAndExchange("k", begun, null).won())
                        .as("the connections to the old master are given up")
                        .isTrue();
            } finally {
                server.call("REPLICAOF", "NO", "ONE");
            }
        }
    }

    @Test
    void serverThatIsStillLoadingIsAFailureAndHasEverythingAfterwards(@TempDir Path other) {
        // Half a millisecond for each key, and a look at who is calling after each kilobyte.
        try (RedisServer loading = RedisServer.start(
                other, "appendonly=no", "key-load-delay=500", "loading-process-events-interval-bytes=1024")) {
            RedisJoinStore<String, String> slow = store(loading.port());
            loading.call("EVAL", "for i = 1, 4500 do redis.call('SET', 'filler' .. i, i) end", "0");
            Versioned<String> begun = States.open("begun");
            assertThat(slow.compareAndExchange("k", null, begun).won()).isTrue();
            loading.call("SAVE");
            loading.kill();
            CompletableFuture<Void> restart = CompletableFuture.runAsync(loading::restart);

            await().untilAsserted(() -> assertFails(() -> slow.find("k"), "LOADING"));
            restart.join();

            assertThat(slow.find("k")).isEqualTo(begun);
        }
    }

    @Test
    void serverThatLostEverythingIsBegunAgain() {
        begin("k");
        server.call("FLUSHALL");
        server.call("SCRIPT", "FLUSH");

        assertThat(store.find("k")).isNull();
        begin("k");
        assertThat(store.size()).isEqualTo(1);
        assertFails(
                () -> Clients.store(client(), namespace).shards(SHARDS * 2).build(),
                "joiner:{" + namespace + "}:meta",
                "[1, " + SHARDS + "]",
                "[1, " + SHARDS * 2 + "]");
    }

    @Test
    void serverThatLostTheNamespaceOnlyIsToldAgainByALookAtAllShards() {
        server.call("FLUSHALL"); // which leaves scripts where they are
        assertThat(store.due(Instant.MIN, NOW, 5)).isEmpty();

        assertFails(() -> Clients.store(client(), namespace).shards(SHARDS * 2).build(), "[1, " + SHARDS + "]");
    }

    @Test
    void storeThatOthersWereFasterThanIsStopped() {
        server.call("FLUSHALL");
        server.call("SCRIPT", "FLUSH");
        RedisJoinStore<String, String> other =
                Clients.store(client(), namespace).shards(SHARDS * 2).build();

        assertFails(() -> store.compareAndExchange("k", null, States.open("a")), "shards", "[1, " + SHARDS * 2 + "]");
        assertFails(() -> store.compareAndExchangeAll(States.beginning(5, 5)), "shards");
        assertFails(() -> store.due(Instant.MIN, NOW, 5), "shards");
        assertFails(store::size, "shards");
        assertThat(other.size()).as("nothing was written").isZero();
    }

    @Test
    void laterFormatIsRefused() {
        server.call("HSET", "joiner:{" + namespace + "}:meta", "format", "2");
        assertFails(() -> store(server.port()), "format", "[2, " + SHARDS + "]", "version of Joiner");
    }

    private UnifiedJedis client() {
        UnifiedJedis client = Clients.of(server);
        opened.add(0, client);
        return client;
    }

    @Test
    void keysThatHoldSomethingElseAreNamed() {
        Layout layout = new Layout(namespace, SHARDS);
        Versioned<String> begun = begin("k");
        String wrong = layout.shardOf(Layout.utf8("k")).name;
        server.call("RENAME", wrong + ":joins", "{" + namespace + "}kept");
        server.call("SET", wrong + ":joins", "mine");

        String name = wrong;
        assertFails(() -> store.find("k"), name, "WRONGTYPE", "delete or rename");
        assertFails(() -> store.compareAndExchange("k", begun, null), name, "WRONGTYPE");
        assertFails(store::size, name, "WRONGTYPE");

        server.call("RENAME", "{" + namespace + "}kept", wrong + ":joins");
        server.call("SET", wrong + ":due", "mine");
        assertFails(() -> store.due(Instant.MIN, NOW, 5), name, "WRONGTYPE");
        assertFails(() -> store.compareAndExchange("k", begun, States.open("next", 5)), name, "WRONGTYPE");
        assertThat(store.find("k")).as("nothing was written").isEqualTo(begun);
        assertThat(store.compareAndExchange("k", begun, States.open("next")).won())
                .as("a write after which the key is due as before needs no index")
                .isTrue();

        server.call("DEL", "joiner:{" + namespace + "}:meta");
        server.call("SET", "joiner:{" + namespace + "}:meta", "mine");
        assertFails(() -> store(server.port()), "joiner:{" + namespace + "}:meta", "WRONGTYPE");
    }

    @Test
    void partsKeyThatHoldsSomethingElseIsNamedAndNothingIsWritten() {
        String parts = new Layout(namespace, SHARDS).shardOf(Layout.utf8("k")).name + ":parts:k";
        server.call("SET", parts, "mine");

        assertFails(
                () -> store.compareAndExchange("k", null, States.open(States.more(StoredParts.none(1), 2), 5)),
                namespace,
                "WRONGTYPE");
        assertFails(() -> store.parts("k", 1, 0, 10), namespace, "WRONGTYPE");

        assertThat(store.find("k")).isNull();
        assertThat(store.due(Instant.MIN, NOW, 10)).isEmpty();
        assertThat(server.call("GET", parts)).isEqualTo("mine");
    }

    @Test
    void valuesThatAreNoEntriesAreReportedAndStopNoOther() {
        Layout layout = new Layout(namespace, SHARDS);
        for (String value : List.of("", "short", "12345678", "12345678 and no state")) {
            String key = "foreign " + value;
            String shard = layout.shardOf(Layout.utf8(key)).name;
            server.call("HSET", shard + ":joins", key, value);
            server.call("ZADD", shard + ":due", "5", key);
        }
        List<String> expired = new ArrayList<>();
        Joiner<Part, String> joiner = expiringAtOnce(expired);
        joiner.accept(new Part("good", "a"));

        assertThat(joiner.sweep().failures())
                .allSatisfy(failure -> assertThat(failure.cause()).hasMessageContaining("foreign"))
                .hasSize(4);
        assertThat(expired).containsExactly("a");
        assertThat(store.scan(null, 10).entries()).hasSize(4);
        for (String value : List.of("", "short", "12345678", "12345678 and no state")) {
            String key = "foreign " + value;
            Versioned<String> held = store.find(key);
            assertThat(store.compareAndExchange(key, null, States.open("x"))).isEqualTo(Exchange.lost(held));
            assertThat(store.compareAndExchange(key, held, null).won())
                    .as("it can be taken out")
                    .isTrue();
        }
        assertThat(store.size()).isZero();
        assertThat(store.due(Instant.MIN, NOW, 10)).isEmpty();
    }

    @Test
    void keysThatAreNoTextHaveNone() {
        try (UnifiedJedis client = Clients.of(server)) {
            byte[] noText = {(byte) 0xff, 'x'};
            Layout.Shard shard = new Layout(namespace, SHARDS).shardOf(noText);
            client.hset(shard.joins, noText, new byte[20]);
            client.zadd(shard.due, 5, noText);
        }
        assertThat(store.due(Instant.MIN, NOW, 10)).singleElement().satisfies(due -> {
            assertThat(due.key()).isNull();
            assertThat(due.at()).isEqualTo(5);
            assertThat(due.problem()).hasMessageContainingAll("x", "is not the text of a key");
        });
        assertThat(store.scan(null, 10).entries()).singleElement().satisfies(entry -> {
            assertThat(entry.key()).isNull();
            assertThatThrownBy(() -> entry.held().state()).hasMessageContainingAll("x", "is not the text of a key");
        });
    }

    @Test
    void entryInTheShardOfOthersIsReportedUntilItIsDeleted() {
        Layout layout = new Layout(namespace, SHARDS);
        Layout.Shard right = layout.shardOf(Layout.utf8("k"));
        Layout.Shard wrong = layout.shards.get((right.number + 1) % SHARDS);
        store.compareAndExchange("k", null, States.open("a", 5));
        for (String part : List.of(":joins", ":due")) {
            server.call("RENAME", right.name + part, wrong.name + part);
        }
        List<String> expired = new ArrayList<>();
        KeyedJoiner<Part, String, String, String> joiner = expiringAtOnce(expired);
        joiner.accept(new Part("good", "b"));

        assertThat(joiner.sweep().failures()).singleElement().satisfies(failure -> {
            assertThat(failure.key()).isEqualTo("k");
            assertThat(failure.cause()).hasMessageContainingAll(wrong.name + ":joins", right.name + ":joins", "HDEL");
        });
        assertThat(expired).containsExactly("b");
        assertThat(store.scan(null, 10).entries()).singleElement().satisfies(entry -> {
            assertThat(entry.key()).isNull();
            assertThatThrownBy(() -> entry.held().state()).hasMessageContainingAll("k", wrong.name, "HDEL");
        });
        server.call("HDEL", wrong.name + ":joins", "k");

        assertThat(joiner.sweep().failed()).isZero();
        assertThat(server.call("ZCARD", wrong.name + ":due"))
                .as("it left the index")
                .isEqualTo(0L);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, 5_000})
    void whatIsInTheIndexOnlyIsRemovedAndHidesNothing(int gone) {
        Layout layout = new Layout(namespace, SHARDS);
        Layout.Shard shard = layout.shards.get(3);
        server.call(
                "EVAL",
                "for i = 1, " + gone + " do redis.call('ZADD', KEYS[1], 5, 'gone' .. i) end",
                "1",
                shard.name + ":due");
        String key = IntStream.range(0, 1_000)
                .mapToObj(i -> "k" + i)
                .filter(each -> layout.shardOf(Layout.utf8(each)).number == 3)
                .findFirst()
                .orElseThrow();
        store.compareAndExchange(key, null, States.open("a", 6));

        assertThat(store.due(Instant.MIN, NOW, 1)).extracting(due -> due.key()).containsExactly(key);

        assertThat(server.call("ZCARD", shard.name + ":due")).isEqualTo(1L);
    }
}
