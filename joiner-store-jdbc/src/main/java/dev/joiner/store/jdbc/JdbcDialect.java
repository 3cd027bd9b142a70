package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The databases that {@link JdbcJoinStore} has statements for. */
public enum JdbcDialect {
    /** H2, 2.2 to 2.4, embedded or as a server; 2.5 loses commits of a file when its process is killed. */
    H2("""
            SELECT LOWER(c.column_name), c.collation_name, t.remarks
            FROM information_schema.columns c JOIN information_schema.tables t
                ON t.table_schema = c.table_schema AND t.table_name = c.table_name
            WHERE c.table_schema = COALESCE(UPPER(?), CURRENT_SCHEMA) AND UPPER(c.table_name) = UPPER(?)
            """) {
        @Override
        JoinTable table(String table, String namespace, Duration lockTimeout) {
            return new H2JoinTable(table, namespace);
        }

        @Override
        boolean tellsAllApart(@Nullable String collation) {
            return collation == null || collation.equals("OFF");
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
    },

    /** MySQL, 8.0.17 or later. */
    MYSQL(Sql.OF_MYSQL) {
        @Override
        JoinTable table(String table, String namespace, Duration lockTimeout) {
            return new MySqlJoinTable(table, namespace);
        }

        @Override
        boolean tellsAllApart(@Nullable String collation) {
            return "utf8mb4_0900_bin".equals(collation) || MARIADB.tellsAllApart(collation);
        }
    };

    private static final class Sql {
        static final String OF_MYSQL = """
                SELECT LOWER(c.column_name), c.collation_name, t.table_comment
                FROM information_schema.columns c JOIN information_schema.tables t
                    ON t.table_schema = c.table_schema AND t.table_name = c.table_name
                WHERE c.table_schema = COALESCE(?, DATABASE()) AND c.table_name = ?
                """;
    }

    /** Names, collations and the table's comment, one row for each column; asks for schema (or null) and table. */
    final String columns;

    JdbcDialect(String columns) {
        this.columns = columns;
    }

    abstract JoinTable table(String table, String namespace, Duration lockTimeout);

    /** Whether keys that differ are different keys for a column with this collation. */
    abstract boolean tellsAllApart(@Nullable String collation);

    /** The name of the file with the table's definition, next to this class. */
    String definition() {
        return name().toLowerCase(Locale.ROOT) + ".sql";
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
