package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the tables have to be like: made so where they are missing, and checked where they are there. */
final class TableDefinition {
    private static final String NAME_IN_FILE = "joiner_joins";
    private static final String COMMENT = "joiner format ";
    private static final int FORMAT = 1;
    private static final Set<String> MISSING_TABLE = Set.of("42S02", "42S03", "42S04", "42P01", "3F000", "90079");
    private static final String UNTRANSLATABLE = "22P05";
    /** Letters of which most encodings lack at least one. */
    private static final String LETTERS = "a\u00fc\u0416\u20ac\u4e2d\ud83d\ude00";

    private static final int MYSQL_UNKNOWN_SCHEMA = 1049;
    private static final Set<Integer> TEXT = Set.of(Types.VARCHAR, Types.LONGVARCHAR, Types.CLOB);
    private static final Set<Integer> WHOLE = Set.of(Types.INTEGER, Types.BIGINT);
    private static final Set<Integer> BYTES = Set.of(Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB);

    private final JdbcDialect dialect;
    private final TableName table;
    private final TableName parts;

    TableDefinition(JdbcDialect dialect, TableName table) {
        this.dialect = dialect;
        this.table = table;
        parts = table.ofParts();
    }

    /** Whether there is such a table of joins, whatever it is like. */
    boolean hasTable(Connection connection) throws SQLException {
        return exists(connection, table);
    }

    /** The same of the parts. */
    boolean hasParts(Connection connection) throws SQLException {
        return exists(connection, parts);
    }

    private static boolean exists(Connection connection, TableName table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT 1 FROM " + table + " WHERE 1 = 0").close();
            return true;
        } catch (SQLException e) {
            boolean missing = e.getSQLState() != null && MISSING_TABLE.contains(e.getSQLState());
            if (missing || e.getErrorCode() == MYSQL_UNKNOWN_SCHEMA) {
                return false;
            }
            throw e;
        }
    }

    /** Creates what is missing. */
    void create(Connection connection, boolean hasTable, boolean hasParts) throws SQLException {
        for (String sql : statements()) {
            boolean isOfParts = sql.contains(" " + parts);
            if (isOfParts ? hasParts : hasTable) {
                continue;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    private List<String> statements() {
        String file;
        try (InputStream in = Objects.requireNonNull(TableDefinition.class.getResourceAsStream(dialect.definition()))) {
            file = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String named = file.replaceAll("--.*", "")
                .replace(NAME_IN_FILE + "_due", table.name() + "_due") // an index is where its table is
                .replace(NAME_IN_FILE + "_parts_id", parts.name() + "_id")
                .replace(" " + NAME_IN_FILE, " " + table);
        return Arrays.stream(named.split(";"))
                .map(String::strip)
                .filter(sql -> !sql.isEmpty())
                .toList();
    }

    /**
     * Returns how many bytes a state, or a part, may have.
     *
     * @throws StoreException if a table would lose or confuse joins; says what is wrong with it
     */
    long check(Connection connection) throws SQLException {
        for (TableName name : List.of(table, parts)) {
            if (!exists(connection, name)) {
                throw wrong(
                        name,
                        "is not there: create it as " + dialect.definition() + " in the jar says, or let"
                                + " createTableIfMissing() do so");
            }
        }
        checkEncoding(connection);
        long capacity = Math.min(checkColumns(connection), checkColumnsOfParts(connection));
        checkPrimaryKey(connection, table, Set.of("namespace", "join_key"));
        checkPrimaryKey(connection, parts, Set.of("namespace", "join_key", "number", "position"));
        checkCatalogue(connection, table);
        checkCatalogue(connection, parts);
        return Math.min(capacity, dialect.limit(connection));
    }

    /** A connection or a database that has no word for a letter may put a question mark instead, for all of them. */
    private static void checkEncoding(Connection connection) throws SQLException {
        String found;
        try (PreparedStatement statement = connection.prepareStatement("SELECT COALESCE(?, '')")) {
            statement.setString(1, LETTERS);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                found = rows.getString(1);
            }
        } catch (SQLException e) {
            if (UNTRANSLATABLE.equals(e.getSQLState())) {
                throw new StoreException(
                        "the database does not take all of Unicode, as keys and values need it: "
                                + SqlFailure.textOf(e),
                        e);
            }
            throw e;
        }
        if (!found.equals(LETTERS)) {
            throw new StoreException(
                    "the connection makes \"" + found + "\" of \"" + LETTERS
                            + "\", and would take different keys for the same: set the encoding of its characters to UTF-8 (utf8mb4)");
        }
    }

    private long checkColumns(Connection connection) throws SQLException {
        return checkColumns(connection, table, JoinTable.ALL_COLUMNS, columns -> {
            checkText(table, columns, 1, 100);
            checkText(table, columns, 2, 500);
            checkType(table, columns, 3, Set.of(Types.BIGINT));
            checkType(table, columns, 4, BYTES);
            checkType(table, columns, 5, TEXT);
            checkType(table, columns, 6, Set.of(Types.BIGINT));
            checkType(table, columns, 7, Set.of(Types.BIGINT));
            checkType(table, columns, 8, WHOLE);
            checkType(table, columns, 9, WHOLE);
            checkType(table, columns, 10, WHOLE);
            checkText(table, columns, 11, 500);
            return Math.min(capacity(columns, 4), capacity(columns, 5));
        });
    }

    private long checkColumnsOfParts(Connection connection) throws SQLException {
        return checkColumns(connection, parts, PartTable.ALL_COLUMNS, columns -> {
            checkText(parts, columns, 1, 100);
            checkText(parts, columns, 2, 500);
            checkType(parts, columns, 3, Set.of(Types.BIGINT));
            checkType(parts, columns, 4, WHOLE);
            checkType(parts, columns, 5, isOfMySqlFamily() ? BYTES : TEXT);
            checkLength(parts, columns, 5, 500);
            checkType(parts, columns, 6, BYTES);
            return capacity(columns, 6);
        });
    }

    private interface ColumnsCheck {
        long check(ResultSetMetaData columns) throws SQLException;
    }

    private static long checkColumns(Connection connection, TableName table, String names, ColumnsCheck check)
            throws SQLException {
        String sql = "SELECT " + names + " FROM " + table + " WHERE 1 = 0";
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery(sql)) {
            return check.check(none.getMetaData());
        } catch (SQLException e) {
            if (e.getSQLState() != null && e.getSQLState().startsWith("42")) {
                throw new StoreException("table " + table + " lacks a column: " + SqlFailure.textOf(e), e);
            }
            throw e;
        }
    }

    private boolean isOfMySqlFamily() {
        return dialect == JdbcDialect.MARIADB || dialect == JdbcDialect.MYSQL;
    }

    private static int capacity(ResultSetMetaData columns, int column) throws SQLException {
        int capacity = columns.getPrecision(column);
        return capacity <= 0 ? Integer.MAX_VALUE : capacity; // more than an int: no limit that could be met
    }

    private void checkText(TableName table, ResultSetMetaData columns, int column, int length) throws SQLException {
        checkType(table, columns, column, TEXT);
        checkLength(table, columns, column, length);
    }

    private void checkLength(TableName table, ResultSetMetaData columns, int column, int length) throws SQLException {
        int precision = columns.getPrecision(column);
        if (precision > 0 && precision < length) {
            throw wrong(
                    table,
                    "has " + precision + " characters for " + name(columns, column) + ", which needs " + length
                            + ": see " + dialect.definition() + " in the jar");
        }
    }

    private void checkType(TableName table, ResultSetMetaData columns, int column, Set<Integer> types)
            throws SQLException {
        String type = columns.getColumnTypeName(column);
        boolean folds = type.toUpperCase(Locale.ROOT).contains("IGNORECASE");
        if (folds || !types.contains(columns.getColumnType(column))) {
            throw wrong(
                    table,
                    "has type " + type + " for " + name(columns, column) + ", see " + dialect.definition()
                            + " in the jar");
        }
    }

    private static String name(ResultSetMetaData columns, int column) throws SQLException {
        return columns.getColumnLabel(column).toLowerCase(Locale.ROOT);
    }

    /** Without it, two nodes could begin one join twice, or append two parts in one place. */
    private void checkPrimaryKey(Connection connection, TableName table, Set<String> needed) throws SQLException {
        DatabaseMetaData database = connection.getMetaData();
        boolean schemasAreCatalogues = isOfMySqlFamily();
        String schema = schema(connection, table, database);
        String catalogue =
                schemasAreCatalogues ? Objects.requireNonNullElse(table.schema(), connection.getCatalog()) : null;
        Set<String> columns = new TreeSet<>();
        try (ResultSet rows = database.getPrimaryKeys(
                catalogue, schemasAreCatalogues ? null : schema, folded(database, table.name()))) {
            while (rows.next()) {
                columns.add(rows.getString("COLUMN_NAME").toLowerCase(Locale.ROOT));
            }
        }
        if (!columns.equals(needed)) {
            throw wrong(
                    table,
                    "has " + (columns.isEmpty() ? "no primary key" : "the primary key " + columns) + ", needs one of "
                            + new TreeSet<>(needed));
        }
    }

    /** Where a table without a schema is; PostgreSQL looks through its search path, of which it tells only the first. */
    private @Nullable String schema(Connection connection, TableName table, DatabaseMetaData database)
            throws SQLException {
        if (table.schema() != null) {
            return folded(database, table.schema());
        }
        if (dialect != JdbcDialect.POSTGRESQL) {
            return connection.getSchema();
        }
        String sql = "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.oid = to_regclass(?::text)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table.name());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    private static String folded(DatabaseMetaData database, String name) throws SQLException {
        if (database.storesUpperCaseIdentifiers()) {
            return name.toUpperCase(Locale.ROOT);
        }
        return database.storesLowerCaseIdentifiers() ? name.toLowerCase(Locale.ROOT) : name;
    }

    private void checkCatalogue(Connection connection, TableName table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(dialect.columns)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String column = rows.getString(1);
                    String collation = rows.getString(2);
                    boolean isKey = Set.of("namespace", "join_key").contains(column)
                            || (column.equals("id") && !isOfMySqlFamily());
                    if (isKey && !dialect.tellsAllApart(collation)) {
                        throw wrong(
                                table,
                                "has collation " + collation + " for " + column
                                        + ", which takes different keys for the same: see " + dialect.definition()
                                        + " in the jar");
                    }
                    if (Set.of("join_value", "last_error").contains(column) && !dialect.takesAllLetters(collation)) {
                        throw wrong(
                                table,
                                "has collation " + collation + " for " + column + ", whose encoding lacks letters: see "
                                        + dialect.definition() + " in the jar");
                    }
                    checkFormat(table, rows.getString(3));
                }
            }
        }
    }

    private void checkFormat(TableName table, @Nullable String comment) {
        if (comment != null && comment.startsWith(COMMENT)) {
            String format = comment.substring(COMMENT.length());
            if (!format.equals(String.valueOf(FORMAT))) {
                throw wrong(
                        table,
                        "has format " + format + ", this version of Joiner knows " + FORMAT
                                + ": use the version that made it, or a later one");
            }
        }
    }

    private static StoreException wrong(TableName table, String problem) {
        return new StoreException("table " + table + " " + problem);
    }
}
