package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.test.servers.PostgresServer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.StringJoiner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** How PostgreSQL goes about statements on tables that it knows little of. */
class PostgresPlanTest {
    private static final String TABLE = "planned_joins";
    private static final String PARTS = TABLE + "_parts";
    private static final String NAMESPACE = "new";

    private final PostgresJoinTable table = new PostgresJoinTable(TABLE, NAMESPACE, Duration.ofSeconds(1));
    private Connection connection;

    @BeforeEach
    void create() throws SQLException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(PostgresServer.shared().jdbcUrl());
        connection = dataSource.getConnection();
        execute("DROP TABLE IF EXISTS " + TABLE + ", " + PARTS);
        JdbcJoinStore.builder(dataSource)
                .namespace(NAMESPACE)
                .valueCodec(Codec.bytes())
                .table(TABLE)
                .createTableIfMissing()
                .build()
                .close();
        execute("ALTER TABLE " + TABLE + " SET (autovacuum_enabled = false)");
        execute("ALTER TABLE " + PARTS + " SET (autovacuum_enabled = false)");
    }

    @AfterEach
    void drop() throws SQLException {
        execute("DROP TABLE " + TABLE + ", " + PARTS);
        connection.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void fill(String namespace, int rows, String dueAt) throws SQLException {
        execute("INSERT INTO " + TABLE + " SELECT '" + namespace + "', 'key-' || i, i, '\\x00', NULL, " + dueAt
                + ", 0, 1, 0, 0, NULL FROM generate_series(1, " + rows + ") i");
    }

    private String plan(String sql, Object... arguments) throws SQLException {
        try (PreparedStatement explain = connection.prepareStatement("EXPLAIN " + sql)) {
            for (int i = 0; i < arguments.length; i++) {
                explain.setObject(i + 1, arguments[i]);
            }
            StringJoiner lines = new StringJoiner("\n");
            try (ResultSet plan = explain.executeQuery()) {
                while (plan.next()) {
                    lines.add(plan.getString(1));
                }
            }
            return lines.toString();
        }
    }

    private void assertPlans() throws SQLException {
        assertThat(plan("DELETE FROM " + TABLE + " WHERE " + JoinTable.THIS_VERSION, NAMESPACE, "key-7", 7L))
                .contains(TABLE + "_pkey", "(join_key)::text = ");
        assertThat(plan(table.due, NAMESPACE, 0L, 5L, 256))
                .containsPattern(TABLE + "_due.*\\n.*Index Cond: .*'new'::text.*due_at <= ");
    }

    /** Not for a table so small that it does not matter. */
    private void assertPlansOfBatches() throws SQLException {
        Array keys = connection.createArrayOf("text", new Object[] {"key-7", "key-8"});
        Array versions = connection.createArrayOf("bigint", new Object[] {7L, 8L});
        String byKey = TABLE + "_pkey.*\\n.*Index Cond: .*\\(n\\.namespace\\)::text.*\\(n\\.join_key\\)::text";
        assertThat(plan(table.findAll, NAMESPACE, keys)).containsPattern(byKey);
        assertThat(plan(table.nextPage, NAMESPACE, "key-7", 256, NAMESPACE, 1L << 20))
                .as("the keys of a page, and their rows")
                .containsPattern("(?s)" + TABLE + "_pkey.*" + TABLE + "_pkey")
                .doesNotContain("Seq Scan");
        assertThat(plan(table.deleteAll, NAMESPACE, keys, versions)).containsPattern(byKey);
        assertThat(plan(table.count, NAMESPACE, NAMESPACE))
                .as("the placeholders")
                .containsPattern(TABLE + "_due.*\\n.*Index Cond: .*due_at = 0");
    }

    @Test
    void usesTheRightIndexBeforeTheTableIsAnalyzed() throws SQLException {
        assertPlans();
        fill(NAMESPACE, 1000, "NULL");
        assertPlans();
        fill("other", 20_000, "i");
        assertPlans();
        assertPlansOfBatches();
    }

    @Test
    void usesTheRightIndexForANamespaceThatIsNewerThanTheStatistics() throws SQLException {
        fill("other", 1000, "NULL");
        execute("ANALYZE " + TABLE);
        assertPlans();
        fill(NAMESPACE, 20_000, "1000 + i");
        assertPlans();
        assertPlansOfBatches();
    }

    private void fillParts(String key, int parts) throws SQLException {
        execute("INSERT INTO " + PARTS + " SELECT '" + NAMESPACE + "', '" + key
                + "', 7, i, 'id-' || i, '\\x00' FROM generate_series(1, " + parts + ") i");
    }

    private void assertPlansOfParts() throws SQLException {
        PostgresPartTable parts = (PostgresPartTable) table.parts;
        Array keys = connection.createArrayOf("text", new Object[] {"key-7"});
        Array numbers = connection.createArrayOf("bigint", new Object[] {7L});
        Array ids = connection.createArrayOf("text", new Object[] {"id-7"});
        Array from = connection.createArrayOf("int4", new Object[] {10});
        Array to = connection.createArrayOf("int4", new Object[] {20});
        assertThat(plan(parts.present, NAMESPACE, keys, numbers, ids))
                .containsPattern(PARTS + "_id.*\\n.*Index Cond: .*\\(id\\)::text = ");
        PartsStatement exchange = new PartsStatement(TABLE, PARTS, "");
        assertThat(plan(exchange.present("1", true), NAMESPACE, "key-7", 7L, "id-7"))
                .as("the look of one exchange for one id")
                .containsPattern(PARTS + "_id.*\\n.*Index Cond: .*\\(id\\)::text = ");
        assertThat(plan(exchange.present("1", false), NAMESPACE, "key-7", numbers, ids))
                .as("the look of one exchange for several")
                .containsPattern(PARTS + "_id.*\\n.*Index Cond: .*\\(id\\)::text = ");
        assertThat(plan(parts.remove, NAMESPACE, keys, numbers, from, to))
                .containsPattern(PARTS + "_pkey.*\\n.*Index Cond: .*\"?position\"? >= .*\"?position\"? < ");
        assertThat(plan(parts.page(connection), NAMESPACE, "key-7", 7L, 10, 20, 1L << 20))
                .containsPattern(PARTS + "_pkey.*\\n.*Index Cond: .*\"?position\"? >= .*\"?position\"? < ")
                .doesNotContain("Join", "Nested Loop", "Sort");
    }

    @Test
    void usesTheRightIndexForPartsBeforeTheTableIsAnalyzed() throws SQLException {
        fillParts("key-7", 20_000);
        assertPlansOfParts();
    }

    @Test
    void usesTheRightIndexForPartsThatAreNewerThanTheStatistics() throws SQLException {
        fillParts("other", 100);
        execute("ANALYZE " + PARTS);
        fillParts("key-7", 20_000);
        assertPlansOfParts();
    }

    record Line(String key, String id) {}

    /** To plan takes several times as long as to do it. */
    @Test
    void plansForPartsWithIdsAFewTimesOnly() throws SQLException {
        fillParts("other", 20_000);
        execute("ANALYZE " + PARTS);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(PostgresServer.shared().jdbcUrl());
        config.setMaximumPoolSize(1);
        try (HikariDataSource pool = new HikariDataSource(config);
                KeyedJoiner<Line, String, String, Integer> joiner = Joiner.create(
                        JoinSpec.joining(Line.class)
                                .keyedBy(Line::key)
                                .<String>mergedBy((line, pending) -> "")
                                .collecting(Line::id, Codec.string())
                                .sufficientWhen((value, parts) -> false)
                                .identifiedBy(Line::id)
                                .<Integer>process(Collected::size)
                                .build(),
                        JdbcJoinStore.builder(pool)
                                .namespace(NAMESPACE)
                                .valueCodec(Codec.string())
                                .table(TABLE)
                                .build())) {
            for (int i = 0; i < 100; i++) {
                joiner.accept(new Line("key", String.valueOf(i)));
            }
            try (Connection used = pool.getConnection();
                    Statement statement = used.createStatement();
                    ResultSet plans = statement.executeQuery("SELECT SUM(generic_plans), SUM(custom_plans)"
                            + " FROM pg_prepared_statements WHERE statement LIKE '%" + PARTS + "%'")) {
                plans.next();
                assertThat(plans.getLong(1)).as("executions without planning").isGreaterThan(150);
                assertThat(plans.getLong(2)).as("executions with").isLessThan(20);
            }
        }
    }
}
