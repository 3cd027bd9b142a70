package dev.joiner.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * MariaDB: what a statement changed is taken from what it returns, as the counts depend on options of the driver.
 */
final class MariaDbJoinTable extends JoinTable {
    private static final String KEEP = " ON DUPLICATE KEY UPDATE namespace = namespace RETURNING ";

    /** Is gone with the transaction in which it was set. */
    static final String SAVEPOINT = "SAVEPOINT joiner_lock";

    static final int NO_SUCH_SAVEPOINT = 1305;

    /** Before a statement that may wait for a lock. */
    private final String patiently;

    private final String insert;
    private final String insertNew;
    private final String update;
    private final String delete;
    private final String updateLocked;
    private final String deleteLocked;
    private final String lock;

    MariaDbJoinTable(String table, String namespace, Duration lockTimeout) {
        super(table, namespace, new MySqlPartTable(table, namespace));
        // No lock is waited for with 0: the timeout is rounded up.
        long seconds = (lockTimeout.toMillis() + 999) / 1_000;
        patiently = "SET STATEMENT innodb_lock_wait_timeout = " + seconds + " FOR ";
        String write = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES " + ROW_OF_PARAMETERS;
        insert = patiently + write + KEEP + WITNESS;
        insertNew = patiently + write;
        String begin = "BEGIN NOT ATOMIC ";
        lock = begin + patiently + write + " ON DUPLICATE KEY UPDATE version = VALUES(version) RETURNING " + STORED
                + "; " + SAVEPOINT + "; END";
        String witness = "; IF ROW_COUNT() = 0 THEN SELECT " + STORED + " FROM " + table + " WHERE " + THIS_KEY
                + "; END IF; END";
        String beginLocked = begin + "RELEASE " + SAVEPOINT + "; ";
        String updateOne = "UPDATE " + table + " SET " + SET_ALL + " WHERE " + THIS_VERSION + witness;
        String deleteOne = "DELETE FROM " + table + " WHERE " + THIS_VERSION + witness;
        update = begin + patiently + updateOne;
        updateLocked = beginLocked + updateOne;
        delete = begin + patiently + deleteOne;
        deleteLocked = beginLocked + deleteOne;
    }

    @Override
    Answer insert(Connection connection, Row row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            setVersionTwice(statement, set(statement, 1, row), row.version());
            try (ResultSet rows = returned(statement)) {
                rows.next();
                return rows.getLong(1) == row.version() ? Answer.WON : Answer.lostTo(stored(rows, 1));
            }
        }
    }

    @Override
    Answer insertNew(Connection connection, Row row) throws SQLException {
        return insertsAll(connection, insertNew, List.of(row))
                ? Answer.WON
                : Answer.lostTo(find(connection, row.key()));
    }

    /** Writes all rows or none; whether none was there. */
    private boolean insertsAll(Connection connection, String sql, List<Row> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (Row row : rows) {
                at = set(statement, at, row);
            }
            statement.executeUpdate();
            return true;
        } catch (SQLException e) {
            if (SqlFailure.of(e) == SqlFailure.DUPLICATE_KEY) {
                return false;
            }
            throw e;
        }
    }

    @Override
    Answer change(Connection connection, RowChange change) throws SQLException {
        return change(connection, change.next() == null ? delete : update, change);
    }

    private Answer change(Connection connection, String sql, RowChange change) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setKey(statement, setChange(statement, 1, change), change.key());
            for (boolean rows = statement.execute(); ; rows = statement.getMoreResults()) {
                if (rows) {
                    try (ResultSet witness = statement.getResultSet()) {
                        return Answer.lostTo(witness.next() ? stored(witness, 1) : null);
                    }
                }
                if (statement.getUpdateCount() < 0) {
                    return Answer.WON;
                }
            }
        }
    }

    @Override
    Locked lock(Connection connection, Row placeholder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(lock)) {
            set(statement, 1, placeholder);
            try (ResultSet rows = returned(statement)) {
                rows.next();
                return new Locked(stored(rows, 1), null);
            }
        }
    }

    @Override
    boolean changeLocked(Connection connection, RowChange change, Locked locked) throws SQLException {
        try {
            return change(connection, change.next() == null ? deleteLocked : updateLocked, change)
                    .won();
        } catch (SQLException e) {
            if (e.getErrorCode() == NO_SUCH_SAVEPOINT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    Set<String> insertAll(Connection connection, List<Row> rows) throws SQLException {
        String sql = patiently + "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES "
                + times(ROW_OF_PARAMETERS, rows.size()) + KEEP + "join_key, version";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            for (Row row : rows) {
                at = set(statement, at, row);
            }
            Set<Long> versions = rows.stream().map(Row::version).collect(Collectors.toSet());
            Set<String> inserted = new HashSet<>();
            try (ResultSet returned = returned(statement)) {
                while (returned.next()) {
                    if (versions.contains(returned.getLong(2))) {
                        inserted.add(returned.getString(1));
                    }
                }
            }
            return inserted;
        }
    }

    @Override
    Set<String> insertAllNew(Connection connection, List<Row> rows) throws SQLException {
        String sql = patiently + "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES "
                + times(ROW_OF_PARAMETERS, rows.size());
        if (insertsAll(connection, sql, rows)) {
            return rows.stream().map(Row::key).collect(Collectors.toSet());
        }
        Set<String> there =
                findAll(connection, rows.stream().map(Row::key).toList()).keySet();
        List<Row> absent =
                rows.stream().filter(row -> !there.contains(row.key())).toList();
        return absent.isEmpty() ? Set.of() : insertAll(connection, absent);
    }

    /** The rows are locked where they are read; without that, at READ COMMITTED, updates would be lost. */
    @Override
    Set<String> updateAll(Connection connection, List<RowChange> changes) throws SQLException {
        String sql = patiently + "INSERT INTO " + table + " (" + ALL_COLUMNS + ") SELECT t.namespace, t.join_key, n."
                + String.join(", n.", WITHOUT_KEY) + " FROM (" + selectOfChanges(changes.size())
                + ") n STRAIGHT_JOIN " + table
                + " t ON t.namespace = ? AND t.join_key = n.join_key COLLATE utf8mb4_nopad_bin"
                + " AND t.version = n.expected FOR UPDATE ON DUPLICATE KEY UPDATE "
                + WITHOUT_KEY.stream()
                        .map(column -> column + " = VALUES(" + column + ")")
                        .collect(Collectors.joining(", "))
                + " RETURNING join_key";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(setChanges(statement, changes), namespace);
            return keys(statement);
        }
    }

    /** A list of one pair is not looked up by the index: all of the table would be read, and locked. */
    @Override
    Set<String> deleteAll(Connection connection, List<RowChange> changes) throws SQLException {
        String which = changes.size() == 1
                ? THIS_VERSION
                : "namespace = ? AND (join_key, version) IN (" + times("(?, ?)", changes.size()) + ")";
        String sql = patiently + "DELETE FROM " + table + " WHERE " + which + " RETURNING join_key";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setExpected(statement, changes);
            return keys(statement);
        }
    }
}
