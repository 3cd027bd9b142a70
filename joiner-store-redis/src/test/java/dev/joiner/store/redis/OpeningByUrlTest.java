package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisSentinel;
import dev.joiner.test.servers.RedisServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.UnifiedJedis;

@Timeout(60)
class OpeningByUrlTest {
    private static final String PASSWORD = "s3cret/?#@%:+";
    private static final String ENCODED = "s3cret%2F%3F%23%40%25%3A+";

    @TempDir
    static Path folder;

    private static RedisServer locked;

    private final JoinStoreConfig<String, String> config =
            JoinStoreConfig.of(Clients.namespace(), KeyCodec.string(), Codec.string());

    @BeforeAll
    static void start() {
        locked = RedisServer.start(folder, "requirepass=" + PASSWORD);
    }

    @AfterAll
    static void stop() {
        locked.close();
    }

    private void holds(String url) {
        Versioned<String> written = States.open("a");
        try (JoinStore<String, String> store = JoinStores.open(url, config)) {
            assertThat(store).isInstanceOf(RedisJoinStore.class);
            assertThat(store.compareAndExchange("k", null, written).won()).isTrue();
            assertThat(store).asString().isEqualTo("RedisJoinStore[" + config.namespace() + "]");
        }
        try (JoinStore<String, String> again = JoinStores.open(url, config)) {
            assertThat(again.find("k")).isEqualTo(written);
            again.compareAndExchange("k", written, null);
        }
    }

    @Test
    void redisIsOneServer() {
        int port = RedisServer.shared().port();
        holds("redis://127.0.0.1:" + port);
        holds("REDIS://localhost:" + port + "/");
        holds("redis://127.0.0.1:" + port
                + "/3?shards=256&cacheBytes=0&timeout=5000&connections=2"); // in another database, with as many shards
    }

    @Test
    void largestEntryIsTheOneOfTheUrl() {
        String url = "redis://127.0.0.1:" + RedisServer.shared().port();
        try (JoinStore<String, String> store = JoinStores.open(url + "?maxEntryBytes=2000", config);
                JoinStore<String, String> again = JoinStores.open(url, config)) {
            assertThat(store.maxEntryBytes()).isEqualTo(2_000);
            assertThat(again.maxEntryBytes()).isEqualTo(64 << 20);
        }
    }

    @Test
    void databaseIsTheOneOfTheUrl() {
        String url = "redis://127.0.0.1:" + RedisServer.shared().port() + "/";
        try (JoinStore<String, String> zero = JoinStores.open(url + "0", config);
                JoinStore<String, String> one = JoinStores.open(url + "1", config)) {
            zero.compareAndExchange("k", null, States.open("a"));
            assertThat(one.find("k")).isNull();
        }
    }

    @Test
    void userAndPasswordAreDecoded() {
        holds("redis://:" + ENCODED + "@127.0.0.1:" + locked.port());
        holds("redis://default:" + ENCODED + "@127.0.0.1:" + locked.port());
    }

    @Test
    void clusterIsFoundFromAFewOfItsNodes() {
        List<RedisServer> masters = RedisCluster.shared().masters();
        holds("redis+cluster://127.0.0.1:" + masters.get(0).port() + ",127.0.0.1:"
                + masters.get(1).port());
        holds("redis+cluster://127.0.0.1:" + masters.get(2).port() + "/0?shards=256");
    }

    @Test
    void masterIsFoundByASentinel(@TempDir Path other) {
        try (RedisSentinel sentinel = RedisSentinel.start(other, "mine", RedisServer.shared())) {
            String url = "redis+sentinel://127.0.0.1:1,127.0.0.1:" + sentinel.port();
            holds(url + "/?master=mine&timeout=5000");
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JoinStores.open(url + "/?master=another", config));
        }
    }

    @Test
    void tlsTrustsWhatItIsToldTo(@TempDir Path keys) throws Exception {
        Certificate certificate = Certificate.of("ip:127.0.0.1", keys);
        try (RedisServer server = RedisServer.startWithTls(keys, certificate.pem(), certificate.key())) {
            String url = "rediss://127.0.0.1:" + server.tlsPort();

            holds(url + "?" + certificate.options() + "&trustStoreType=PKCS12");
            assertThatExceptionOfType(StoreException.class)
                    .as("the JDK does not know who signed it")
                    .isThrownBy(() -> JoinStores.open(url, config));
        }
    }

    @Test
    void tlsRefusesAnotherHostsCertificate(@TempDir Path keys) throws Exception {
        Certificate certificate = Certificate.of("dns:elsewhere.example", keys);
        try (RedisServer server = RedisServer.startWithTls(keys, certificate.pem(), certificate.key())) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JoinStores.open(
                            "rediss://127.0.0.1:" + server.tlsPort() + "?" + certificate.options(), config));
        }
    }

    @Test
    void clustersHaveTlsByOption(@TempDir Path keys) throws Exception {
        Certificate certificate = Certificate.of("ip:127.0.0.1", keys);
        try (RedisServer node = RedisServer.startWithTls(
                keys,
                certificate.pem(),
                certificate.key(),
                "cluster-enabled=yes",
                "cluster-announce-ip=127.0.0.1",
                "tls-cluster=yes")) {
            node.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
            await().until(() -> String.valueOf(node.call("CLUSTER", "INFO")).contains("cluster_state:ok"));
            String url = "redis+cluster://127.0.0.1:" + node.tlsPort();

            holds(url + "?tls=true&" + certificate.options());
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JoinStores.open(url + "?tls=false&timeout=500", config));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis:h                                     | //",
                "redis://                                    | host",
                "redis://h:port                              | port",
                "redis://h:0                                 | port",
                "redis://h:65536                             | port",
                "redis://h:                                  | port",
                "redis://[::1                                | host",
                "redis://h/db                                | database",
                "redis://h/-1                                | database",
                "redis://h/0#x                               | #",
                "redis://h,i                                 | hosts 2",
                "redis://user@h                              | password",
                "redis://h?shard=1                           | \"shard\"",
                "redis://h?shards=1&shards=2                 | shards twice",
                "redis://h?shards=0                          | shards \"0\" 16384",
                "redis://h?shards=16385                      | shards \"16385\"",
                "redis://h?shards=many                       | shards \"many\"",
                "redis://h?shards                            | shards \"\"",
                "redis://h?cacheBytes=-1                     | cacheBytes \"-1\"",
                "redis://h?maxEntryBytes=1023                | maxEntryBytes \"1023\"",
                "redis://h?maxEntryBytes=536869889           | maxEntryBytes 536869888",
                "redis://h?timeout=0                         | timeout \"0\"",
                "redis://h?connections=x                     | connections \"x\"",
                "redis://h?tls=true                          | \"tls\"",
                "redis://h?trustStore=x                      | \"trustStore\"",
                "redis://h?master=m                          | \"master\"",
                "rediss://h?trustStore=/none                 | trustStore \"/none\"",
                "rediss://h?trustStorePassword=x             | trustStore",
                "rediss://h?tls=false                        | \"tls\"",
                "redis+cluster://h?tls=no                    | tls \"no\"",
                "redis+cluster://h/1                         | database 1",
                "redis+cluster://h,                          | host",
                "redis+sentinel://h                          | master",
                "redis+sentinel://h?master=m&sentinel=x      | \"sentinel\"",
            })
    void whatIsNotUnderstoodIsNamed(String url, String named) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JoinStores.open(url, config))
                .withMessageStartingWith(url.substring(0, url.indexOf(':')) + ": ")
                .withMessageContainingAll(named.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:sec@ret/x@h:1",
                "redis://:sec/ret@h:1",
                "redis://:sec?ret@h:1",
                "redis://:sec#ret@h:1",
                "redis://:sec%zzret@h:1",
                "redis://:secret",
                "redis://user:secret",
                "redis://h:secret/secret",
                "redis://user:secret@h:0",
                "redis://user:secret@h/secret",
                "redis://user:secret@h?shards=0",
                "redis://user:secret@h?unknown=secret",
                "redis://user:secret@127.0.0.1:1",
                "rediss://user:secret@127.0.0.1:1",
                "redis+cluster://user:secret@127.0.0.1:1",
                "redis+sentinel://user:secret@127.0.0.1:1?master=m&sentinelPassword=secret",
                "rediss://h?trustStorePassword=secret",
                "redis+cluster://:secret@127.0.0.1:1?tls=true&trustStore=/none&trustStorePassword=secret",
            })
    void passwordIsInNoException(String url) {
        Throwable thrown = catchThrowable(() -> JoinStores.open(url, config));

        assertThat(thrown).isNotNull();
        assertThat(trace(thrown)).doesNotContain("secret", "ret@", "ret/", "sec@", ":sec");
    }

    @Test
    void serversThatRepeatThePasswordAreNotQuoted(@TempDir Path other) throws Exception {
        // Redis repeats the beginning of a command that it does not know.
        Path settings = Files.write(
                other.resolve("renamed.conf"), List.of("rename-command AUTH \"\"", "rename-command HELLO \"\""));
        try (RedisServer server = RedisServer.start(other, "include=" + settings)) {
            for (String scheme : List.of("redis", "redis+cluster", "redis+sentinel")) {
                Throwable thrown = catchThrowable(() -> JoinStores.open(
                        scheme + "://user:secret@127.0.0.1:" + server.port()
                                + (scheme.endsWith("sentinel")
                                        ? "?master=m&sentinelUser=user&sentinelPassword=secret"
                                        : ""),
                        config));

                assertThat(thrown).as(scheme).isInstanceOf(StoreException.class);
                assertThat(trace(thrown)).as(scheme).doesNotContain("secret");
            }
        }
    }

    @Test
    void wrongPasswordIsAFailureThatDoesNotShowIt() {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> JoinStores.open("redis://:wrong-one@127.0.0.1:" + locked.port(), config))
                .withMessageContaining("WRONGPASS")
                .satisfies(e -> assertThat(trace(e)).doesNotContain("wrong-one"));
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> JoinStores.open("redis://127.0.0.1:" + locked.port(), config))
                .withMessageContaining("NOAUTH");
    }

    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return trace.toString().replace(OpeningByUrlTest.class.getName(), "");
    }

    @Test
    void clientOfAUrlIsClosedAndACallersIsNot() {
        String url = "redis://127.0.0.1:" + RedisServer.shared().port();
        JoinStore<String, String> store = JoinStores.open(url, config);
        store.close();
        assertThatThrownBy(() -> store.find("k")).isInstanceOf(StoreException.class);

        try (UnifiedJedis client = Clients.of(RedisServer.shared())) {
            Clients.store(client).build().close();
            assertThat(client.ping()).isEqualTo("PONG");
            Clients.store(client).closeClient().build().close();
            assertThatThrownBy(client::ping).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void storeThatCannotBeOpenedLeavesNoConnection() {
        String url = "redis://127.0.0.1:" + RedisServer.shared().port();
        JoinStores.open(url, config).close();
        try (UnifiedJedis admin = Clients.of(RedisServer.shared())) {
            int connected = connected(admin);
            for (int i = 0; i < 5; i++) {
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> JoinStores.open(url + "?shards=7", config));
            }
            await().untilAsserted(() -> assertThat(connected(admin)).isLessThanOrEqualTo(connected));
        }
    }

    private static int connected(UnifiedJedis admin) {
        return admin.info("clients")
                .lines()
                .filter(line -> line.startsWith("connected_clients:"))
                .map(line ->
                        Integer.valueOf(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }
}
