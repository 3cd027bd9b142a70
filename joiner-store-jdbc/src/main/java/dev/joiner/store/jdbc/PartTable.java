package dev.joiner.store.jdbc;

import dev.joiner.spi.PartsChange.Range;
import dev.joiner.spi.StoredParts.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements on the parts of one namespace, in SQL that every database takes; a subclass for each database has those that it
 * can do better.
 *
 * <p>Parts are written in the transaction that exchanges the row of their key, after that: whoever has the row has the parts.
 */
abstract class PartTable {
    static final List<String> COLUMNS = List.of("namespace", "join_key", "number", "position", "id", "part");
    static final String ALL_COLUMNS = String.join(", ", COLUMNS);
    static final String ROW_OF_PARAMETERS = "(" + JoinTable.parameters(COLUMNS.size()) + ")";
    private static final String SUFFIX = "_parts";
    static final String BYTES = "COALESCE(OCTET_LENGTH(part), 0)";
    static final String BYTES_UP_TO = "SUM(bytes) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING)";
    static final String THIS_RANGE = JoinTable.THIS_KEY + " AND number = ? AND position >= ? AND position < ?";

    final String table;
    final String namespace;

    private final String insert;
    private final String strip;
    private final String remove;
    private final String removeAll;

    PartTable(String joinTable, String namespace) {
        table = name(joinTable);
        this.namespace = namespace;
        insert = "INSERT INTO " + table + " (" + ALL_COLUMNS + ") VALUES " + ROW_OF_PARAMETERS;
        strip = "UPDATE " + table + " SET part = NULL WHERE " + THIS_RANGE;
        remove = "DELETE FROM " + table + " WHERE " + THIS_RANGE;
        removeAll = "DELETE FROM " + table + " WHERE " + JoinTable.THIS_KEY;
    }

    /** The name of the table of parts that belongs to a table of joins. */
    static String name(String joinTable) {
        return joinTable + SUFFIX;
    }

    /** An id that is looked for under a number of its key. */
    record Look(String key, long number, String id) {}

    /** Positions of a key. */
    record KeyRange(String key, Range range) {}

    // Writing

    /**
     * Does what exchanges that were won do to the parts of their keys.
     *
     * @param largest how many bytes of parts a statement may have
     */
    final void write(Connection connection, Collection<KeyParts> changes, long largest) throws SQLException {
        List<KeyRange> removed = new ArrayList<>();
        List<KeyRange> stripped = new ArrayList<>();
        List<PartRow> appended = new ArrayList<>();
        for (KeyParts parts : changes) {
            if (parts.change().removesAll()) {
                removeAll(connection, parts.key());
            }
            parts.change().removed().forEach(range -> removed.add(new KeyRange(parts.key(), range)));
            parts.change().stripped().forEach(range -> stripped.add(new KeyRange(parts.key(), range)));
            appended.addAll(parts.appended());
        }
        for (List<KeyRange> chunk : Chunks.of(removed)) {
            remove(connection, chunk);
        }
        for (List<KeyRange> chunk : Chunks.of(stripped)) {
            strip(connection, chunk);
        }
        for (List<PartRow> chunk : Chunks.of(appended, PartRow::bytes, largest)) {
            insert(connection, chunk);
        }
    }

    private void removeAll(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(removeAll)) {
            setKey(statement, 1, key);
            statement.executeUpdate();
        }
    }

    void insert(Connection connection, List<PartRow> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            for (PartRow row : rows) {
                set(statement, 1, row);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Takes rows out. */
    void remove(Connection connection, List<KeyRange> ranges) throws SQLException {
        changeEach(connection, remove, ranges);
    }

    /** Leaves only the ids of rows. */
    void strip(Connection connection, List<KeyRange> ranges) throws SQLException {
        changeEach(connection, strip, ranges);
    }

    private void changeEach(Connection connection, String sql, List<KeyRange> ranges) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (KeyRange range : ranges) {
                setRange(statement, setKey(statement, 1, range.key()), range.range());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    // Reading

    /** Those of some ids that are there. */
    abstract List<Look> present(Connection connection, List<Look> looks) throws SQLException;

    /** Those of a key's ids that are there under one of the numbers, each with that. */
    final Map<String, Long> present(Connection connection, String key, Collection<Long> numbers, Collection<String> ids)
            throws SQLException {
        Map<String, Long> present = new HashMap<>();
        List<Look> looks = new ArrayList<>();
        for (Long number : numbers) {
            for (String id : ids) {
                looks.add(new Look(key, number, id));
                if (looks.size() == Chunks.MAX_ROWS) {
                    present(connection, looks).forEach(look -> present.put(look.id(), look.number()));
                    looks.clear();
                }
            }
        }
        if (!looks.isEmpty()) {
            present(connection, looks).forEach(look -> present.put(look.id(), look.number()));
        }
        return present;
    }

    /** Goes through the rows of a range, and sums up how much there is before each. */
    String page(Connection connection) {
        return "SELECT id, part FROM (SELECT position, id, part, bytes, " + BYTES_UP_TO
                + " AS up_to FROM (SELECT position, id, part, "
                + BYTES + " AS bytes FROM " + table + " WHERE " + THIS_RANGE
                + ") k) n WHERE up_to - bytes < ? ORDER BY position";
    }

    /** How many times {@link #page(Connection)} has the range among its parameters. */
    int rangesOfPage() {
        return 1;
    }

    /** As many of the next parts of a join as fit into so many bytes, and one at the least. */
    List<Part> page(Connection connection, String key, long number, int from, int limit, long bytes)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(page(connection))) {
            Range range = range(number, from, limit);
            int at = 1;
            for (int i = 0; i < rangesOfPage(); i++) {
                at = setRange(statement, setKey(statement, at, key), range);
            }
            statement.setLong(at, bytes);
            List<Part> page = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    page.add(new Part(id(rows, 1), rows.getBytes(2)));
                }
            }
            return page;
        }
    }

    static Range range(long number, int from, int limit) {
        return new Range(number, from, (int) Math.min(Integer.MAX_VALUE, (long) from + limit));
    }

    // Parameters and results

    final int setKey(PreparedStatement statement, int first, String key) throws SQLException {
        statement.setString(first, namespace);
        statement.setString(first + 1, key);
        return first + 2;
    }

    static int setRange(PreparedStatement statement, int first, Range range) throws SQLException {
        statement.setLong(first, range.number());
        statement.setInt(first + 1, range.from());
        statement.setInt(first + 2, range.to());
        return first + 3;
    }

    /** Sets all columns; the number of the parameter after them. */
    final int set(PreparedStatement statement, int first, PartRow row) throws SQLException {
        int at = setKey(statement, first, row.key());
        statement.setLong(at++, row.number());
        statement.setInt(at++, row.position());
        setId(statement, at++, row.part().id());
        byte[] bytes = row.part().bytes();
        if (bytes == null) {
            statement.setNull(at++, Types.VARBINARY);
        } else {
            statement.setBytes(at++, bytes);
        }
        return at;
    }

    void setId(PreparedStatement statement, int at, @Nullable String id) throws SQLException {
        statement.setString(at, id);
    }

    @Nullable
    String id(ResultSet rows, int at) throws SQLException {
        return rows.getString(at);
    }

    /** The keys, numbers and ids that a query returns. */
    final List<Look> looks(PreparedStatement statement) throws SQLException {
        List<Look> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String id = id(rows, 3);
                if (id != null) {
                    found.add(new Look(rows.getString(1), rows.getLong(2), id));
                }
            }
        }
        return found;
    }
}
