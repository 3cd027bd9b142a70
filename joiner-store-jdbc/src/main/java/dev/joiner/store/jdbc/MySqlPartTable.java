package dev.joiner.store.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** MariaDB and MySQL: ids are bytes, as an index has no room for 500 more letters of up to four. */
final class MySqlPartTable extends PartTable {
    /** Otherwise positions may be looked up by the index of ids, which reads all of a join. */
    private static final String BY_PRIMARY_KEY = " FORCE INDEX (PRIMARY)";

    MySqlPartTable(String joinTable, String namespace) {
        super(joinTable, namespace);
    }

    @Override
    void insert(Connection connection, List<PartRow> rows) throws SQLException {
        String sql = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES "
                + JoinTable.times(ROW_OF_PARAMETERS, rows.size());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (PartRow row : rows) {
                at = set(statement, at, row);
            }
            statement.executeUpdate();
        }
    }

    @Override
    void remove(Connection connection, List<KeyRange> ranges) throws SQLException {
        change(connection, "DELETE p FROM " + table + " p" + BY_PRIMARY_KEY, ranges);
    }

    @Override
    void strip(Connection connection, List<KeyRange> ranges) throws SQLException {
        change(connection, "UPDATE " + table + " p" + BY_PRIMARY_KEY + " SET p.part = NULL", ranges);
    }

    private void change(Connection connection, String sql, List<KeyRange> ranges) throws SQLException {
        String where = any("join_key = ? AND number = ? AND position >= ? AND position < ?", ranges.size());
        try (PreparedStatement statement = connection.prepareStatement(sql + where)) {
            statement.setString(1, namespace);
            int at = 2;
            for (KeyRange range : ranges) {
                statement.setString(at, range.key());
                at = setRange(statement, at + 1, range.range());
            }
            statement.executeUpdate();
        }
    }

    private static String any(String condition, int count) {
        return " WHERE namespace = ? AND ("
                + String.join(" OR ", Collections.nCopies(count, "(" + condition + ")"))
                + ")";
    }

    @Override
    List<Look> present(Connection connection, List<Look> looks) throws SQLException {
        String sql = "SELECT join_key, number, id FROM " + table
                + any("join_key = ? AND number = ? AND id = ?", looks.size()) + reads(connection);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, namespace);
            int at = 2;
            for (Look look : looks) {
                statement.setString(at++, look.key());
                statement.setLong(at++, look.number());
                setId(statement, at++, look.id());
            }
            return looks(statement);
        }
    }

    /** Joins the rows that fit with the positions that do: the parts of the others would be copied. */
    @Override
    String page(Connection connection) {
        String reads = reads(connection);
        return "SELECT p.id, p.part FROM (SELECT position, bytes, " + BYTES_UP_TO + " AS up_to FROM (SELECT position, "
                + BYTES
                + " AS bytes FROM " + table + " WHERE " + THIS_RANGE + reads + ") k) n JOIN " + table
                + " p ON p.namespace = ? AND p.join_key = ? AND p.number = ? AND p.position >= ? AND p.position < ?"
                + " AND p.position = n.position WHERE n.up_to - n.bytes < ? ORDER BY p.position" + reads;
    }

    @Override
    int rangesOfPage() {
        return 2;
    }

    /**
     * A transaction of the caller's may have begun to read before the row of the key was written that it has locked since: only what
     * is locked is read as it is now. A transaction of the store's own begins with that lock.
     */
    private static String reads(Connection connection) {
        return CallersConnection.is(connection) ? " LOCK IN SHARE MODE" : "";
    }

    @Override
    void setId(PreparedStatement statement, int at, @Nullable String id) throws SQLException {
        if (id == null) {
            statement.setNull(at, Types.VARBINARY);
        } else {
            statement.setBytes(at, id.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    @Nullable
    String id(ResultSet rows, int at) throws SQLException {
        byte[] id = rows.getBytes(at);
        return id == null ? null : new String(id, StandardCharsets.UTF_8);
    }
}
