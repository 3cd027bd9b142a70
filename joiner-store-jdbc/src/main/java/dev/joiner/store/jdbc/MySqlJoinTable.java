package dev.joiner.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * MySQL: statements return no rows. What a batch did is told by how many rows it changed if those are all, and by looks
 * within its transaction otherwise.
 */
final class MySqlJoinTable extends JoinTable {
    /** Otherwise a large batch may be looked up by the index of due times, which locks the whole namespace. */
    private static final String BY_PRIMARY_KEY = " FORCE INDEX (PRIMARY)";

    private final String rows;
    private final String lock;

    MySqlJoinTable(String table, String namespace) {
        super(table, namespace, new MySqlPartTable(table, namespace));
        rows = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES ";
        lock = rows + ROW_OF_PARAMETERS + " ON DUPLICATE KEY UPDATE version = VALUES(version)";
    }

    @Override
    Locked lock(Connection connection, Row placeholder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(lock)) {
            set(statement, 1, placeholder);
            statement.executeUpdate();
        }
        // However old the transaction's view is, a row that it has changed itself is seen as it is now.
        Stored stored = Objects.requireNonNull(find(connection, placeholder.key()));
        JdbcDialect.execute(connection, MariaDbJoinTable.SAVEPOINT);
        return new Locked(stored, null);
    }

    @Override
    Answer withoutWaiting(Connection connection, String key, Work<Answer> exchange) throws SQLException {
        return ifNotLocked(connection, key, exchange);
    }

    @Override
    boolean changeLocked(Connection connection, RowChange change, Locked locked) throws SQLException {
        try {
            JdbcDialect.execute(connection, "RELEASE " + MariaDbJoinTable.SAVEPOINT);
        } catch (SQLException e) {
            if (e.getErrorCode() == MariaDbJoinTable.NO_SUCH_SAVEPOINT) {
                return false;
            }
            throw e;
        }
        return changesOne(connection, change);
    }

    /** Nearly always all of a batch is new, and is one statement. What is not there is written alone, if any is there. */
    @Override
    Set<String> insertAll(Connection connection, List<Row> inserted) throws SQLException {
        try {
            write(connection, inserted);
            return keysOf(inserted);
        } catch (SQLException e) {
            if (SqlFailure.of(e) != SqlFailure.DUPLICATE_KEY) {
                throw e;
            }
        }
        return inTransaction(connection, () -> {
            Set<String> there = findAll(
                            connection, inserted.stream().map(Row::key).toList())
                    .keySet();
            List<Row> absent =
                    inserted.stream().filter(row -> !there.contains(row.key())).toList();
            if (!absent.isEmpty()) {
                write(connection, absent);
            }
            return keysOf(absent);
        });
    }

    private static Set<String> keysOf(List<Row> rows) {
        return rows.stream().map(Row::key).collect(Collectors.toSet());
    }

    private void write(Connection connection, List<Row> written) throws SQLException {
        String sql = rows + times(ROW_OF_PARAMETERS, written.size());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (Row row : written) {
                at = set(statement, at, row);
            }
            statement.executeUpdate();
        }
    }

    /** The rows that were changed are told by their new versions, if not all were; nobody else can see them by then. */
    @Override
    Set<String> updateAll(Connection connection, List<RowChange> changes) throws SQLException {
        List<RowChange> changed = changes.stream()
                .map(change -> new RowChange(
                        change.key(), Objects.requireNonNull(change.next()).version(), null))
                .toList();
        return inTransaction(
                connection,
                () -> update(connection, changes) == changes.size()
                        ? keysOfChanges(changes)
                        : select(connection, changed, ""));
    }

    private int update(Connection connection, List<RowChange> changes) throws SQLException {
        String sql = "UPDATE (" + selectOfChanges(changes.size()) + ") n STRAIGHT_JOIN " + table
                + " t ON t.namespace = ? AND t.join_key = n.join_key COLLATE utf8mb4_0900_bin AND t.version = n.expected"
                + " SET "
                + WITHOUT_KEY.stream()
                        .map(column -> "t." + column + " = n." + column)
                        .collect(Collectors.joining(", "));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(setChanges(statement, changes), namespace);
            return statement.executeUpdate();
        }
    }

    /** A delete says how many rows it took out, but not which: if not all, it is undone, and they are locked before. */
    @Override
    Set<String> deleteAll(Connection connection, List<RowChange> changes) throws SQLException {
        return inTransaction(connection, () -> {
            if (delete(connection, changes) == changes.size()) {
                return keysOfChanges(changes);
            }
            connection.rollback();
            Set<String> locked = select(connection, changes, " ORDER BY join_key FOR UPDATE");
            List<RowChange> there = changes.stream()
                    .filter(change -> locked.contains(change.key()))
                    .toList();
            if (!there.isEmpty()) {
                delete(connection, there);
            }
            return locked;
        });
    }

    private int delete(Connection connection, List<RowChange> changes) throws SQLException {
        String sql = "DELETE t FROM " + table + " t" + expected(changes);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setExpected(statement, changes);
            return statement.executeUpdate();
        }
    }

    private static Set<String> keysOfChanges(List<RowChange> changes) {
        return changes.stream().map(RowChange::key).collect(Collectors.toSet());
    }

    /** The keys of the rows that have the versions expected. */
    private Set<String> select(Connection connection, List<RowChange> changes, String end) throws SQLException {
        String sql = "SELECT join_key FROM " + table + " t" + expected(changes) + end;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setExpected(statement, changes);
            return keys(statement);
        }
    }

    private static String expected(List<RowChange> changes) {
        return BY_PRIMARY_KEY + " WHERE namespace = ? AND (join_key, version) IN (" + times("(?, ?)", changes.size())
                + ")";
    }
}
