package dev.joiner.store.jdbc;

import dev.joiner.spi.StoredParts.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** H2: embedded, so that a statement for each row costs no round trip. */
final class H2PartTable extends PartTable {
    /** An IN of the ids makes H2 read all of the key. */
    final String present;

    final String page;

    H2PartTable(String joinTable, String namespace) {
        super(joinTable, namespace);
        page = "SELECT id, part FROM " + table + " WHERE " + THIS_RANGE
                + " ORDER BY namespace, join_key, number, position";
        present = "SELECT p.join_key, p.number, p.id FROM UNNEST(CAST(? AS VARCHAR ARRAY), CAST(? AS BIGINT ARRAY),"
                + " CAST(? AS VARCHAR ARRAY)) n(join_key, number, id) JOIN " + table + " p ON p.namespace = ?"
                + " AND p.join_key = n.join_key AND p.number = n.number AND p.id = n.id";
    }

    @Override
    List<Look> present(Connection connection, List<Look> looks) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(present)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "VARCHAR", looks.stream().map(Look::key).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "BIGINT", looks.stream().map(Look::number).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "VARCHAR", looks.stream().map(Look::id).toArray()));
            statement.setString(4, namespace);
            return looks(statement);
        }
    }

    /**
     * Reads the bytes of those that fit: H2 has no more than references to them in its result. Joined with the positions that fit, it
     * would go through all rows of the range for each of them.
     */
    @Override
    List<Part> page(Connection connection, String key, long number, int from, int limit, long bytes)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(page)) {
            setRange(statement, setKey(statement, 1, key), range(number, from, limit));
            List<Part> parts = new ArrayList<>();
            long size = 0;
            try (ResultSet rows = statement.executeQuery()) {
                while (size < bytes && rows.next()) {
                    byte[] part = rows.getBytes(2);
                    parts.add(new Part(id(rows, 1), part));
                    size += part == null ? 0 : part.length;
                }
            }
            return parts;
        }
    }
}
