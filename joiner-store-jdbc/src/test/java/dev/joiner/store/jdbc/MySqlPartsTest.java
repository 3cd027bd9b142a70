package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.spi.PartsChange.Range;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.store.jdbc.PartTable.KeyRange;
import dev.joiner.store.jdbc.PartTable.Look;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How many rows MariaDB and MySQL read of a join that is much larger. */
class MySqlPartsTest {
    private static final String TABLE = "counted_joins";
    private static final int PARTS = 5_000;
    private static final int FEW = 100;
    private static final long NUMBER = 7;

    abstract static class RowsRead {
        private final Consumer<HikariConfig> options;
        private final String namespace = UUID.randomUUID().toString();
        private final MySqlPartTable table = new MySqlPartTable(TABLE, namespace);
        private HikariDataSource pool;
        private Connection connection;

        RowsRead(Consumer<HikariConfig> options) {
            this.options = options;
        }

        /** The join is newer than the statistics. */
        @BeforeEach
        void fill() throws SQLException {
            HikariConfig config = new HikariConfig();
            options.accept(config);
            pool = new HikariDataSource(config);
            JdbcJoinStore.builder(pool)
                    .namespace(namespace)
                    .table(TABLE)
                    .valueCodec(Codec.bytes())
                    .createTableIfMissing()
                    .build()
                    .close();
            connection = pool.getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute("ALTER TABLE " + table.table + " STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0");
                statement.execute("ANALYZE TABLE " + table.table);
            }
            for (List<PartRow> rows : Chunks.of(IntStream.range(0, PARTS)
                    .mapToObj(i -> new PartRow("k", NUMBER, i, new Part("id-" + i, new byte[] {1})))
                    .toList())) {
                table.insert(connection, rows);
            }
        }

        @AfterEach
        void close() throws SQLException {
            if (connection != null) {
                connection.close();
                pool.close();
            }
        }

        private long rowsRead() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SHOW SESSION STATUS LIKE 'Handler_read%'")) {
                long read = 0;
                while (rows.next()) {
                    read += rows.getLong(2);
                }
                return read;
            }
        }

        private interface Work {
            void run() throws SQLException;
        }

        private void assertReadsFew(Work work) throws SQLException {
            long before = rowsRead();
            work.run();
            // SHOW itself reads some.
            long shown = rowsRead();
            assertThat(shown - before - (rowsRead() - shown)).isLessThan(FEW);
        }

        @Test
        void idIsFoundByItsIndex() throws SQLException {
            assertReadsFew(() -> assertThat(table.present(
                            connection, List.of(new Look("k", NUMBER, "id-4000"), new Look("k", NUMBER, "none"))))
                    .hasSize(1));
        }

        @Test
        void pageIsReadByItsPositions() throws SQLException {
            assertReadsFew(() -> assertThat(table.page(connection, "k", NUMBER, 4_000, 5, 1_000))
                    .hasSize(5));
        }

        @Test
        void lastPartsGoWithoutALookAtTheOthers() throws SQLException {
            List<KeyRange> ranges = List.of(new KeyRange("k", new Range(NUMBER, PARTS - 5, PARTS)));

            assertReadsFew(() -> table.strip(connection, ranges));
            assertThat(table.page(connection, "k", NUMBER, PARTS - 5, 5, 1_000))
                    .hasSize(5)
                    .allSatisfy(part -> assertThat(part.bytes()).isNull());
            assertReadsFew(() -> table.remove(connection, ranges));
            assertThat(table.page(connection, "k", NUMBER, PARTS - 6, 6, 1_000)).hasSize(1);
        }
    }

    @Nested
    class OfMariaDb extends RowsRead {
        OfMariaDb() {
            super(MariaDbContractTest::mariaDb);
        }
    }

    @Nested
    class OfMySql extends RowsRead {
        OfMySql() {
            super(MySqlContractTest::mySql);
        }
    }
}
