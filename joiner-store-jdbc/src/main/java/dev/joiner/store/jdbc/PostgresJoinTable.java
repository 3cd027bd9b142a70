package dev.joiner.store.jdbc;

import dev.joiner.spi.PartsChange;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL: a write and the look at what was there instead are two statements in one round trip. One statement that
 * does both sees the row as it was before the write that it lost to.
 */
final class PostgresJoinTable extends JoinTable {
    private static final String TYPES_WITHOUT_KEY =
            "?::bigint[], ?::bytea[], ?::text[], ?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::int[], ?::text[]";
    /**
     * Keys of a batch come with their namespace, which PostgreSQL does not see to be one and the same: otherwise it may
     * read the whole namespace and look for the keys in it, as long as it thinks that there is little in it.
     */
    private static final String SAME_KEY = "j.namespace = n.namespace AND j.join_key = n.join_key";

    /** The transaction, whatever savepoints it is in: with {@code autosave} the driver sets one before each statement. */
    private static final String TRANSACTION = "txid_current()";

    private static final String COLUMNS_WITHOUT_KEY = String.join(", ", WITHOUT_KEY);

    private final String insert;
    private final String update;
    private final String delete;
    private final PartsStatement insertWithParts;
    private final PartsStatement updateWithParts;
    private final PartsStatement deleteWithParts;
    private final String lock;
    final String findAll;
    private final String insertAll;
    private final String updateAll;
    final String deleteAll;

    PostgresJoinTable(String table, String namespace, Duration lockTimeout) {
        super(table, namespace, new PostgresPartTable(table, namespace), "namespace || ''");
        // 0 would be no timeout.
        String setTimeout = "set_config('lock_timeout', '" + Math.max(1, lockTimeout.toMillis()) + "', true)";
        String patiently = setTimeout + " IS NOT NULL";
        String patientlyOnce = " WHERE (SELECT " + setTimeout + ") IS NOT NULL";
        String into = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") ";
        String conflict = " ON CONFLICT (namespace, join_key) DO ";
        String witness = "; SELECT " + WITNESS + " FROM " + table + " WHERE " + THIS_KEY;
        String insertOne = into + "SELECT " + parameters(COLUMNS.size()) + " WHERE " + patiently + conflict + "NOTHING";
        insert = insertOne + witness;
        String thisVersion = " WHERE " + THIS_VERSION + " AND " + patiently;
        String updateOne = "UPDATE " + table + " SET " + SET_ALL + thisVersion;
        update = updateOne + witness;
        String deleteOne = "DELETE FROM " + table + thisVersion;
        delete = deleteOne + "; SELECT " + STORED + " FROM " + table + " WHERE " + THIS_KEY;
        insertWithParts = new PartsStatement(table, parts.table, insertOne);
        updateWithParts = new PartsStatement(table, parts.table, updateOne);
        deleteWithParts = new PartsStatement(table, parts.table, deleteOne);
        // The timeout is for this lock alone: statements of handlers wait as long as the session says.
        lock = "SELECT set_config('joiner.lock_timeout', current_setting('lock_timeout'), true),"
                + " " + setTimeout + "; " + into + "VALUES " + ROW_OF_PARAMETERS + conflict
                + "UPDATE SET version = EXCLUDED.version RETURNING " + STORED + ", " + TRANSACTION
                + "; SELECT set_config('lock_timeout', current_setting('joiner.lock_timeout'), true)";
        String keys = "WITH n AS MATERIALIZED (SELECT CAST(? AS text) AS namespace, ";
        findAll =
                keys + "unnest(?::text[]) AS join_key) SELECT j.join_key, j.version, j.state, j.join_value FROM n JOIN "
                        + table + " j ON " + SAME_KEY;
        insertAll = into + "SELECT ?, join_key, " + COLUMNS_WITHOUT_KEY
                + " FROM unnest(?::text[], " + TYPES_WITHOUT_KEY + ") n(join_key, " + COLUMNS_WITHOUT_KEY + ")"
                + patientlyOnce
                + " ORDER BY join_key COLLATE \"C\" ON CONFLICT (namespace, join_key) DO NOTHING RETURNING join_key";
        // The rows are locked in the order of their keys before any is changed; a join alone takes them as it comes.
        String locked = ", l AS MATERIALIZED (SELECT j.join_key FROM " + table + " j JOIN n ON " + SAME_KEY
                + " AND j.version = n.expected ORDER BY j.join_key FOR UPDATE OF j) ";
        String ofLocked = "n JOIN l ON l.join_key = n.join_key WHERE " + SAME_KEY
                + " AND j.version = n.expected RETURNING j.join_key";
        updateAll = keys + "n.* FROM unnest(?::text[], ?::bigint[], " + TYPES_WITHOUT_KEY + ") n(join_key, expected, "
                + COLUMNS_WITHOUT_KEY + ")" + patientlyOnce + ")" + locked + "UPDATE " + table + " j SET "
                + WITHOUT_KEY.stream().map(column -> column + " = n." + column).collect(Collectors.joining(", "))
                + " FROM " + ofLocked;
        deleteAll = keys + "n.* FROM unnest(?::text[], ?::bigint[]) n(join_key, expected)" + patientlyOnce + ")"
                + locked + "DELETE FROM " + table + " j USING " + ofLocked;
    }

    @Override
    Answer insert(Connection connection, Row row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            int at = set(statement, 1, row);
            at = setVersionTwice(statement, at, row.version());
            setKey(statement, at, row.key());
            return answer(statement);
        }
    }

    @Override
    Answer change(Connection connection, RowChange change) throws SQLException {
        Row next = change.next();
        try (PreparedStatement statement = connection.prepareStatement(next == null ? delete : update)) {
            int at = setChange(statement, 1, change);
            if (next != null) {
                at = setVersionTwice(statement, at, next.version());
            }
            setKey(statement, at, change.key());
            return answer(statement);
        }
    }

    /** One statement, unless there is more to append than one takes. */
    @Override
    Answer exchange(Connection connection, @Nullable Long expected, @Nullable Row next, KeyParts keyParts, long largest)
            throws SQLException {
        List<PartRow> appended = keyParts.appended();
        if (Chunks.of(appended, PartRow::bytes, largest).size() > 1) {
            return super.exchange(connection, expected, next, keyParts, largest);
        }
        PartsStatement exchange = expected == null ? insertWithParts : next == null ? deleteWithParts : updateWithParts;
        PartsChange change = keyParts.change();
        boolean looks = !change.lookIn().isEmpty() && !change.ids().isEmpty();
        try (PreparedStatement statement = connection.prepareStatement(exchange.sql(change, looks, next != null))) {
            int at = expected == null
                    ? set(statement, 1, Objects.requireNonNull(next))
                    : setChange(statement, 1, new RowChange(keyParts.key(), expected, next));
            if (looks) {
                at = setLook(statement, at, keyParts);
            }
            if (change.removesAll()) {
                at = setKey(statement, at, keyParts.key());
            }
            if (!change.removed().isEmpty()) {
                at = PostgresPartTable.setRanges(statement, setKey(statement, at, keyParts.key()), change.removed());
            }
            if (!change.stripped().isEmpty()) {
                at = PostgresPartTable.setRanges(statement, setKey(statement, at, keyParts.key()), change.stripped());
            }
            if (!appended.isEmpty()) {
                at = PostgresPartTable.setRows(statement, setKey(statement, at, keyParts.key()), appended);
            }
            if (next != null) {
                at = setVersionTwice(statement, at, next.version());
            }
            if (looks) {
                statement.setLong(at, Objects.requireNonNull(expected));
                at = setLook(statement, at + 1, keyParts);
            }
            setKey(statement, at, keyParts.key());
            return answerWithParts(statement);
        }
    }

    private int setLook(PreparedStatement statement, int first, KeyParts keyParts) throws SQLException {
        int at = setKey(statement, first, keyParts.key());
        List<Long> numbers = List.copyOf(keyParts.change().lookIn());
        List<String> ids = List.copyOf(keyParts.change().ids());
        if (PartsStatement.looksForOne(keyParts.change())) {
            statement.setLong(at, numbers.get(0));
            statement.setString(at + 1, ids.get(0));
        } else {
            setArray(statement, at, "bigint", numbers, number -> number);
            setArray(statement, at + 1, "text", ids, id -> id);
        }
        return at + 2;
    }

    private static Answer answerWithParts(PreparedStatement statement) throws SQLException {
        statement.execute();
        try (ResultSet rows = statement.getResultSet()) {
            rows.next();
            if (rows.getLong(1) > 0) {
                return Answer.WON;
            }
        }
        statement.getMoreResults();
        try (ResultSet rows = statement.getResultSet()) {
            if (!rows.next()) {
                return Answer.lostTo(null);
            }
            Array present = rows.getArray(4);
            return present == null
                    ? Answer.lostTo(stored(rows, 1))
                    : new Answer(false, stored(rows, 1), PartsStatement.present((String[]) present.getArray()));
        }
    }

    private static Answer answer(PreparedStatement statement) throws SQLException {
        statement.execute();
        if (statement.getUpdateCount() > 0) {
            return Answer.WON;
        }
        statement.getMoreResults();
        try (ResultSet rows = statement.getResultSet()) {
            return Answer.lostTo(rows.next() ? stored(rows, 1) : null);
        }
    }

    @Override
    Locked lock(Connection connection, Row placeholder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(lock)) {
            set(statement, 1, placeholder);
            statement.execute();
            statement.getMoreResults();
            try (ResultSet rows = statement.getResultSet()) {
                rows.next();
                return new Locked(stored(rows, 1), rows.getString(4));
            }
        }
    }

    @Override
    boolean changeLocked(Connection connection, RowChange change, Locked locked) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(portable(change) + " AND " + TRANSACTION + " = ?")) {
            statement.setLong(
                    setChange(statement, 1, change), Long.parseLong(Objects.requireNonNull(locked.transaction())));
            return statement.executeUpdate() > 0;
        }
    }

    @Override
    Map<String, Stored> findAll(Connection connection, Collection<String> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(findAll)) {
            statement.setString(1, namespace);
            statement.setArray(2, connection.createArrayOf("text", keys.toArray()));
            return byKey(statement);
        }
    }

    @Override
    Set<String> insertAll(Connection connection, List<Row> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insertAll)) {
            statement.setString(1, namespace);
            setArray(statement, 2, "text", rows, Row::key);
            setRows(statement, 3, rows);
            return keys(statement);
        }
    }

    @Override
    Set<String> updateAll(Connection connection, List<RowChange> changes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(updateAll)) {
            statement.setString(1, namespace);
            setArray(statement, 2, "text", changes, RowChange::key);
            setArray(statement, 3, "bigint", changes, RowChange::expected);
            setRows(statement, 4, changes.stream().map(RowChange::next).collect(Collectors.toList()));
            return keys(statement);
        }
    }

    @Override
    Set<String> deleteAll(Connection connection, List<RowChange> changes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(deleteAll)) {
            statement.setString(1, namespace);
            setArray(statement, 2, "text", changes, RowChange::key);
            setArray(statement, 3, "bigint", changes, RowChange::expected);
            return keys(statement);
        }
    }

    private static void setRows(PreparedStatement statement, int first, List<Row> rows) throws SQLException {
        int at = first;
        setArray(statement, at++, "bigint", rows, Row::version);
        byte[][] states = rows.stream().map(Row::state).toArray(byte[][]::new);
        statement.setArray(at++, statement.getConnection().createArrayOf("bytea", states));
        setArray(statement, at++, "text", rows, Row::value);
        setArray(statement, at++, "bigint", rows, Row::dueAt);
        setArray(statement, at++, "bigint", rows, Row::firstAt);
        setArray(statement, at++, "int4", rows, Row::openParts);
        setArray(statement, at++, "int4", rows, Row::inFlight);
        setArray(statement, at++, "int4", rows, Row::attempts);
        setArray(statement, at, "text", rows, Row::lastError);
    }

    static <T> void setArray(
            PreparedStatement statement, int at, String type, List<T> rows, Function<T, @Nullable Object> column)
            throws SQLException {
        Object[] values = new Object[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        statement.setArray(at, statement.getConnection().createArrayOf(type, values));
    }
}
