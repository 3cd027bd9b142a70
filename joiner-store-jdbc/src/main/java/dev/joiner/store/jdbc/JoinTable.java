package dev.joiner.store.jdbc;

import dev.joiner.spi.PartsChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statements on the rows of one namespace, in SQL that every database takes; a subclass for each database has those
 * that it can do better.
 *
 * <p>Each method is one statement, if the database can. Batches have keys that are distinct and sorted, so that nodes
 * which write the same keys lock them in the same order.
 */
abstract class JoinTable {
    static final List<String> COLUMNS = List.of(
            "namespace",
            "join_key",
            "version",
            "state",
            "join_value",
            "due_at",
            "first_at",
            "open_parts",
            "in_flight",
            "attempts",
            "last_error");
    static final List<String> WITHOUT_KEY = COLUMNS.subList(2, COLUMNS.size());
    static final String ALL_COLUMNS = String.join(", ", COLUMNS);
    static final String ROW_OF_PARAMETERS = "(" + parameters(COLUMNS.size()) + ")";
    static final String SET_ALL = String.join(" = ?, ", WITHOUT_KEY) + " = ?";
    /** What {@link #stored} reads. */
    static final String STORED = "version, state, join_value";
    /** The same, without the bytes of a row that has the version that was to be written: they are known. */
    static final String WITNESS = "version, CASE WHEN version = ? THEN NULL ELSE state END,"
            + " CASE WHEN version = ? THEN NULL ELSE join_value END";

    static final String BYTES = "OCTET_LENGTH(state) + COALESCE(OCTET_LENGTH(join_value), 0)";
    static final String THIS_KEY = "namespace = ? AND join_key = ?";
    static final String THIS_VERSION = THIS_KEY + " AND version = ?";
    private static final String IS_PLACEHOLDER = "OCTET_LENGTH(state) = 0";

    final String table;
    final String namespace;
    final PartTable parts;

    private final String insert;
    private final String update;
    private final String delete;
    private final String find;
    final String due;
    final String firstPage;
    final String nextPage;
    final String count;
    private final String deletePlaceholder;

    JoinTable(String table, String namespace, PartTable parts) {
        this(table, namespace, parts, "namespace");
    }

    /** @param indexedNamespace what the index of due times has for the namespace */
    JoinTable(String table, String namespace, PartTable parts, String indexedNamespace) {
        this.table = table;
        this.namespace = namespace;
        this.parts = parts;
        insert = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES " + ROW_OF_PARAMETERS;
        update = "UPDATE " + table + " SET " + SET_ALL + " WHERE " + THIS_VERSION;
        delete = "DELETE FROM " + table + " WHERE " + THIS_VERSION;
        find = "SELECT " + STORED + " FROM " + table + " WHERE " + THIS_KEY;
        // H2 sorts unless it is told all columns of the index.
        due = "SELECT join_key, due_at, " + BYTES + " FROM " + table + " WHERE " + indexedNamespace
                + " = ? AND due_at >= ? AND due_at <= ? ORDER BY " + indexedNamespace
                + ", due_at LIMIT ?";
        firstPage = page("");
        nextPage = page(" AND join_key > ?");
        // Each from an index: no row is read but those that may be placeholders.
        count = "SELECT (SELECT COUNT(*) FROM " + table + " WHERE namespace = ?) - (SELECT COUNT(*) FROM " + table
                + " WHERE " + indexedNamespace + " = ? AND due_at = " + Row.PLACEHOLDER_DUE_AT + " AND "
                + IS_PLACEHOLDER + ")";
        deletePlaceholder = "DELETE FROM " + table + " WHERE " + THIS_KEY + " AND " + IS_PLACEHOLDER;
    }

    /**
     * The first keys and how much there is before each, joined with the rows of those that fit. As an outer join, which H2
     * begins on the left: an inner one it would begin with all rows of a large namespace, and look for the first keys again for each.
     */
    private String page(String after) {
        return "SELECT j.join_key, j.version, j.state, j.join_value, n.many FROM (SELECT join_key, bytes,"
                + " SUM(bytes) OVER (ORDER BY join_key ROWS UNBOUNDED PRECEDING) AS up_to, COUNT(*) OVER () AS many"
                + " FROM (SELECT join_key, " + BYTES + " AS bytes FROM " + table + " WHERE namespace = ?" + after
                + " ORDER BY namespace, join_key LIMIT ?) k) n LEFT JOIN " + table
                + " j ON j.namespace = ? AND j.join_key = n.join_key WHERE n.up_to - n.bytes < ? ORDER BY j.join_key";
    }

    /** A row with its key. */
    record Keyed(String key, Stored stored) {}

    /** A key that is due, and how many bytes its state has. */
    record DueKey(String key, long at, long bytes) {
        boolean isPlaceholder() {
            return bytes == 0;
        }
    }

    // One row

    final @Nullable Stored find(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(find)) {
            setKey(statement, 1, key);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? stored(rows, 1) : null;
            }
        }
    }

    /** Writes a row where there is none. */
    Answer insert(Connection connection, Row row) throws SQLException {
        return insertsOne(connection, row) ? Answer.WON : Answer.lostTo(find(connection, row.key()));
    }

    /** Replaces or takes out a row. */
    Answer change(Connection connection, RowChange change) throws SQLException {
        return changesOne(connection, change) ? Answer.WON : Answer.lostTo(find(connection, change.key()));
    }

    /**
     * Exchanges a row and does to the parts of its key what that says, both or neither: the row first, since whoever has that has the
     * parts.
     *
     * @param expected the version that the row must have; null: there must be none
     * @param next null: nothing
     * @param largest how many bytes of parts a statement may have
     */
    Answer exchange(Connection connection, @Nullable Long expected, @Nullable Row next, KeyParts keyParts, long largest)
            throws SQLException {
        return inTransaction(connection, () -> {
            Answer answer = expected == null
                    ? insertNew(connection, Objects.requireNonNull(next))
                    : change(connection, new RowChange(keyParts.key(), expected, next));
            if (!answer.won()) {
                return answer;
            }
            PartsChange change = keyParts.change();
            Map<String, Long> present = change.lookIn().isEmpty()
                    ? Map.of()
                    : parts.present(connection, keyParts.key(), change.lookIn(), change.ids());
            if (!present.isEmpty()) {
                connection.rollback();
                return Answer.present(present);
            }
            parts.write(connection, List.of(keyParts), largest);
            return answer;
        });
    }

    /** Writes a row where there is none, and tells that from one that an earlier try has written: the parts of that are there. */
    Answer insertNew(Connection connection, Row row) throws SQLException {
        return insert(connection, row);
    }

    /** Does so without parts. */
    final Answer exchange(Connection connection, String key, @Nullable Long expected, @Nullable Row next)
            throws SQLException {
        return expected == null
                ? insert(connection, Objects.requireNonNull(next))
                : change(connection, new RowChange(key, expected, next));
    }

    /** A row that is there already is no failure of the transaction, on the databases that need this. */
    private boolean insertsOne(Connection connection, Row row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            set(statement, 1, row);
            return statement.executeUpdate() > 0;
        } catch (SQLException e) {
            if (SqlFailure.of(e) == SqlFailure.DUPLICATE_KEY) {
                return false;
            }
            throw e;
        }
    }

    final boolean changesOne(Connection connection, RowChange change) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(portable(change))) {
            setChange(statement, 1, change);
            return statement.executeUpdate() > 0;
        }
    }

    /** Runs an exchange of one row so that it fails where it would wait for a lock, as far as the database lets it. */
    Answer withoutWaiting(Connection connection, String key, Work<Answer> exchange) throws SQLException {
        return exchange.run();
    }

    /** Does so where no statement can be told how long it may wait. */
    final Answer ifNotLocked(Connection connection, String key, Work<Answer> exchange) throws SQLException {
        return inTransaction(connection, () -> {
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT version FROM " + table + " WHERE " + THIS_KEY + " FOR UPDATE NOWAIT")) {
                setKey(statement, 1, key);
                statement.executeQuery().close();
            }
            return exchange.run();
        });
    }

    /** The update or delete that every database takes. */
    final String portable(RowChange change) {
        return change.next() == null ? delete : update;
    }

    /**
     * Locks the row until the transaction ends, and returns what is in it: an upsert, as locks of what is not there yet do not
     * keep others out, or keep too many out.
     *
     * <p>The row has the placeholder's version from then on, so that the write at the end of a transaction which the database has
     * rolled back in the middle does not find it.
     *
     * @param placeholder is written where there is no row
     */
    abstract Locked lock(Connection connection, Row placeholder) throws SQLException;

    /**
     * Undoes what a transaction has done since it locked a row, and lets go of the row, where a rollback of that would not do. The
     * transaction is rolled back after this, whatever came of it.
     *
     * @param key that is locked
     * @param version that the row has since
     */
    void undoBehindLock(Connection connection, String key, long version, Locked locked) throws SQLException {}

    /**
     * Replaces or takes out a row, but in no other transaction than the one that has locked it: one that was committed meanwhile
     * has left the row with the version that is expected.
     *
     * @return whether that transaction goes on, and has the row
     */
    abstract boolean changeLocked(Connection connection, RowChange change, Locked locked) throws SQLException;

    // Many rows

    /** The rows that are there of some keys. */
    Map<String, Stored> findAll(Connection connection, Collection<String> keys) throws SQLException {
        String sql = "SELECT join_key, " + STORED + " FROM " + table + " WHERE namespace = ? AND join_key IN ("
                + parameters(keys.size()) + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setKeys(statement, keys);
            return byKey(statement);
        }
    }

    /** Writes rows where there are none; the keys of those that it wrote. */
    abstract Set<String> insertAll(Connection connection, List<Row> rows) throws SQLException;

    /** Does so and tells them from those that an earlier try has written. */
    Set<String> insertAllNew(Connection connection, List<Row> rows) throws SQLException {
        return insertAll(connection, rows);
    }

    /** Replaces rows; the keys of those that it replaced. */
    abstract Set<String> updateAll(Connection connection, List<RowChange> changes) throws SQLException;

    /** Takes rows out; the keys of those that it took out. */
    abstract Set<String> deleteAll(Connection connection, List<RowChange> changes) throws SQLException;

    /** Takes out placeholders that were left behind. Those that somebody has locked stay; returns the others. */
    final Set<String> deletePlaceholders(Connection connection, Collection<String> keys) throws SQLException {
        return inTransaction(connection, () -> {
            String sql = "SELECT join_key FROM " + table + " WHERE namespace = ? AND join_key IN ("
                    + parameters(keys.size()) + ") AND " + IS_PLACEHOLDER + " FOR UPDATE SKIP LOCKED";
            Set<String> locked;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                setKeys(statement, keys);
                locked = keys(statement);
            }
            try (PreparedStatement statement = connection.prepareStatement(deletePlaceholder)) {
                for (String key : locked) {
                    setKey(statement, 1, key);
                    statement.executeUpdate();
                }
            }
            return locked;
        });
    }

    // Pages

    /** What has been due for longest; reads no states. */
    final List<DueKey> due(Connection connection, long from, long upTo, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(due)) {
            statement.setString(1, namespace);
            statement.setLong(2, from);
            statement.setLong(3, upTo);
            statement.setInt(4, limit);
            List<DueKey> keys = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    keys.add(new DueKey(rows.getString(1), rows.getLong(2), rows.getLong(3)));
                }
            }
            return keys;
        }
    }

    /**
     * Rows in the order of their keys.
     *
     * @param last whether nothing comes after them
     */
    record RowPage(List<Keyed> rows, boolean last) {}

    /** As many of the next rows as fit into so many bytes, and one at the least. */
    final RowPage page(Connection connection, @Nullable String after, int limit, long bytes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(after == null ? firstPage : nextPage)) {
            statement.setString(1, namespace);
            int at = 2;
            if (after != null) {
                statement.setString(at++, after);
            }
            statement.setInt(at++, limit);
            statement.setString(at++, namespace);
            statement.setLong(at, bytes);
            List<Keyed> page = new ArrayList<>();
            int many = 0;
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    page.add(keyed(rows));
                    many = rows.getInt(5);
                }
            }
            return new RowPage(page, many < limit && page.size() == many);
        }
    }

    final long count(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(count)) {
            statement.setString(1, namespace);
            statement.setString(2, namespace);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    // Parameters and results

    static String parameters(int count) {
        return times("?", count);
    }

    static String times(String parameter, int count) {
        return String.join(", ", Collections.nCopies(count, parameter));
    }

    /** Sets all columns; the number of the parameter after them. */
    final int set(PreparedStatement statement, int first, Row row) throws SQLException {
        statement.setString(first, namespace);
        statement.setString(first + 1, row.key());
        return setWithoutKey(statement, first + 2, row);
    }

    static int setWithoutKey(PreparedStatement statement, int first, Row row) throws SQLException {
        int at = first;
        statement.setLong(at++, row.version());
        statement.setBytes(at++, row.state());
        statement.setString(at++, row.value());
        setLong(statement, at++, row.dueAt());
        setLong(statement, at++, row.firstAt());
        statement.setInt(at++, row.openParts());
        statement.setInt(at++, row.inFlight());
        statement.setInt(at++, row.attempts());
        statement.setString(at++, row.lastError());
        return at;
    }

    /**
     * Selects keys, versions expected and all other columns of changes, which {@link #setChanges} sets; named as they are, but for
     * {@code expected}.
     */
    static String selectOfChanges(int count) {
        String named = "SELECT ? join_key, ? expected, "
                + WITHOUT_KEY.stream()
                        .map(column -> selected(column) + " " + column)
                        .collect(Collectors.joining(", "));
        String others = " UNION ALL SELECT ?, ?, "
                + WITHOUT_KEY.stream().map(JoinTable::selected).collect(Collectors.joining(", "));
        return named + others.repeat(count - 1);
    }

    /** MariaDB and MySQL do not know what type a parameter has there, and a server that prepares the statement takes bytes for text. */
    private static String selected(String column) {
        return column.equals("state") ? "CAST(? AS BINARY)" : "?";
    }

    /** Sets keys, versions expected and all other columns; the number of the parameter after them. */
    static int setChanges(PreparedStatement statement, List<RowChange> changes) throws SQLException {
        int at = 1;
        for (RowChange change : changes) {
            statement.setString(at++, change.key());
            statement.setLong(at++, change.expected());
            at = setWithoutKey(statement, at, Objects.requireNonNull(change.next()));
        }
        return at;
    }

    /** Sets the keys and versions that changes expect, for a statement that begins with the namespace. */
    final void setExpected(PreparedStatement statement, List<RowChange> changes) throws SQLException {
        statement.setString(1, namespace);
        int at = 2;
        for (RowChange change : changes) {
            statement.setString(at++, change.key());
            statement.setLong(at++, change.expected());
        }
    }

    final void setKeys(PreparedStatement statement, Collection<String> keys) throws SQLException {
        statement.setString(1, namespace);
        int at = 2;
        for (String key : keys) {
            statement.setString(at++, key);
        }
    }

    /** Sets what the portable update or delete takes; the number of the parameter after that. */
    final int setChange(PreparedStatement statement, int first, RowChange change) throws SQLException {
        int at = change.next() == null ? first : setWithoutKey(statement, first, change.next());
        at = setKey(statement, at, change.key());
        statement.setLong(at++, change.expected());
        return at;
    }

    final int setKey(PreparedStatement statement, int first, String key) throws SQLException {
        statement.setString(first, namespace);
        statement.setString(first + 1, key);
        return first + 2;
    }

    /** Sets what {@link #WITNESS} takes; the number of the parameter after that. */
    static int setVersionTwice(PreparedStatement statement, int first, long version) throws SQLException {
        statement.setLong(first, version);
        statement.setLong(first + 1, version);
        return first + 2;
    }

    static void setLong(PreparedStatement statement, int at, @Nullable Long number) throws SQLException {
        if (number == null) {
            statement.setNull(at, Types.BIGINT);
        } else {
            statement.setLong(at, number);
        }
    }

    static Stored stored(ResultSet rows, int first) throws SQLException {
        return Stored.of(rows.getLong(first), rows.getBytes(first + 1), rows.getString(first + 2));
    }

    private static Keyed keyed(ResultSet rows) throws SQLException {
        return new Keyed(rows.getString(1), stored(rows, 2));
    }

    static Map<String, Stored> byKey(PreparedStatement statement) throws SQLException {
        Map<String, Stored> byKey = new HashMap<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Keyed keyed = keyed(rows);
                byKey.put(keyed.key(), keyed.stored());
            }
        }
        return byKey;
    }

    /** The rows that a write returns; not every driver takes it for a query. */
    static ResultSet returned(PreparedStatement statement) throws SQLException {
        statement.execute();
        return Objects.requireNonNull(statement.getResultSet());
    }

    /** The keys that a statement returns. */
    static Set<String> keys(PreparedStatement statement) throws SQLException {
        Set<String> keys = new HashSet<>();
        try (ResultSet rows = returned(statement)) {
            while (rows.next()) {
                keys.add(rows.getString(1));
            }
        }
        return keys;
    }

    /**
     * Batches of the portable statements, which one transaction makes cheap where there is no network in between.
     *
     * @return the keys of the rows that were changed
     */
    final Set<String> changeEach(Connection connection, List<RowChange> changes) throws SQLException {
        return inTransaction(connection, () -> {
            boolean deleting = changes.get(0).next() == null;
            try (PreparedStatement statement = connection.prepareStatement(deleting ? delete : update)) {
                for (RowChange change : changes) {
                    setChange(statement, 1, change);
                    statement.addBatch();
                }
                int[] counts = statement.executeBatch();
                Set<String> changed = new HashSet<>();
                for (int i = 0; i < counts.length; i++) {
                    if (counts[i] > 0) {
                        changed.add(changes.get(i).key());
                    }
                }
                return changed;
            }
        });
    }

    /** As {@link #changeEach}, for rows that are not there. */
    final Set<String> insertEach(Connection connection, List<Row> rows) throws SQLException {
        return inTransaction(connection, () -> {
            Set<String> there =
                    findAll(connection, rows.stream().map(Row::key).toList()).keySet();
            List<Row> absent =
                    rows.stream().filter(row -> !there.contains(row.key())).toList();
            Set<String> inserted = new HashSet<>();
            if (!absent.isEmpty()) {
                try (PreparedStatement statement = connection.prepareStatement(insert)) {
                    for (Row row : absent) {
                        set(statement, 1, row);
                        statement.addBatch();
                    }
                    statement.executeBatch();
                }
                absent.forEach(row -> inserted.add(row.key()));
            }
            return inserted;
        });
    }

    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    /**
     * Runs several statements as one transaction; without auto-commit they are part of one already.
     *
     * <p>To set auto-commit commits, and saves the round trip of a commit. So it is set only after what is to be committed, or
     * after a rollback that went well.
     */
    static <T> T inTransaction(Connection connection, Work<T> work) throws SQLException {
        if (!connection.getAutoCommit()) {
            return work.run();
        }
        connection.setAutoCommit(false);
        try {
            T answer = work.run();
            connection.setAutoCommit(true);
            return answer;
        } catch (SQLException | RuntimeException | Error e) {
            if (Connections.rollBack(connection, e)) {
                try {
                    connection.setAutoCommit(true);
                } catch (SQLException notSet) {
                    e.addSuppressed(notSet);
                }
            }
            throw e;
        }
    }
}
