package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.JoinerException;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import dev.joiner.test.servers.JavaProcess;
import dev.joiner.test.servers.MariaDbServer;
import dev.joiner.test.servers.PostgresServer;
import dev.joiner.test.servers.TcpProxy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.h2.Driver;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

class OpeningByUrlTest {
    @TempDir
    Path folder;

    private final JoinStoreConfig<String, String> config =
            JoinStoreConfig.of(UUID.randomUUID().toString(), KeyCodec.string(), Codec.string());

    private static Versioned<String> open(String value) {
        return Versioned.of(
                1,
                new JoinState<>(
                        new Join<>(value, 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false),
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
                    .withMessage("jdbc:h2:" + folder.resolve("joins")
                            + " cannot be opened: its file is in use, and is for one process at a time");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jdbc:h2:%s/none;IFEXISTS=TRUE | jdbc:h2:%s/none cannot be opened: Database \"%s/none\" not found",
                "jdbc:h2:file:%s/none;IFEXISTS=TRUE | jdbc:h2:file:%s/none cannot be opened: Database \"%s/none\" not found",
                "jdbc:h2:none | jdbc:h2:none cannot be opened: A file path that is implicitly relative to the current working"
                        + " directory is not allowed in the database URL \"jdbc:h2:none\".",
                "jdbc:h2:%s/joins;USER=other;PASSWORD=hush | jdbc:h2:%s/joins cannot be opened: Wrong user name or password",
                "jdbc:h2:async:%s/none;IFEXISTS=TRUE | jdbc:h2:async:%s/none cannot be opened: Database \"async:%s/none\" not",
                "jdbc:h2:mem:;IFEXISTS=TRUE | jdbc:h2:mem: cannot be opened: Database "
            })
    void urlOfH2IsNamedAsItsUserWroteIt(String url, String message) {
        JoinStores.open("jdbc:h2:" + folder.resolve("joins") + ";USER=one", config)
                .close();

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> JoinStores.open(url.replace("%s", folder.toString()), config))
                .withMessageStartingWith(message.replace("%s", folder.toString()));
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
    void fileOfH2ThatClosedItselfOnAFullDiskIsOpenedAgain() {
        FilePath.register(new FullDisk());
        try (JoinStore<String, String> store = JoinStores.open("jdbc:h2:fulldisk:" + folder.resolve("joins"), config)) {
            store.compareAndExchange("k", null, open("a"));
            FullDisk.IS_FULL.set(true);
            try {
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> store.compareAndExchange("l", null, open("x".repeat(100_000))));
            } finally {
                FullDisk.IS_FULL.set(false);
            }

            assertThat(store.find("k").state().open().value()).isEqualTo("a");
            assertThat(store.compareAndExchange("m", null, open("b")).won()).isTrue();
            assertThat(store.findAll(List.of("k", "m"))).doesNotContainNull();
        }
    }

    @Test
    void postgresThatIsStartingIsWaitedFor() {
        PostgresServer server = PostgresServer.shared();
        try (TcpProxy starting = TcpProxy.to(server.port())) {
            starting.inject(new StartingPostgres(5));
            String url = server.jdbcUrl().replace(":" + server.port() + "/", ":" + starting.port() + "/");

            assertKeepsJoins(url + "&sslmode=disable");
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

    /** Is loaded where no HikariCP is. */
    public static final class OpeningWithoutPool implements Callable<String> {
        public OpeningWithoutPool() {}

        @Override
        public String call() throws ClassNotFoundException {
            Thread.currentThread().setContextClassLoader(getClass().getClassLoader()); // which finds the stores
            Class.forName("org.h2.Driver"); // DriverManager has looked for drivers before, elsewhere
            JoinStoreConfig<String, String> config = JoinStoreConfig.of("any", KeyCodec.string(), Codec.string());
            return Stream.of("jdbc:h2:mem:any", "memory:")
                    .map(url ->
                            catchThrowable(() -> JoinStores.open(url, config)).getMessage())
                    .collect(Collectors.joining("\n"));
        }
    }

    @Test
    void poolIsNeededForItsUrlsOnlyAndAskedFor() throws Exception {
        List<URL> places = Stream.of(
                        JoinStores.class,
                        JdbcJoinStore.class,
                        OpeningByUrlTest.class,
                        Caffeine.class,
                        Driver.class,
                        Assertions.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .toList();
        ClassLoader here = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader withoutPool =
                new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Callable<?> opening = (Callable<?>) withoutPool
                    .loadClass(OpeningWithoutPool.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();

            assertThat(opening.call().toString().lines())
                    .satisfiesExactly(
                            jdbc -> assertThat(jdbc).contains("add com.zaxxer:HikariCP"),
                            memory -> assertThat(memory).contains("no store for memory", "[jdbc]"));
        } finally {
            Thread.currentThread().setContextClassLoader(here);
        }
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

    /** As a message of the database's has it. */
    @Test
    void decodedPasswordIsNotShownEither() {
        String url = PostgresServer.shared().jdbcUrl().replace("/postgres?", "/hush!hush?") + "&password=hush%21hush";

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> JoinStores.open(url, config))
                .withMessageContaining("database \"***\" does not exist");
    }

    @Test
    void aWrongPasswordIsAStoreExceptionWithoutIt() {
        String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";USER=one;PASSWORD=";
        try (JoinStore<String, String> store = JoinStores.open(url + "right", config)) {
            assertThat(store.size()).isZero();
            assertThat(store)
                    .asString()
                    .contains("JdbcJoinStore", "H2", config.namespace())
                    .doesNotContain("right");

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> JoinStores.open(url + "hush", config))
                    .withMessageContaining("Wrong user name or password")
                    .withMessageNotContaining("hush");
        }
    }

    @Nested
    class Options {
        private final String h2 = "jdbc:h2:mem:" + UUID.randomUUID();

        private JdbcJoinStore<String, String> opened(String url) {
            return (JdbcJoinStore<String, String>) JoinStores.open(url, config);
        }

        private static int connections(JdbcJoinStore<?, ?> store) throws SQLException {
            return store.handOverDataSource().unwrap(HikariDataSource.class).getMaximumPoolSize();
        }

        @Test
        void reachTheStoreAndTheOthersReachTheDriver() throws SQLException {
            try (JdbcJoinStore<String, String> store = opened(
                            h2
                                    + ";table=orders;LOCK_TIMEOUT=321;cacheBytes=0;maxEntryBytes=5000;lockTimeout=70;poolSize=3");
                    Connection connection = store.handOverDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                Versioned<String> begun = open("a");
                store.compareAndExchange("k", null, begun);

                assertThat(store.toString()).contains("table orders");
                assertThat(store.maxEntryBytes()).isEqualTo(5_000);
                assertThat(store.guess("k")).as("nothing is remembered").isNull();
                assertThat(connections(store)).isEqualTo(3);
                try (ResultSet timeout = statement.executeQuery("SELECT LOCK_TIMEOUT()")) {
                    timeout.next();
                    assertThat(timeout.getInt(1)).isEqualTo(321);
                }
            }
        }

        @Test
        void standInAQueryForServers() throws SQLException {
            String url = PostgresServer.shared().jdbcUrl();
            String withOptions =
                    url + (url.contains("?") ? "&" : "?") + "poolSize=2&ApplicationName=orders&pooling=transaction";
            try (JdbcJoinStore<String, String> store = opened(withOptions);
                    Connection connection = store.handOverDataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet name = statement.executeQuery("SHOW application_name")) {
                name.next();
                assertThat(name.getString(1)).isEqualTo("orders");
                assertThat(connections(store)).isEqualTo(2);
                assertThat(connection.unwrap(PGConnection.class).getPrepareThreshold())
                        .isZero();
            }
        }

        @Test
        void tableIsNotCreatedIfTheUrlSaysSo() {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> opened(h2 + ";createTable=false"))
                    .withMessageContaining("is not there");
            opened(h2 + ";DB_CLOSE_DELAY=-1;createTable=true").close();
            opened(h2 + ";createTable=false").close();
        }

        @ParameterizedTest
        @CsvSource({
            "poolSize=0,poolSize is \"0\"; must be a number from 1 to 10000",
            "maxEntryBytes=1k,maxEntryBytes is \"1k\"; must be a number from 1 to 9223372036854775807",
            "cacheBytes=-1,cacheBytes is \"-1\"; must be a number from 0 to 9223372036854775807",
            "lockTimeout=,lockTimeout is \"\"; must be a number from 1 to 2147483647",
            "createTable=no,createTable is \"no\"; must be true or false",
            "pooling=session,pooling is \"session\"; must be transaction",
            "pooling=transaction,pooling is an option for PostgreSQL",
            "table=a b,table is \"a b\"",
            "table=a;table=b,option table is set twice",
        })
        void thatMeanNothingAreNamed(String options, String problem) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> opened(h2 + ";" + options))
                    .withMessageContaining(problem.replace(';', ','));
        }
    }

    @Test
    void storesOfOneUrlShareAPoolUntilTheLastIsClosed() throws SQLException {
        String url = "jdbc:h2:mem:" + UUID.randomUUID();
        JoinStoreConfig<String, String> others = JoinStoreConfig.of("others", KeyCodec.string(), Codec.string());
        JdbcJoinStore<String, String> first = (JdbcJoinStore<String, String>) JoinStores.open(url, config);
        JdbcJoinStore<String, String> second = (JdbcJoinStore<String, String>) JoinStores.open(url, others);
        HikariDataSource pool = first.handOverDataSource().unwrap(HikariDataSource.class);
        assertThat(second.handOverDataSource().unwrap(HikariDataSource.class)).isSameAs(pool);

        first.close();
        first.close();
        assertThat(pool.isClosed()).isFalse();
        assertThat(second.find("k")).isNull();
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> first.find("k"));
        second.close();
        assertThat(pool.isClosed()).isTrue();

        try (JoinStore<String, String> again = JoinStores.open(url, config)) {
            assertThat(again.find("k")).isNull();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void fileOfH2IsForItsOwnerAlone() throws IOException {
        assertKeepsJoins("jdbc:h2:" + folder.resolve("joins"));

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).singleElement().satisfies(file -> {
                assertThat(file).hasFileName("joins.mv.db");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            });
        }
    }
}
