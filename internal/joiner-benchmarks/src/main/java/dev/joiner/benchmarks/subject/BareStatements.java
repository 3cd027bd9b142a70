package dev.joiner.benchmarks.subject;

import dev.joiner.benchmarks.work.Message;
import dev.joiner.benchmarks.work.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * As many statements, each its own transaction, as a join needs at least if a crash is to lose nothing: an insert for
 * the first part, an update for each later one, a delete once the thing was handed over. Prepared once, on a connection
 * kept; nothing is read, decided or joined.
 */
final class BareStatements implements Subject {
    private final Database.Pool pool;
    private final HandWrittenTable table;

    BareStatements(Database database, Work work) throws SQLException {
        pool = database.pool(work.threads());
        table = HandWrittenTable.create(database.product(), pool.observed(), "bare");
    }

    @Override
    public Lane lane(int node) throws SQLException {
        return new Statements(pool.observed().getConnection());
    }

    @Override
    public void close() {
        pool.close();
    }

    private final class Statements implements Lane {
        private final Connection connection;
        private final PreparedStatement insert;
        private final PreparedStatement update;
        private final PreparedStatement delete;

        Statements(Connection connection) throws SQLException {
            this.connection = connection;
            insert = connection.prepareStatement(table.insert);
            update = connection.prepareStatement(table.update);
            delete = connection.prepareStatement(table.delete);
        }

        @Override
        public void accept(Message message) throws SQLException {
            if (message.part() == 0) {
                insert.setString(1, message.key());
                insert.setBytes(2, message.value());
                insert.executeUpdate();
                return;
            }
            update.setBytes(1, message.value());
            update.setString(2, message.key());
            update.executeUpdate();
            if (message.part() == message.parts() - 1) {
                delete.setString(1, message.key());
                delete.executeUpdate();
            }
        }

        @Override
        public void close() {
            HandWrittenTable.closeQuietly(connection);
        }
    }
}
