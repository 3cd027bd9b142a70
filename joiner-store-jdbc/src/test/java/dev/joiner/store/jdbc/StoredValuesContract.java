package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.ValueTooLargeException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.Versioned;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How values lie in the table of one database: as text that an operator reads, if they are text, and never too many in a page. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoredValuesContract {
    /** What a query of the docs selects. */
    private final String valueAndTotal;

    private final Consumer<HikariConfig> options;
    private final String namespace = UUID.randomUUID().toString();
    private HikariDataSource pool;

    StoredValuesContract(Consumer<HikariConfig> options, String total) {
        this.options = options;
        valueAndTotal = "join_value, " + total;
    }

    @BeforeAll
    void openPool() {
        HikariConfig config = new HikariConfig();
        options.accept(config);
        pool = new HikariDataSource(config);
    }

    @AfterAll
    void closePool() {
        pool.close();
    }

    private JdbcJoinStore.Builder<String, String> builder() {
        return builder(Codec.string());
    }

    private <V> JdbcJoinStore.Builder<String, V> builder(Codec<V> codec) {
        return JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .valueCodec(codec)
                .createTableIfMissing();
    }

    private static <V> Join<V> join(V value) {
        return new Join<>(value, 1, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
    }

    private static <V> Versioned<V> open(long version, V value) {
        return Versioned.of(version, new JoinState<>(join(value), List.of(), null, 0));
    }

    private static Versioned<String> failed(long version, String value, Join<String> open) {
        Flight<String> flight = new Flight<>(
                join(value), Cause.COMPLETE, Flight.Status.THREW, false, Flight.UNCLAIMED, 1, 3, "no route", 99);
        return Versioned.of(version, new JoinState<>(open, List.of(flight), null, 0));
    }

    private List<String> selected(String key) throws SQLException {
        return selected(valueAndTotal, key);
    }

    private List<String> selected(String columns, String key) throws SQLException {
        String select = "SELECT " + columns + " FROM joiner_joins WHERE namespace = ? AND join_key = ?";
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setString(1, namespace);
            statement.setString(2, key);
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                return row;
            }
        }
    }

    @Test
    void valueThatIsTextIsOneSelectAway() throws SQLException {
        JdbcJoinStore<String, String> store = builder().build();
        String order = "{\"total\":\"12 \u20ac\",\"lines\":[ 1,2 ]}";
        store.compareAndExchange("order", null, open(1, order));

        assertThat(selected("order")).containsExactly(order, "12 \u20ac");
    }

    @Test
    void valueOfWhatIsStuckIsShownBeforeThatOfWhatWaits() throws SQLException {
        JdbcJoinStore<String, String> store = builder().build();
        Versioned<String> waiting = open(1, "{\"total\":\"1\"}");
        Versioned<String> stuck = failed(2, "{\"total\":\"2\"}", join("{\"total\":\"3\"}"));
        store.compareAndExchange("stuck", null, waiting);
        store.compareAndExchange("stuck", waiting, stuck);

        assertThat(selected("stuck")).containsExactly("{\"total\":\"2\"}", "2");
        assertThat(store.find("stuck")).isEqualTo(stuck);
    }

    @Test
    void columnsTellWhatIsThere() throws SQLException {
        JdbcJoinStore<String, String> store = builder().build();
        Join<String> oldest = new Join<>("a", 2, 500, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        Join<String> waiting = new Join<>("c", 7, 700, 5_000, JoinState.NEVER, Ids.NONE, false);
        Versioned<String> held = Versioned.of(
                9,
                new JoinState<>(waiting, List.of(parked(oldest, 4, "no\0route"), parked(join("b"), 2, null)), null, 0));
        Versioned<String> remembered =
                Versioned.of(9, new JoinState<>(null, List.of(), new Closed(8_000, null, List.of()), 0));
        store.compareAndExchange("held", null, held);
        store.compareAndExchange("remembered", null, remembered);

        String columns = "version, due_at, first_at, open_parts, in_flight, attempts, last_error";
        assertThat(selected(columns, "held")).containsExactly("9", "5000", "500", "7", "2", "4", "no\ufffdroute");
        assertThat(selected(columns, "remembered")).containsExactly("9", "8000", null, "0", "0", "0", null);
        assertThat(store.find("held")).isEqualTo(held);
    }

    private static Flight<String> parked(Join<String> join, int attempts, String lastError) {
        return new Flight<>(
                join,
                Cause.COMPLETE,
                Flight.Status.PARKED,
                false,
                Flight.UNCLAIMED,
                1,
                attempts,
                lastError,
                JoinState.NEVER);
    }

    static List<String> texts() {
        return List.of(
                "",
                " ",
                "a ",
                "\r\n\t\u001f",
                "\0",
                "a\0b",
                "\ufffd",
                "\ufeff\uffff",
                "\ud83d\ude00",
                "e\u0301 \u00e9",
                "'\"\\%_?:x$1;--",
                "x".repeat(100_000),
                "\u20ac".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void textComesBackAsItWas(String text) {
        JdbcJoinStore<String, String> store = builder().build();
        String key = UUID.randomUUID().toString();
        Versioned<String> first = open(1, text);
        Versioned<String> next = open(2, text + "!");
        Versioned<String> last = open(3, text);

        assertThat(store.compareAndExchange(key, null, first).won()).isTrue();
        assertThat(store.find(key)).isEqualTo(first);
        assertThat(store.compareAndExchange(key, null, next).witness()).isEqualTo(first);
        assertThat(store.compareAndExchange(key, first, next).won()).isTrue();
        assertThat(store.compareAndExchange(key, first, last).witness()).isEqualTo(next);
        assertThat(store.compareAndExchange(key, first, null).witness()).isEqualTo(next);
        assertThat(store.compareAndExchange(key, next, last).won()).isTrue();
        assertThat(store.guess(key)).isEqualTo(last);
        assertThat(store.find(key)).isEqualTo(last);
    }

    @Test
    void textsOfABatchComeBackAsTheyWere() {
        JdbcJoinStore<String, String> store = builder().build();
        String prefix = UUID.randomUUID().toString();
        List<String> texts = texts();
        List<String> keys =
                IntStream.range(0, texts.size()).mapToObj(i -> prefix + i).toList();
        List<Versioned<String>> first =
                texts.stream().map(text -> open(1, "{" + text)).toList();
        List<Versioned<String>> next = texts.stream().map(text -> open(2, text)).toList();

        List<Versioned<String>> last = texts.stream().map(text -> open(3, text)).toList();

        assertThat(store.compareAndExchangeAll(changes(keys, null, first))).allMatch(Exchange::won);
        assertThat(store.findAll(keys)).isEqualTo(first);
        assertThat(store.compareAndExchangeAll(changes(keys, first, next))).allMatch(Exchange::won);
        assertThat(store.findAll(keys)).isEqualTo(next);
        assertThat(store.compareAndExchangeAll(changes(keys, first, last)))
                .extracting(Exchange::witness)
                .isEqualTo(next);
    }

    private static List<Change<String, String>> changes(
            List<String> keys, List<Versioned<String>> expected, List<Versioned<String>> next) {
        return IntStream.range(0, keys.size())
                .mapToObj(i -> new Change<>(keys.get(i), expected == null ? null : expected.get(i), next.get(i)))
                .toList();
    }

    @Test
    void bytesThatAreNotTextAreKeptAsBytes() throws SQLException {
        Codec<byte[]> mistaken = new Codec<>() {
            @Override
            public byte[] encode(byte[] value) {
                return value;
            }

            @Override
            public byte[] decode(byte[] bytes) {
                return bytes;
            }

            @Override
            public boolean isText() {
                return true;
            }
        };
        byte[] all = new byte[256];
        IntStream.range(0, all.length).forEach(i -> all[i] = (byte) i);
        for (byte[] bytes :
                List.of(all, new byte[] {(byte) 0xC3, 0x28}, "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1))) {
            for (Codec<byte[]> codec : List.of(mistaken, Codec.bytes())) {
                JdbcJoinStore<String, byte[]> store = builder(codec).build();
                String key = UUID.randomUUID().toString();
                store.compareAndExchange(key, null, open(1, bytes));

                assertThat(store.find(key).state().open().value()).isEqualTo(bytes);
                assertThat(selected(key)).containsOnlyNulls();
            }
        }
    }

    @Test
    void pageEndsWhereItIsFull() {
        JdbcJoinStore<String, String> store = JdbcJoinStore.builder(pool)
                .namespace(UUID.randomUUID().toString())
                .valueCodec(Codec.string())
                .build();
        int entries = 11;
        for (int i = 0; i < entries; i++) {
            store.compareAndExchange("key-" + (char) ('a' + i), null, open(1, "x".repeat(1 << 20)));
        }

        List<Integer> sizes = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        String cursor = null;
        do {
            Page<String, String> page = store.scan(cursor, 100);
            sizes.add(page.entries().size());
            page.entries().stream().map(Entry::key).forEach(keys::add);
            cursor = page.next();
        } while (cursor != null);

        assertThat(sizes).containsExactly(4, 4, 3);
        assertThat(keys).hasSize(entries).isSorted().doesNotHaveDuplicates();
        assertThat(store.scan(null, 3).entries()).hasSize(3);
        assertThat(store.scan("key-h", 3)).satisfies(page -> {
            assertThat(page.entries()).extracting(Entry::key).containsExactly("key-i", "key-j", "key-k");
            assertThat(store.scan(page.next(), 3)).isEqualTo(new Page<>(List.of(), null));
        });
        assertThat(store.scan("key-h", 4).next()).isNull();
    }

    @Test
    void entryLargerThanTheBuilderSaysIsRefusedAlone() {
        JdbcJoinStore<String, String> store = builder().maxEntryBytes(10_000).build();
        String key = UUID.randomUUID().toString();
        Versioned<String> large = open(1, "x".repeat(10_000));
        Versioned<String> small = open(1, "x");

        assertThat(store.maxEntryBytes()).isEqualTo(10_000);
        assertThatExceptionOfType(ValueTooLargeException.class)
                .isThrownBy(() -> store.compareAndExchange(key, null, large))
                .satisfies(e -> assertThat(e.limit()).isEqualTo(10_000));
        assertThat(store.compareAndExchangeAll(List.of(
                        new Change<>(key + 1, null, small),
                        new Change<>(key + 2, null, large),
                        new Change<>(key + 3, null, small))))
                .extracting(Exchange::won)
                .containsExactly(true, false, true);
        assertThat(store.find(key + 2)).isNull();
    }

    @Test
    void limitIsWhatServersAreMadeForUnlessTheBuilderSaysMore() {
        assertThat(builder().build().maxEntryBytes()).isBetween(4L << 20, 64L << 20);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void limitThatNothingMeetsIsRefused(long bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().maxEntryBytes(bytes))
                .withMessage("maxEntryBytes is " + bytes + ", must be at least 1");
    }
}
