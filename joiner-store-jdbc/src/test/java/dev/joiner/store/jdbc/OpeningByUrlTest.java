package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.joiner.JoinerException;
import dev.joiner.StoreException;
import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStores;
import dev.joiner.spi.KeyCodec;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.JavaProcess;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpeningByUrlTest {
    @TempDir
    Path folder;

    private final JoinStoreConfig<String, String> config =
            JoinStoreConfig.of(UUID.randomUUID().toString(), KeyCodec.string(), Codec.string());

    private static Versioned<String> open(String value) {
        return Versioned.of(
                1,
                new JoinState<>(
                        new Join<>(value, 1, 1_000, JoinState.NEVER, JoinState.NEVER, List.of(), false),
                        List.of(),
                        null,
                        0));
    }

    private void assertKeepsJoins(String url) {
        try (JoinStore<String, String> store = JoinStores.open(url, config)) {
            assertThat(store).isInstanceOf(JdbcJoinStore.class);
            assertThat(store.compareAndExchange("k", null, open("a")).won()).isTrue();
        }
        try (JoinStore<String, String> store = JoinStores.open(url, config)) {
            assertThat(store.find("k").state().open().value()).isEqualTo("a");
        }
    }

    @Test
    void fileOfH2() {
        assertKeepsJoins("jdbc:h2:" + folder.resolve("joins"));
        assertThat(folder.resolve("joins.mv.db")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:h2:file:%s/joins", "JDBC:h2:%s/joins", "jdbc:h2:nio:%s/joins;WRITE_DELAY=0"})
    void fileOfH2InOtherWords(String url) {
        assertKeepsJoins(url.replace("%s", folder.toString()));
    }

    @Test
    void fileOfH2KeepsWhatItHasAcknowledged() throws Exception {
        String url = "jdbc:h2:" + folder.resolve("joins");
        try (JdbcJoinStore<String, String> store = (JdbcJoinStore<String, String>) JoinStores.open(url, config);
                var connection = store.handOverDataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT setting_value FROM information_schema.settings"
                        + " WHERE setting_name = 'WRITE_DELAY'")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @Test
    void fileOfH2SurvivesAnInterrupt() {
        try (JoinStore<String, String> store = JoinStores.open("jdbc:h2:" + folder.resolve("joins"), config)) {
            Thread.currentThread().interrupt();
            try {
                store.compareAndExchange("k", null, open("a"));
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(store.find("k")).isNotNull();
        }
    }

    @Test
    void fileOfH2IsOfOneProcess() {
        String url = "jdbc:h2:nio:" + folder.resolve("joins");
        try (JoinStore<String, String> store = JoinStores.open(url, config)) {
            assertThat(store.size()).isZero();

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JoinStores.open("jdbc:h2:" + folder.resolve("joins"), config))
                    .withMessage("jdbc:h2 cannot be opened: its file is in use, and is for one process at a time");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
    void fileOfH2IsThereUntilItIsClosedWhenTheJvmIsAskedToEnd() {
        String file = folder.resolve("joins").toString();
        try (JavaProcess process = JavaProcess.start(EndsInAnOrderlyManner.class, file)) {
            process.awaitLine("open");

            ProcessHandle.of(process.pid()).orElseThrow().destroy();

            assertThat(process.readRemainingLines()).as(process.errors()).containsExactly("written");
        }
        assertKeepsJoins("jdbc:h2:" + file);
    }

    /** Writes once more when it is asked to end, after everybody else has had the time to do the same. */
    static final class EndsInAnOrderlyManner {
        private EndsInAnOrderlyManner() {}

        public static void main(String[] args) throws InterruptedException {
            JoinStoreConfig<String, String> config = JoinStoreConfig.of("n", KeyCodec.string(), Codec.string());
            JoinStore<String, String> store = JoinStores.open("jdbc:h2:" + args[0], config);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
                store.compareAndExchange("other", null, open("a"));
                System.out.println("written");
                store.close();
            }));
            System.out.println("open");
            Thread.currentThread().join();
        }
    }

    @Test
    void hostThatHasNoAddressIsNamed() {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> JoinStores.open("jdbc:postgresql://no-such-host.invalid/db?user=u", config))
                .withMessageContaining("no-such-host.invalid");
    }

    @Test
    void memoryOfH2WithoutNameIsEachStoresOwn() {
        try (JoinStore<String, String> store = JoinStores.open("jdbc:h2:mem:", config);
                JoinStore<String, String> other = JoinStores.open("jdbc:h2:mem:", config)) {
            store.compareAndExchange("k", null, open("a"));

            assertThat(store.size()).isEqualTo(1);
            assertThat(other.size()).isZero();
        }
    }

    @Test
    void memoryOfH2WithNameIsShared() {
        String url = "jdbc:h2:mem:" + UUID.randomUUID();
        try (JoinStore<String, String> store = JoinStores.open(url, config);
                JoinStore<String, String> other = JoinStores.open(url, config)) {
            store.compareAndExchange("k", null, open("a"));

            assertThat(other.size()).isEqualTo(1);
        }
    }

    @Test
    void postgres() {
        assertKeepsJoins(PostgresServer.shared().jdbcUrl());
    }

    @Test
    void mariaDb() {
        assertKeepsJoins(MariaDbServer.shared().jdbcUrl());
    }

    @Test
    void mariaDbThroughTheDriverOfMySql() {
        MariaDbServer server = MariaDbServer.shared();

        assertKeepsJoins("jdbc:mysql://" + server.user() + "@127.0.0.1:" + server.port() + "/" + server.database()
                + "?sslMode=DISABLED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:oracle:thin:@host", "jdbc:", "jdbc:sqlite:joins"})
    void otherDatabasesAreRefusedByName(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JoinStores.open(url, config))
                .withMessageContaining("[h2, mariadb, mysql, postgresql]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://127.0.0.1:1/db?user=u&password=hush%21hush&connectTimeout=1",
                "jdbc:mariadb://127.0.0.1:1/db?user=u&password=hush%21hush",
                "jdbc:mysql://u:hush%21hush@127.0.0.1:1/db",
                "jdbc:h2:/no/such/folder/joins;USER=sa;PASSWORD=hush!hush;NO_SUCH_OPTION=1",
                "jdbc:h2:tcp://127.0.0.1:1/joins;PASSWORD=hush!hush"
            })
    void noMessageHasThePassword(String url) {
        Throwable failure = catchThrowable(() -> JoinStores.open(url, config));

        assertThat(failure).isInstanceOf(JoinerException.class).hasMessageContaining(url.substring(0, 7));
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace, true));
        assertThat(trace.toString()).doesNotContain("hush");
    }

    @Test
    void aWrongPasswordIsAStoreExceptionWithoutIt() {
        String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";USER=one;PASSWORD=";
        try (JoinStore<String, String> store = JoinStores.open(url + "right", config)) {
            assertThat(store.size()).isZero();

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JoinStores.open(url + "hush", config))
                    .withMessageContaining("Wrong user name or password")
                    .withMessageNotContaining("hush");
        }
    }
}
