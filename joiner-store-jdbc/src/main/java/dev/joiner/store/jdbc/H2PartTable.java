package dev.joiner.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** H2: embedded, so that a statement for each row costs no round trip. */
final class H2PartTable extends PartTable {
    /** An IN of the ids makes H2 read all of the key. */
    final String present;

    H2PartTable(String joinTable, String namespace) {
        super(joinTable, namespace);
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
}
