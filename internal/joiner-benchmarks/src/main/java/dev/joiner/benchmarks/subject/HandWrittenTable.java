package dev.joiner.benchmarks.subject;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Statement;
import javax.sql.DataSource;

/** A table of keys and bytes, and the statements that are written by hand. */
final class HandWrittenTable {
    private final Database.Product product;
    final String insert;
    final String insertIfAbsent;
    final String selectForUpdate;
    final String update;
    final String delete;

    private HandWrittenTable(Database.Product product, String table) {
        this.product = product;
        insert = "INSERT INTO " + table + " (k, v) VALUES (?, ?)";
        insertIfAbsent = switch (product) {
            case POSTGRESQL -> insert + " ON CONFLICT DO NOTHING";
            // INSERT IGNORE would take other errors for a key that is there. Counts 1 or 2 with every driver's
            // settings.
            case MARIADB -> insert + " ON DUPLICATE KEY UPDATE met = met + 1";
            case H2 -> insert;
        };
        selectForUpdate = "SELECT v FROM " + table + " WHERE k = ? FOR UPDATE";
        update = "UPDATE " + table + " SET v = ? WHERE k = ?";
        delete = "DELETE FROM " + table + " WHERE k = ?";
    }

    static HandWrittenTable create(Database.Product product, DataSource dataSource, String prefix) throws SQLException {
        String table = UniqueNames.next(prefix);
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + table + " (k varchar(500) NOT NULL PRIMARY KEY, v " + product.bytes
                    + " NOT NULL, met integer DEFAULT 0 NOT NULL)");
        }
        return new HandWrittenTable(product, table);
    }

    /** Inserts a row unless its key is there; whether it has. */
    boolean insertIfAbsent(Connection connection, String key, byte[] value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insertIfAbsent)) {
            statement.setString(1, key);
            statement.setBytes(2, value);
            return statement.executeUpdate() == 1;
        } catch (SQLIntegrityConstraintViolationException e) {
            if (product == Database.Product.H2) {
                return false;
            }
            throw e;
        }
    }

    static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // its pool is closed next
        }
    }
}
