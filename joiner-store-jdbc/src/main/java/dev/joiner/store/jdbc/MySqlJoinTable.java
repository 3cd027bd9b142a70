package dev.joiner.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * MySQL: statements return no rows, so that batches lock the rows that they are about to change, and then change them.
 */
final class MySqlJoinTable extends JoinTable {
    private final String rows;
    private final String lock;

    MySqlJoinTable(String table, String namespace) {
        super(table, namespace);
        rows = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES ";
        lock = rows + ROW_OF_PARAMETERS + " ON DUPLICATE KEY UPDATE namespace = namespace";
    }

    @Override
    Stored lock(Connection connection, Row placeholder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(lock)) {
            set(statement, 1, placeholder);
            statement.executeUpdate();
        }
        // A plain read may show the row as it was before the lock was had.
        return Objects.requireNonNull(findLocked(connection, placeholder.key()));
    }

    @Override
    Set<String> insertAll(Connection connection, List<Row> inserted) throws SQLException {
        return inTransaction(connection, () -> {
            Set<String> there = findAll(
                            connection, inserted.stream().map(Row::key).toList())
                    .keySet();
            List<Row> absent =
                    inserted.stream().filter(row -> !there.contains(row.key())).toList();
            write(connection, absent, "");
            return absent.stream().map(Row::key).collect(Collectors.toSet());
        });
    }

    @Override
    Set<String> updateAll(Connection connection, List<RowChange> changes) throws SQLException {
        return inTransaction(connection, () -> {
            Set<String> locked = lockAll(connection, changes);
            List<Row> next = changes.stream()
                    .filter(change -> locked.contains(change.key()))
                    .map(change -> Objects.requireNonNull(change.next()))
                    .toList();
            write(
                    connection,
                    next,
                    " ON DUPLICATE KEY UPDATE "
                            + WITHOUT_KEY.stream()
                                    .map(column -> column + " = VALUES(" + column + ")")
                                    .collect(Collectors.joining(", ")));
            return locked;
        });
    }

    @Override
    Set<String> deleteAll(Connection connection, List<RowChange> changes) throws SQLException {
        return inTransaction(connection, () -> {
            Set<String> locked = lockAll(connection, changes);
            if (!locked.isEmpty()) {
                String sql = "DELETE FROM " + table + " WHERE namespace = ? AND join_key IN ("
                        + parameters(locked.size()) + ")";
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    setKeys(statement, locked);
                    statement.executeUpdate();
                }
            }
            return locked;
        });
    }

    private void write(Connection connection, List<Row> written, String onDuplicateKey) throws SQLException {
        if (written.isEmpty()) {
            return;
        }
        String sql = rows + times(ROW_OF_PARAMETERS, written.size()) + onDuplicateKey;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (Row row : written) {
                at = set(statement, at, row);
            }
            statement.executeUpdate();
        }
    }

    /** Locks the rows that have the versions expected; their keys. */
    private Set<String> lockAll(Connection connection, List<RowChange> changes) throws SQLException {
        String sql = "SELECT join_key FROM " + table + " WHERE namespace = ? AND (join_key, version) IN ("
                + times("(?, ?)", changes.size()) + ") ORDER BY join_key FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setExpected(statement, changes);
            return keys(statement);
        }
    }
}
