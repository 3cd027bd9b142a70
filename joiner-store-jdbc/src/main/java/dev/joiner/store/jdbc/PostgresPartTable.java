package dev.joiner.store.jdbc;

import dev.joiner.spi.PartsChange.Range;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * PostgreSQL: many rows come as arrays.
 *
 * <p>They come with their namespace and key, so that PostgreSQL looks up each by all columns of an index: as long as it has not
 * analyzed the table, it takes those of the namespace and of a key for few.
 */
final class PostgresPartTable extends PartTable {
    private static final String SAME_NUMBER =
            "p.namespace = n.namespace AND p.join_key = n.join_key AND p.number = n.number";
    static final String SAME_RANGE = SAME_NUMBER + " AND p.position >= n.first AND p.position < n.beyond";

    final String present;
    private final String insert;
    final String remove;
    private final String strip;

    PostgresPartTable(String joinTable, String namespace) {
        super(joinTable, namespace);
        String n = "WITH n AS MATERIALIZED (SELECT CAST(? AS text) AS namespace, ";
        present = n + "a.* FROM unnest(?::text[], ?::bigint[], ?::text[]) a(join_key, number, id))"
                + " SELECT p.join_key, p.number, p.id FROM n JOIN " + table + " p ON p.namespace || '' = n.namespace"
                + " AND p.join_key = n.join_key AND p.number = n.number AND p.id = n.id AND p.id IS NOT NULL";
        insert = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") SELECT ?, a.*"
                + " FROM unnest(?::text[], ?::bigint[], ?::int[], ?::text[], ?::bytea[]) a";
        String ranges =
                n + "a.* FROM unnest(?::text[], ?::bigint[], ?::int[], ?::int[]) a(join_key, number, first, beyond)) ";
        remove = ranges + "DELETE FROM " + table + " p USING n WHERE " + SAME_RANGE;
        strip = ranges + "UPDATE " + table + " p SET part = NULL FROM n WHERE " + SAME_RANGE;
    }

    @Override
    List<Look> present(Connection connection, List<Look> looks) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(present)) {
            statement.setString(1, namespace);
            PostgresJoinTable.setArray(statement, 2, "text", looks, Look::key);
            PostgresJoinTable.setArray(statement, 3, "bigint", looks, Look::number);
            PostgresJoinTable.setArray(statement, 4, "text", looks, Look::id);
            return looks(statement);
        }
    }

    @Override
    void insert(Connection connection, List<PartRow> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            statement.setString(1, namespace);
            PostgresJoinTable.setArray(statement, 2, "text", rows, PartRow::key);
            setRows(statement, 3, rows);
            statement.executeUpdate();
        }
    }

    /** Sets numbers, positions, ids and parts as arrays; the number of the parameter after them. */
    static int setRows(PreparedStatement statement, int first, List<PartRow> rows) throws SQLException {
        PostgresJoinTable.setArray(statement, first, "bigint", rows, PartRow::number);
        PostgresJoinTable.setArray(statement, first + 1, "int4", rows, PartRow::position);
        PostgresJoinTable.setArray(
                statement, first + 2, "text", rows, row -> row.part().id());
        byte[][] parts = rows.stream().map(row -> row.part().bytes()).toArray(byte[][]::new);
        statement.setArray(first + 3, statement.getConnection().createArrayOf("bytea", parts));
        return first + 4;
    }

    /** Sets numbers, first positions and those beyond the last as arrays; the number of the parameter after them. */
    static int setRanges(PreparedStatement statement, int first, List<Range> ranges) throws SQLException {
        PostgresJoinTable.setArray(statement, first, "bigint", ranges, Range::number);
        PostgresJoinTable.setArray(statement, first + 1, "int4", ranges, Range::from);
        PostgresJoinTable.setArray(statement, first + 2, "int4", ranges, Range::to);
        return first + 3;
    }

    @Override
    void remove(Connection connection, List<KeyRange> ranges) throws SQLException {
        change(connection, remove, ranges);
    }

    @Override
    void strip(Connection connection, List<KeyRange> ranges) throws SQLException {
        change(connection, strip, ranges);
    }

    private void change(Connection connection, String sql, List<KeyRange> ranges) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, namespace);
            PostgresJoinTable.setArray(statement, 2, "text", ranges, KeyRange::key);
            setRanges(statement, 3, ranges.stream().map(KeyRange::range).toList());
            statement.executeUpdate();
        }
    }
}
