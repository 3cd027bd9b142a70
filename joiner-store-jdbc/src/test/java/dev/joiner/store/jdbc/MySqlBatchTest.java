package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How MySQL goes about large batches in a namespace that is larger, and what they lock. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MySqlBatchTest {
    private static final String TABLE = "planned_joins";
    private static final int ROWS = 5_000;
    private static final int BATCH = 1_000;
    /** Long, as those of users may be. */
    private static final String KEY = "order-of-somebody-who-has-a-long-name-and-many-orders-%05d";

    private HikariDataSource pool;
    private String namespace;
    private MySqlJoinTable table;

    @BeforeAll
    void open() {
        HikariConfig config = new HikariConfig();
        MySqlContractTest.mySql(config);
        config.addDataSourceProperty("sessionVariables", "innodb_lock_wait_timeout=1");
        pool = new HikariDataSource(config);
    }

    @AfterAll
    void close() {
        if (pool != null) {
            pool.close();
        }
    }

    private static String key(int number) {
        return KEY.formatted(number);
    }

    private static Row row(int number, long version) {
        return new Row(key(number), version, new byte[] {1}, null, 1_000L + number, 0L, 1, 0, 0, null);
    }

    /** The namespace is newer than the statistics: MySQL thinks that there is little in any. */
    @BeforeEach
    void fill() throws SQLException {
        namespace = UUID.randomUUID().toString();
        JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .table(TABLE)
                .valueCodec(Codec.bytes())
                .createTableIfMissing()
                .build()
                .close();
        table = new MySqlJoinTable(TABLE, namespace);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE " + TABLE + " STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0");
            for (int i = 0; i < 200; i++) {
                new MySqlJoinTable(TABLE, "other-" + i).insert(connection, row(0, i));
            }
            statement.execute("ANALYZE TABLE " + TABLE);
            for (int from = 0; from < ROWS; from += BATCH) {
                assertThat(table.insertAll(
                                connection,
                                IntStream.range(from, from + BATCH)
                                        .mapToObj(i -> row(i, i))
                                        .toList()))
                        .hasSize(BATCH);
            }
        }
    }

    @AfterEach
    void drop() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE " + TABLE);
        }
    }

    /** Every fourth row, from the second on; the first change is stale if it is to be. */
    private static List<RowChange> changes(boolean deletes, boolean withStale) {
        List<RowChange> changes = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            int number = 1 + 4 * i;
            Row next = deletes ? null : row(number, 100_000 + number);
            changes.add(new RowChange(key(number), withStale && i == 0 ? -1 : number, next));
        }
        return changes;
    }

    private interface Written {
        void by(Connection connection) throws SQLException;
    }

    /** Somebody else's keys, between those of the batch and behind them, can be written before it is committed. */
    private void assertLocksItsOwnRowsOnly(Written written) throws SQLException {
        try (Connection connection = pool.getConnection();
                Connection other = pool.getConnection()) {
            connection.setAutoCommit(false);
            written.by(connection);
            for (int number : new int[] {0, 2, 2003, 4998, 4999}) {
                assertThat(table.change(other, new RowChange(key(number), number, row(number, -number - 1)))
                                .won())
                        .isTrue();
            }
            connection.rollback();
        }
    }

    @Test
    void updatesLockTheirRowsOnly() throws SQLException {
        assertLocksItsOwnRowsOnly(connection ->
                assertThat(table.updateAll(connection, changes(false, false))).hasSize(BATCH));
    }

    @Test
    void updatesOfWhichOneIsStaleLockTheirRowsOnly() throws SQLException {
        assertLocksItsOwnRowsOnly(connection -> assertThat(table.updateAll(connection, changes(false, true)))
                .hasSize(BATCH - 1)
                .doesNotContain(key(1)));
    }

    @Test
    void deletesLockTheirRowsOnly() throws SQLException {
        assertLocksItsOwnRowsOnly(connection ->
                assertThat(table.deleteAll(connection, changes(true, false))).hasSize(BATCH));
    }

    @Test
    void deletesOfWhichOneIsStaleLockTheirRowsOnly() throws SQLException {
        assertLocksItsOwnRowsOnly(connection -> assertThat(table.deleteAll(connection, changes(true, true)))
                .hasSize(BATCH - 1)
                .doesNotContain(key(1)));
    }

    private static long status(Connection connection, String name) throws SQLException {
        try (PreparedStatement show = connection.prepareStatement("SHOW SESSION STATUS LIKE '" + name + "'");
                ResultSet rows = show.executeQuery()) {
            rows.next();
            return rows.getLong(2);
        }
    }

    @Test
    void manyKeysAreFoundWithoutReadingTheOthers() throws SQLException {
        List<String> keys = changes(true, false).stream().map(RowChange::key).toList();
        try (Connection connection = pool.getConnection()) {
            long before = status(connection, "Handler_read_next");

            assertThat(table.findAll(connection, keys)).hasSize(BATCH);

            assertThat(status(connection, "Handler_read_next") - before).isLessThanOrEqualTo(BATCH);
        }
    }

    private void assertRoundTrips(int expected, Written written) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            long before = status(connection, "Questions");
            written.by(connection);
            assertThat(status(connection, "Questions") - before - 1).isEqualTo(expected);
        }
    }

    @Test
    void batchesTakeFewRoundTrips() throws SQLException {
        List<Row> fresh =
                IntStream.range(ROWS, ROWS + BATCH).mapToObj(i -> row(i, i)).toList();
        assertRoundTrips(1, connection -> table.insertAll(connection, fresh));
        assertRoundTrips(3, connection -> table.updateAll(connection, changes(false, false)));
        assertRoundTrips(
                3,
                connection -> table.deleteAll(
                        connection,
                        fresh.stream()
                                .map(row -> new RowChange(row.key(), row.version(), null))
                                .toList()));
    }

    /** What a transaction saw first is not what it locks later. */
    @Test
    void lockReturnsWhatIsThereNow() throws SQLException {
        try (Connection connection = pool.getConnection();
                Connection other = pool.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(table.find(connection, key(7)).version()).isEqualTo(7);
            Row next = new Row(key(7), 70, new byte[] {7}, null, null, 0L, 1, 0, 0, null);
            assertThat(table.change(other, new RowChange(key(7), 7, next)).won())
                    .isTrue();

            assertThat(table.lock(connection, Row.placeholder(key(7), 71))
                            .stored()
                            .state())
                    .containsExactly(7);

            connection.rollback();
        }
    }
}
