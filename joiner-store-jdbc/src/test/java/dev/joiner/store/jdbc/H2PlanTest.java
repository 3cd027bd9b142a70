package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** How H2 goes about a statement. */
class H2PlanTest {
    private static DataSource withTable() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        JdbcJoinStore.builder(dataSource)
                .namespace("plans")
                .valueCodec(Codec.bytes())
                .createTableIfMissing()
                .build()
                .close();
        return dataSource;
    }

    @Test
    void findsManyKeysByTheIndex() throws Exception {
        H2JoinTable table = new H2JoinTable("joiner_joins", "plans");
        try (Connection connection = withTable().getConnection();
                PreparedStatement explain = connection.prepareStatement("EXPLAIN " + table.findAll)) {
            explain.setArray(1, connection.createArrayOf("VARCHAR", new Object[] {"one", "two"}));
            explain.setString(2, "plans");

            try (ResultSet plan = explain.executeQuery()) {
                plan.next();
                assertThat(plan.getString(1))
                        .contains("PRIMARY_KEY")
                        .containsPattern("NAMESPACE = \\?2\\s+AND JOIN_KEY = N\\.JOIN_KEY");
            }
        }
    }

    @Test
    void readsPagesInTheOrderOfTheIndex() throws Exception {
        H2JoinTable table = new H2JoinTable("joiner_joins", "plans");
        try (Connection connection = withTable().getConnection();
                PreparedStatement explain = connection.prepareStatement("EXPLAIN " + table.nextPage)) {
            explain.setString(1, "plans");
            explain.setString(2, "key");
            explain.setInt(3, 256);
            explain.setString(4, "plans");
            explain.setLong(5, 1 << 20);

            try (ResultSet plan = explain.executeQuery()) {
                plan.next();
                assertThat(plan.getString(1))
                        .contains("PRIMARY_KEY", "/* index sorted */")
                        .containsPattern("NAMESPACE = \\?4\\s+AND JOIN_KEY = N\\.JOIN_KEY");
            }
        }
    }

    /** With so many rows, H2 would rather begin with all of them. */
    @Test
    void readsPagesOfALargeNamespaceInTheOrderOfTheIndex() throws Exception {
        H2JoinTable table = new H2JoinTable("joiner_joins", "plans");
        try (Connection connection = withTable().getConnection()) {
            try (PreparedStatement fill = connection.prepareStatement(
                    "INSERT INTO joiner_joins"
                            + " SELECT 'plans', 'key-' || x, x, X'00', NULL, NULL, 0, 1, 0, 0, NULL FROM SYSTEM_RANGE(1, 200000)")) {
                fill.execute();
            }
            assertThat(plan(connection, table.firstPage, "plans", 256, "plans", 1 << 20))
                    .containsPattern("NAMESPACE = \\?3\\s+AND JOIN_KEY = N\\.JOIN_KEY");
            assertThat(plan(connection, table.nextPage, "plans", "key", 256, "plans", 1 << 20))
                    .containsPattern("NAMESPACE = \\?4\\s+AND JOIN_KEY = N\\.JOIN_KEY");
        }
    }

    private static String plan(Connection connection, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement explain = connection.prepareStatement("EXPLAIN " + sql)) {
            for (int i = 0; i < arguments.length; i++) {
                explain.setObject(i + 1, arguments[i]);
            }
            try (ResultSet plan = explain.executeQuery()) {
                plan.next();
                return plan.getString(1);
            }
        }
    }

    @Test
    void countsByIndexesAlone() throws Exception {
        H2JoinTable table = new H2JoinTable("joiner_joins", "plans");
        try (Connection connection = withTable().getConnection()) {
            assertThat(plan(connection, table.count, "plans", "plans"))
                    .containsPattern("WHERE \"NAMESPACE\" = \\?1\\s*\\)")
                    .containsPattern("JOINER_JOINS_DUE: NAMESPACE = \\?2\\s+AND DUE_AT = ");
        }
    }

    @Test
    void findsIdsOfPartsByTheirIndex() throws Exception {
        H2PartTable table = new H2PartTable("joiner_joins", "plans");
        try (Connection connection = withTable().getConnection();
                PreparedStatement explain = connection.prepareStatement("EXPLAIN " + table.present)) {
            explain.setArray(1, connection.createArrayOf("VARCHAR", new Object[] {"key", "key"}));
            explain.setArray(2, connection.createArrayOf("BIGINT", new Object[] {7L, 8L}));
            explain.setArray(3, connection.createArrayOf("VARCHAR", new Object[] {"one", "two"}));
            explain.setString(4, "plans");

            try (ResultSet plan = explain.executeQuery()) {
                plan.next();
                assertThat(plan.getString(1)).containsPattern("JOINER_JOINS_PARTS_ID: .*(?s).*ID = N\\.ID");
            }
        }
    }

    @Test
    void readsPagesOfPartsByTheirPositions() throws Exception {
        H2PartTable table = new H2PartTable("joiner_joins", "plans");
        try (Connection connection = withTable().getConnection();
                PreparedStatement explain = connection.prepareStatement("EXPLAIN " + table.page)) {
            Object[] arguments = {"plans", "key", 7L, 0, 10};
            for (int i = 0; i < arguments.length; i++) {
                explain.setObject(i + 1, arguments[i]);
            }

            try (ResultSet plan = explain.executeQuery()) {
                plan.next();
                assertThat(plan.getString(1))
                        .contains("/* index sorted */")
                        .containsPattern("PRIMARY_KEY[^/]*POSITION >= \\?4\\s+AND POSITION < \\?5");
            }
        }
    }
}
