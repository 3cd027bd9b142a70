package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** What one statement costs at least: a prepared update of one row, again and again, each its own transaction. */
final class BareUpdates implements Subject {
    private final Database.Pool pool;
    private final HandWrittenTable table;

    BareUpdates(Database database, Work work) throws SQLException {
        pool = database.pool(work.threads());
        table = HandWrittenTable.create(database.product(), pool.observed(), "updates");
    }

    @Override
    public Lane lane(int node) throws SQLException {
        Connection connection = pool.observed().getConnection();
        String row = UniqueNames.next("row");
        try (PreparedStatement insert = connection.prepareStatement(table.insert)) {
            insert.setString(1, row);
            insert.setBytes(2, new byte[0]);
            insert.executeUpdate();
        }
        PreparedStatement update = connection.prepareStatement(table.update);
        return new Lane() {
            @Override
            public void accept(Message message) throws SQLException {
                update.setBytes(1, message.value());
                update.setString(2, row);
                update.executeUpdate();
            }

            @Override
            public void close() {
                HandWrittenTable.closeQuietly(connection);
            }
        };
    }

    @Override
    public void close() {
        pool.close();
    }
}
