package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.JoinerException;
import dev.joiner.StoreException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tables a store takes on one database, and what it says of others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TableDefinitionContract {
    /** What a store keeps free for the hand-over of a join, and what the test's states take beside their values. */
    private static final int ROOM_OF_A_HAND_OVER = 2_000;

    private static final int MOST_TRIED = 16 << 20;

    private final Consumer<HikariConfig> options;
    private final JdbcDialect dialect;
    /** A type of state that takes little, and what a store throws for one that is too large. */
    private final String smallState;

    private final Class<? extends JoinerException> tooLarge;
    /** A type of text that takes different keys for the same. */
    private final String foldingText;

    private HikariDataSource pool;

    TableDefinitionContract(
            Consumer<HikariConfig> options,
            JdbcDialect dialect,
            String smallState,
            Class<? extends JoinerException> tooLarge,
            String foldingText) {
        this.options = options;
        this.dialect = dialect;
        this.smallState = smallState;
        this.tooLarge = tooLarge;
        this.foldingText = foldingText;
    }

    @BeforeAll
    void openPool() throws SQLException {
        HikariConfig config = new HikariConfig();
        options.accept(config);
        pool = new HikariDataSource(config);
        prepare();
    }

    @AfterAll
    void closePool() {
        pool.close();
    }

    /** Prepares the database for {@code foldingText}. */
    void prepare() throws SQLException {}

    final void run(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String newName() {
        return "t" + UUID.randomUUID().toString().replace("-", "");
    }

    /** Runs the file in the jar as an operator would, with changes. */
    final String tableWith(String... textsAndReplacements) throws SQLException, IOException {
        String name = newName();
        String file;
        try (var in = JdbcJoinStore.class.getResourceAsStream(dialect.definition())) {
            file = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("--.*", "");
        }
        for (int i = 0; i < textsAndReplacements.length; i += 2) {
            assertThat(file).containsPattern(textsAndReplacements[i]);
            file = file.replaceAll(textsAndReplacements[i], textsAndReplacements[i + 1]);
        }
        for (String sql : file.replace("joiner_joins", name).split(";", -1)) {
            if (!sql.isBlank()) {
                run(sql);
            }
        }
        return name;
    }

    private JdbcJoinStore.Builder<String, String> builder(String table) {
        return JdbcJoinStore.builder(pool).namespace("test").table(table).valueCodec(Codec.string());
    }

    private static Versioned<String> open(String value) {
        return Versioned.of(
                value.hashCode(),
                new JoinState<>(
                        new Join<>(value, 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false),
                        List.of(),
                        null,
                        0));
    }

    final void assertRefused(String table, String... problem) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> builder(table).build())
                .withMessageContaining(table)
                .satisfies(
                        e -> assertThat(e.getMessage().toLowerCase(Locale.ROOT)).contains(problem));
    }

    @Test
    void theTableOfTheFileInTheJarIsTaken() throws Exception {
        JdbcJoinStore<String, String> store = builder(tableWith()).build();

        assertThat(store.compareAndExchange("k", null, open("a")).won()).isTrue();
    }

    @Test
    void aTableThatIsMissingIsCreatedOnlyIfToldSo() {
        String name = newName();

        assertRefused(name, "is not there", dialect.definition(), "createtableifmissing");
        builder(name).createTableIfMissing().build();
        assertThat(builder(name).build().size()).isZero();
        builder(name).createTableIfMissing().build();
    }

    @Test
    void tableOfPartsThatIsMissingIsCreatedOnlyIfToldSo() throws Exception {
        String name = tableWith();
        run("DROP TABLE " + name + "_parts");

        assertRefused(name, name + "_parts is not there", dialect.definition(), "createtableifmissing");
        builder(name).createTableIfMissing().build();
        assertThat(builder(name).build().parts("k", 7, 0, 10)).isEmpty();
    }

    @Test
    void tablesThatAreMissingAreCreatedWithoutAutoCommit() throws Exception {
        HikariConfig config = new HikariConfig();
        options.accept(config);
        config.setJdbcUrl(pool.getJdbcUrl());
        config.setAutoCommit(false);
        String withoutParts = tableWith();
        run("DROP TABLE " + withoutParts + "_parts");
        try (HikariDataSource withoutAutoCommit = new HikariDataSource(config)) {
            for (String name : List.of(newName(), withoutParts)) {
                JdbcJoinStore.builder(withoutAutoCommit)
                        .namespace("test")
                        .table(name)
                        .valueCodec(Codec.string())
                        .createTableIfMissing()
                        .build();
                assertThat(builder(name).build().size()).isZero();
            }
        }
    }

    @Test
    void nameOfATableLeavesRoomForThatOfItsParts() {
        String name = "t" + newName() + "x".repeat(20);
        assertThat(name).hasSize(54);

        builder(name).createTableIfMissing().build();
        assertThat(builder(name).build().parts("k", 7, 0, 10)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> builder(name + "x"));
    }

    @Test
    void severalNodesMayCreateTheTableAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            for (int round = 0; round < 5; round++) {
                String name = newName();
                List<Future<JdbcJoinStore<String, String>>> building = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    building.add(threads.submit(
                            () -> builder(name).createTableIfMissing().build()));
                }
                for (Future<JdbcJoinStore<String, String>> built : building) {
                    assertThat(built.get().size()).isZero();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aColumnThatIsMissingIsNamed() throws Exception {
        assertRefused(tableWith("first_at ", "renamed "), "column", "first_at");
    }

    /** Each column by a type that would cut, pad or refuse what is written to it. */
    @ParameterizedTest
    @CsvSource({
        "namespace, VARCHAR(99)",
        "namespace, CHAR(100)",
        "join_key, VARCHAR(255)",
        "join_key, CHAR(255)",
        "version, INTEGER",
        "version, 'DECIMAL(19)'",
        "state, VARCHAR(1000)",
        "join_value, INTEGER",
        "due_at, INTEGER",
        "due_at, TIMESTAMP",
        "first_at, INTEGER",
        "open_parts, SMALLINT",
        "in_flight, SMALLINT",
        "attempts, SMALLINT",
        "attempts, VARCHAR(20)",
        "last_error, VARCHAR(499)",
        "last_error, INTEGER"
    })
    void columnThatWouldNotKeepWhatIsWrittenIsNamed(String column, String type) throws Exception {
        boolean nullable =
                Set.of("join_value", "due_at", "first_at", "last_error").contains(column);
        String table = tableWith("(?m)^ *" + column + " [^,]+,", column + " " + type + (nullable ? "," : " NOT NULL,"));

        assertRefused(table, column, dialect.definition() + " in the jar");
    }

    @ParameterizedTest
    @CsvSource({"number, INTEGER", "position, SMALLINT", "id, INTEGER", "id, VARCHAR(100)", "part, VARCHAR(1000)"})
    void columnThatWouldNotKeepWhatIsCollectedIsNamed(String column, String type) throws Exception {
        boolean nullable = Set.of("id", "part").contains(column);
        String table = tableWith("(?m)^ *" + column + " [^,]+,", column + " " + type + (nullable ? "," : " NOT NULL,"));

        assertRefused(table, table + "_parts", column, dialect.definition() + " in the jar");
    }

    @Test
    void twoNodesCouldAppendTwoPartsInOnePlace() throws Exception {
        String table = tableWith("(?s),\\s*PRIMARY KEY \\(namespace, join_key, number, position\\)", "");

        assertRefused(table, table + "_parts", "no primary key");
    }

    @Test
    void partThatIsLargerThanItsColumnIsNotWritten() throws Exception {
        JdbcJoinStore<String, String> store = builder(
                        tableWith("(?m)^ *part [^,]+,", "part " + smallState.replace("state", "part") + ","))
                .build();

        assertThatExceptionOfType(tooLarge)
                .isThrownBy(() -> store.compareAndExchange("k", null, collecting(new byte[70_000])));

        assertThat(store.find("k")).isNull();
        assertThat(store.parts("k", 7, 0, 10)).isEmpty();
    }

    private static Versioned<String> collecting(byte[] part) {
        StoredParts parts = StoredParts.none(7).with("id", part);
        return Versioned.of(
                1,
                new JoinState<>(
                        new Join<>("v", 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false, parts),
                        List.of(),
                        null,
                        0));
    }

    @Test
    void partAsLargeAsTheLimitIsWritten() throws Exception {
        JdbcJoinStore<String, String> store = builder(tableWith()).build();
        byte[] part =
                "'".repeat((int) Math.min(store.maxEntryBytes(), MOST_TRIED)).getBytes(StandardCharsets.UTF_8);

        assertThat(store.compareAndExchange("k", null, collecting(part)).won()).isTrue();

        assertThat(store.parts("k", 7, 0, 10))
                .singleElement()
                .satisfies(kept -> assertThat(kept.bytes()).isEqualTo(part));
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespace", "join_key"})
    void columnThatWouldTakeKeysForOthersIsNamed(String column) throws Exception {
        // No index of MariaDB's has two columns of 500 such letters.
        String folding = column.equals("namespace") ? foldingText.replace("500", "100") : foldingText;

        assertRefused(tableWith(column + " +VARCHAR\\(\\d+\\)[^,]*NOT NULL", column + " " + folding), column);
    }

    /** A database that folds names folds that of the table too. */
    @Test
    void nameMayHaveCapitals() throws Exception {
        String name = newName().toUpperCase(Locale.ROOT);

        JdbcJoinStore<String, String> store =
                builder(name).createTableIfMissing().build();

        store.compareAndExchange("k", null, open("a"));
        assertThat(builder(name).build().size()).isEqualTo(1);
    }

    @Test
    void twoNodesCouldBeginOneJoinTwice() throws Exception {
        assertRefused(tableWith("(?s),\\s*PRIMARY KEY \\(namespace, join_key\\)", ""), "no primary key");
        assertRefused(
                tableWith("PRIMARY KEY \\(namespace, join_key\\)", "PRIMARY KEY (namespace, join_key, version)"),
                "primary key");
    }

    @Test
    void aLaterVersionOfTheFormatIsRefused() throws Exception {
        assertRefused(tableWith("joiner format 1", "joiner format 2"), "format 2", "knows 1");
    }

    @Test
    void aStateThatIsLargerThanItsColumnIsNotWritten() throws Exception {
        JdbcJoinStore<String, String> store = builder(tableWith("state [A-Z ]+(?= NOT NULL)", "state " + smallState))
                .build();
        Versioned<String> small = open("a");
        store.compareAndExchange("k", null, small);

        assertThatExceptionOfType(tooLarge)
                .isThrownBy(() ->
                        store.compareAndExchange("k", small, open("\0" + "x".repeat(70_000)))); // not kept as text

        assertThat(store.find("k")).isEqualTo(small);
    }

    /** Of bytes of which some drivers make two. */
    private static Versioned<String> ofQuotes(long count) {
        return open("'".repeat((int) count));
    }

    @Test
    void aStateAsLargeAsTheLimitIsWrittenAloneAndInBatches() throws Exception {
        JdbcJoinStore<String, String> store = builder(tableWith()).build();
        long limit = Math.min(store.maxEntryBytes(), MOST_TRIED);
        Versioned<String> large = ofQuotes(limit - ROOM_OF_A_HAND_OVER);

        assertThat(store.compareAndExchange("k", null, large).won()).isTrue();
        assertThat(store.compareAndExchangeAll(List.of(
                        new Change<>("k", large, ofQuotes(limit - ROOM_OF_A_HAND_OVER - 1)),
                        new Change<>("l", null, large),
                        new Change<>("m", null, ofQuotes(store.maxEntryBytes() > limit ? 1 : limit)))))
                .extracting(Exchange::won)
                .containsExactly(true, true, store.maxEntryBytes() > limit);

        assertThat(store.find("l").state()).isEqualTo(large.state());
        assertThat(store.due(Instant.MIN, Instant.MAX, 10)).isEmpty();
    }

    @Test
    void largeStatesAreKept() throws Exception {
        JdbcJoinStore<String, String> store = builder(tableWith()).build();
        Versioned<String> large = open("x".repeat(1_000_000));

        assertThat(store.compareAndExchange("k", null, large).won()).isTrue();

        assertThat(store.find("k").state()).isEqualTo(large.state());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "joins;", "a.b.c", "1st", "\"quoted\"", "jöins", "a."})
    void aNameThatIsNoIdentifierIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder(name))
                .withMessageContaining("table is \"" + name + "\"");
    }

    @Test
    void aTableMayBeInAnotherSchema() throws Exception {
        String schema = "s" + newName();
        run("CREATE SCHEMA " + schema);

        JdbcJoinStore<String, String> store =
                builder(schema + ".joins").createTableIfMissing().build();
        store.compareAndExchange("k", null, open("a"));

        assertThat(builder(schema + ".joins").build().size()).isEqualTo(1);
        assertRefused(schema + ".others", "is not there");
        assertRefused("no_such_schema.joins", "is not there");
    }
}
