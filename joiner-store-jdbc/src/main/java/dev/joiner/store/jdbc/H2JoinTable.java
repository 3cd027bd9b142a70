package dev.joiner.store.jdbc;

import dev.joiner.spi.PartsChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** H2: embedded, so that a second statement costs no round trip. */
final class H2JoinTable extends JoinTable {
    /** An IN of the keys makes H2 read the whole namespace. */
    final String findAll;

    private static final String LOCKED = "joiner_lock";

    private final String lock;

    H2JoinTable(String table, String namespace) {
        super(table, namespace, new H2PartTable(table, namespace));
        findAll =
                "SELECT t.join_key, t.version, t.state, t.join_value FROM UNNEST(CAST(? AS VARCHAR ARRAY)) n(join_key) JOIN "
                        + table + " t ON t.namespace = ? AND t.join_key = n.join_key";
        lock = "SELECT " + STORED + ", TRANSACTION_ID() FROM FINAL TABLE (MERGE INTO " + table + " t USING (VALUES "
                + ROW_OF_PARAMETERS
                + ") n(" + ALL_COLUMNS + ") ON t.namespace = n.namespace AND t.join_key = n.join_key"
                + " WHEN MATCHED THEN UPDATE SET version = n.version"
                + " WHEN NOT MATCHED THEN INSERT (" + ALL_COLUMNS + ") VALUES (n." + String.join(", n.", COLUMNS)
                + "))";
    }

    /**
     * Looks for the ids before it writes, so that a known id is no reason to {@linkplain #undoBehindLock roll back}. If what is
     * expected is there when it is exchanged, no id came in between, as a version does not come back.
     */
    @Override
    Answer exchange(Connection connection, @Nullable Long expected, @Nullable Row next, KeyParts keyParts, long largest)
            throws SQLException {
        PartsChange change = keyParts.change();
        Map<String, Long> present = change.lookIn().isEmpty()
                ? Map.of()
                : parts.present(connection, keyParts.key(), change.lookIn(), change.ids());
        if (!present.isEmpty()) {
            Stored stored = find(connection, keyParts.key());
            return stored != null && expected != null && stored.version() == expected
                    ? Answer.present(present)
                    : Answer.lostTo(stored);
        }
        return inTransaction(connection, () -> {
            Answer answer = exchange(connection, keyParts.key(), expected, next);
            if (answer.won()) {
                parts.write(connection, List.of(keyParts), largest);
            }
            return answer;
        });
    }

    @Override
    Locked lock(Connection connection, Row placeholder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(lock)) {
            set(statement, 1, placeholder);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                Locked locked = new Locked(stored(rows, 1), rows.getString(4));
                JdbcDialect.execute(connection, "SAVEPOINT " + LOCKED);
                return locked;
            }
        }
    }

    /**
     * With {@code WRITE_DELAY=0}, H2 may roll a row back a second time, when a transaction that waited for it has committed already,
     * whose write is lost then. Behind the savepoint it is undone while nobody else can have it; the commit leaves it with the
     * version of the lock. In SQL, since whoever manages the connection must not take that for a commit of what is undone.
     */
    @Override
    void undoBehindLock(Connection connection, String key, long version, Locked locked) throws SQLException {
        if (CallersConnection.is(connection)) {
            return; // it is the caller's to commit
        }
        JdbcDialect.execute(connection, "ROLLBACK TO SAVEPOINT " + LOCKED);
        if (!locked.stored().isPlaceholder() || changeLocked(connection, new RowChange(key, version, null), locked)) {
            JdbcDialect.execute(connection, "COMMIT");
        }
    }

    @Override
    Answer withoutWaiting(Connection connection, String key, Work<Answer> exchange) throws SQLException {
        return ifNotLocked(connection, key, exchange);
    }

    @Override
    boolean changeLocked(Connection connection, RowChange change, Locked locked) throws SQLException {
        String sql = portable(change) + " AND TRANSACTION_ID() = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(setChange(statement, 1, change), locked.transaction());
            return statement.executeUpdate() > 0;
        }
    }

    @Override
    Map<String, Stored> findAll(Connection connection, Collection<String> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(findAll)) {
            statement.setArray(1, connection.createArrayOf("VARCHAR", keys.toArray()));
            statement.setString(2, namespace);
            return byKey(statement);
        }
    }

    @Override
    Set<String> insertAll(Connection connection, List<Row> rows) throws SQLException {
        return insertEach(connection, rows);
    }

    @Override
    Set<String> updateAll(Connection connection, List<RowChange> changes) throws SQLException {
        return changeEach(connection, changes);
    }

    @Override
    Set<String> deleteAll(Connection connection, List<RowChange> changes) throws SQLException {
        return changeEach(connection, changes);
    }
}
