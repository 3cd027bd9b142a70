package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Receiver;
import dev.joiner.benchmarks.work.Whole;
import dev.joiner.benchmarks.work.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is written by hand on a database. The first part is one insert; a later one finds it there, locks the row, and
 * updates it, or hands the thing over and deletes it, in one transaction. No expiry, no attempts counted, and the row is
 * locked while the thing is handed over.
 */
final class HandWrittenSql implements Subject {
    private final Database.Pool pool;
    private final HandWrittenTable table;
    private final Receiver receiver;

    HandWrittenSql(Database database, Work work, Receiver receiver) throws SQLException {
        pool = database.pool(work.threads());
        table = HandWrittenTable.create(database.product(), pool.observed(), "hand");
        this.receiver = receiver;
    }

    @Override
    public Lane lane(int node) {
        return message -> {
            byte[] first = Whole.merge(message, null).encoded();
            try (Connection connection = pool.observed().getConnection()) {
                // The other's row may be gone when it is to be locked.
                while (!table.insertIfAbsent(connection, message.key(), first) && !merge(connection, message)) {
                    Thread.onSpinWait();
                }
            }
        };
    }

    /** Whether there was something to merge into. */
    private boolean merge(Connection connection, Message message) throws SQLException {
        connection.setAutoCommit(false);
        try {
            byte[] pending = locked(connection, message.key());
            if (pending != null) {
                write(connection, message, Whole.merge(message, Whole.decoded(pending)));
            }
            connection.commit();
            return pending != null;
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private byte @Nullable [] locked(Connection connection, String key) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(table.selectForUpdate)) {
            select.setString(1, key);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? rows.getBytes(1) : null;
            }
        }
    }

    private void write(Connection connection, Message message, Whole merged) throws SQLException {
        if (merged.isWhole()) {
            receiver.receive(message.key(), merged);
            try (PreparedStatement delete = connection.prepareStatement(table.delete)) {
                delete.setString(1, message.key());
                delete.executeUpdate();
            }
        } else {
            try (PreparedStatement update = connection.prepareStatement(table.update)) {
                update.setBytes(1, merged.encoded());
                update.setString(2, message.key());
                update.executeUpdate();
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
