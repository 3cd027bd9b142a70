package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.joiner.StoreException;
import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStores;
import dev.joiner.spi.KeyCodec;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.RedisCluster;
import dev.joiner.test.servers.RedisServer;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
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
                + "/3?shards=256&guessBytes=0&timeout=5000&connections=2"); // in another database, with as many shards
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
    void masterIsFoundByASentinelAndFollowed(@TempDir Path other) throws Exception {
        String[] master = {"127.0.0.1", String.valueOf(RedisServer.shared().port())};
        try (RedisServer next = RedisServer.start(other);
                FakeServer sentinel = new FakeServer(command -> switch (command.get(0)) {
                    case "SENTINEL" -> FakeServer.array(master);
                    case "SUBSCRIBE" -> "*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n";
                    case "HELLO" -> "-ERR unknown command\r\n";
                    default -> "+OK\r\n";
                })) {
            String url = "redis+sentinel://127.0.0.1:1,127.0.0.1:" + sentinel.port() + "/?master=mine&timeout=1000";
            holds(url);
            try (JoinStore<String, String> store = JoinStores.open(url, config)) {
                Versioned<String> written = States.open("a");
                store.compareAndExchange("k", null, written);
                String moved = "mine " + String.join(" ", master) + " 127.0.0.1 " + next.port();
                master[1] = String.valueOf(next.port());

                await().untilAsserted(() -> {
                    sentinel.say(FakeServer.array("message", "+switch-master", moved));
                    assertThat(store.find("k")).as("the new master is empty").isNull();
                });
                assertThat(store.compareAndExchange("k", null, written).won()).isTrue();
            }
        }
    }

    @Test
    void tlsTrustsWhatItIsToldTo(@TempDir Path keys) throws Exception {
        Path store = keys.resolve("keys.p12");
        SSLContext tls = certificate(store, "san=ip:127.0.0.1");
        try (TcpProxy proxy = TcpProxy.to(RedisServer.shared().port(), tls)) {
            String url = "rediss://127.0.0.1:" + proxy.port();

            holds(url + "?trustStore=" + store + "&trustStorePassword=changeit&trustStoreType=PKCS12");
            assertThatExceptionOfType(StoreException.class)
                    .as("the JDK does not know who signed it")
                    .isThrownBy(() -> JoinStores.open(url, config));
        }
    }

    @Test
    void tlsRefusesAnotherHostsCertificate(@TempDir Path keys) throws Exception {
        Path store = keys.resolve("keys.p12");
        SSLContext tls = certificate(store, "san=dns:elsewhere.example");
        try (TcpProxy proxy = TcpProxy.to(RedisServer.shared().port(), tls)) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JoinStores.open(
                            "rediss://127.0.0.1:" + proxy.port() + "?trustStore=" + store
                                    + "&trustStorePassword=changeit",
                            config));
        }
    }

    @Test
    void clustersHaveTlsByOption() {
        // Nobody speaks TLS there.
        String node = "127.0.0.1:" + RedisCluster.shared().masters().get(0).port();
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> JoinStores.open("redis+cluster://" + node + "?tls=true&timeout=500", config));
        holds("redis+cluster://" + node + "?tls=false");
    }

    private static SSLContext certificate(Path store, String name) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=redis",
                        "-ext",
                        name,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(store.resolveSibling("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
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
                "redis://h?guessBytes=-1                     | guessBytes \"-1\"",
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
    void serversThatRepeatThePasswordAreNotQuoted() throws Exception {
        try (FakeServer server = new FakeServer(command -> "-ERR unknown command '" + command.get(0)
                + "', with args beginning with: "
                + command.stream().skip(1).map(arg -> "'" + arg + "' ").collect(Collectors.joining())
                + "\r\n")) {
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
            Clients.store(client).closingClient().build().close();
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
