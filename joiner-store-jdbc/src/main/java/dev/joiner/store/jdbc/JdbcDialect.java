package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The databases that {@link JdbcJoinStore} has statements for. */
public enum JdbcDialect {
    /** H2, 2.2 to 2.4, embedded or as a server; 2.5 loses commits of a file when its process is killed. */
    // In capitals, for databases that fold no names (DATABASE_TO_UPPER=FALSE).
    H2("""
            SELECT LOWER(C.COLUMN_NAME), C.COLLATION_NAME, T.REMARKS
            FROM INFORMATION_SCHEMA.COLUMNS C JOIN INFORMATION_SCHEMA.TABLES T
                ON T.TABLE_SCHEMA = C.TABLE_SCHEMA AND T.TABLE_NAME = C.TABLE_NAME
            WHERE UPPER(C.TABLE_SCHEMA) = UPPER(COALESCE(?, CURRENT_SCHEMA)) AND UPPER(C.TABLE_NAME) = UPPER(?)
            """) {
        @Override
        JoinTable table(String table, String namespace, Duration lockTimeout) {
            return new H2JoinTable(table, namespace);
        }

        @Override
        boolean tellsAllApart(@Nullable String collation) {
            return collation == null || collation.equals("OFF");
        }

        @Override
        long limit(Connection connection) {
            return Long.MAX_VALUE;
        }

        @Override
        boolean isInTransaction(Connection connection) throws SQLException {
            return selects(connection, "SELECT TRANSACTION_ID() IS NOT NULL");
        }
    },

    /** PostgreSQL, 12 or later. */
    POSTGRESQL("""
            SELECT a.attname,
                CASE WHEN c.collisdeterministic THEN c.collname ELSE 'not deterministic' END,
                obj_description(a.attrelid, 'pg_class')
            FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = a.attcollation
            WHERE a.attrelid = to_regclass(COALESCE(?::text || '.', '') || ?::text) AND a.attnum > 0
            """) {
        @Override
        JoinTable table(String table, String namespace, Duration lockTimeout) {
            return new PostgresJoinTable(table, namespace, lockTimeout);
        }

        @Override
        boolean tellsAllApart(@Nullable String collation) {
            return collation != null && !collation.equals("not deterministic");
        }

        /** No value and no message has more than 1 GB. */
        @Override
        long limit(Connection connection) {
            return (1L << 30) - ROOM_OF_STATEMENT;
        }

        @Override
        boolean isInTransaction(Connection connection) throws SQLException {
            return selects(connection, "SELECT txid_current_if_assigned() IS NOT NULL");
        }

        @Override
        void keepSettings(Connection connection) throws SQLException {
            execute(
                    connection,
                    "SELECT set_config('joiner.callers_lock_timeout', current_setting('lock_timeout'), true)");
        }

        @Override
        void restoreSettings(Connection connection) throws SQLException {
            execute(
                    connection,
                    "SELECT set_config('lock_timeout', current_setting('joiner.callers_lock_timeout'), true)");
        }
    },

    /** MariaDB, 10.6 or later. */
    MARIADB(Sql.OF_MYSQL) {
        @Override
        JoinTable table(String table, String namespace, Duration lockTimeout) {
            return new MariaDbJoinTable(table, namespace, lockTimeout);
        }

        @Override
        boolean tellsAllApart(@Nullable String collation) {
            return "utf8mb4_nopad_bin".equals(collation);
        }

        @Override
        boolean takesAllLetters(@Nullable String collation) {
            return Sql.isUtf8Mb4(collation);
        }

        @Override
        long limit(Connection connection) throws SQLException {
            return limitOfPacket(connection);
        }

        @Override
        boolean isInTransaction(Connection connection) throws SQLException {
            return selects(connection, "SELECT @@in_transaction");
        }
    },

    /** MySQL, 8.0.17 or later. */
    MYSQL(Sql.OF_MYSQL) {
        @Override
        JoinTable table(String table, String namespace, Duration lockTimeout) {
            return new MySqlJoinTable(table, namespace);
        }

        @Override
        boolean tellsAllApart(@Nullable String collation) {
            return "utf8mb4_0900_bin".equals(collation);
        }

        @Override
        boolean takesAllLetters(@Nullable String collation) {
            return Sql.isUtf8Mb4(collation);
        }

        @Override
        long limit(Connection connection) throws SQLException {
            return limitOfPacket(connection);
        }

        /** There is no variable that says so, but this is an error within a transaction, and otherwise says what is so already. */
        @Override
        boolean isInTransaction(Connection connection) throws SQLException {
            try {
                execute(connection, "SET TRANSACTION READ WRITE");
                return false;
            } catch (SQLException e) {
                if (e.getErrorCode() == TRANSACTION_IN_PROGRESS) {
                    return true;
                }
                throw e;
            }
        }
    };

    private static final int TRANSACTION_IN_PROGRESS = 1568;

    private static final class Sql {
        static boolean isUtf8Mb4(@Nullable String collation) {
            return collation != null && collation.startsWith("utf8mb4_");
        }

        static final String OF_MYSQL = """
                SELECT LOWER(c.column_name), c.collation_name, t.table_comment
                FROM information_schema.columns c JOIN information_schema.tables t
                    ON t.table_schema = c.table_schema AND t.table_name = c.table_name
                WHERE c.table_schema = COALESCE(?, DATABASE()) AND c.table_name = ?
                """;
    }

    /** More than all of a statement but the state takes: its text, a key, the text of an error. */
    private static final int ROOM_OF_STATEMENT = 16 << 10;

    /** Names, collations and the table's comment, one row for each column; asks for schema (or null) and table. */
    final String columns;

    JdbcDialect(String columns) {
        this.columns = columns;
    }

    abstract JoinTable table(String table, String namespace, Duration lockTimeout);

    /** Whether keys that differ are different keys for a column with this collation. */
    abstract boolean tellsAllApart(@Nullable String collation);

    /** Whether a column with this collation has an encoding for every letter; where the whole database has one, it has. */
    boolean takesAllLetters(@Nullable String collation) {
        return true;
    }

    /** How many bytes of state go into a statement. */
    abstract long limit(Connection connection) throws SQLException;

    /** Whether a connection without auto-commit is inside a transaction that has done something. */
    abstract boolean isInTransaction(Connection connection) throws SQLException;

    /** Before the store works in a transaction of the caller's: notes what its statements change for the rest of it. */
    void keepSettings(Connection connection) throws SQLException {}

    /** After it has worked there. */
    void restoreSettings(Connection connection) throws SQLException {}

    static boolean selects(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    /** Drivers that write values into the text of a statement put a backslash before every byte that needs one. */
    static long limitOfPacket(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet packet = statement.executeQuery("SELECT @@max_allowed_packet")) {
            packet.next();
            return (packet.getLong(1) - ROOM_OF_STATEMENT) / 2;
        }
    }

    /** The name of the file with the table's definition, next to this class. */
    String definition() {
        return name().toLowerCase(Locale.ROOT) + ".sql";
    }

    /** Whether a database of H2's is a file that this process has open. */
    static boolean isFileOfH2(Connection connection) throws SQLException {
        String url = connection.getMetaData().getURL();
        return !url.startsWith("jdbc:h2:mem:") && !url.startsWith("jdbc:h2:tcp:") && !url.startsWith("jdbc:h2:ssl:");
    }

    static JdbcDialect of(DatabaseMetaData database) throws SQLException {
        String product = database.getDatabaseProductName();
        return switch (product) {
            case "H2" -> H2;
            case "PostgreSQL" -> POSTGRESQL;
            case "MariaDB" -> MARIADB;
            // MySQL's driver says so of MariaDB, too.
            case "MySQL" -> database.getDatabaseProductVersion().contains("MariaDB") ? MARIADB : MYSQL;
            default ->
                throw new StoreException("the database is \"" + product + "\", there are statements for "
                        + Arrays.toString(values())
                        + "; if it speaks the SQL of one of them, name it by dialect(...)");
        };
    }
}
