package dev.joiner.store.jdbc;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;

/** What an SQL exception says of the transaction that it ended. */
enum SqlFailure {
    /** The database has rolled it back, and it may go well the next time: a deadlock, or a lost race. */
    ROLLED_BACK,
    /** A lock was not had in time, and nothing has happened. */
    LOCK_TIMEOUT,
    /** The connection is lost, and with it the answer: it may have happened or not. */
    CONNECTION_LOST,
    /** There was such a key already. */
    DUPLICATE_KEY,
    /** Anything else: it has not happened, and would not happen the next time. */
    OTHER;

    private static final int MYSQL_RECORD_CHANGED = 1020;
    private static final int MYSQL_DUPLICATE_KEY = 1062;
    private static final int MYSQL_LOCK_TIMEOUT = 1205;
    private static final Set<String> LOST = Set.of(
            "57P01", // PostgreSQL: shut down by an administrator
            "57P02", // PostgreSQL: shut down after a crash
            "57P03", // PostgreSQL: still starting
            "90067", // H2: connection broken
            "90098", // H2: database closed
            "90121"); // H2: database closed already

    /** Whether nothing has happened, and it may go well the next time. */
    boolean isTransient() {
        return this == ROLLED_BACK || this == LOCK_TIMEOUT;
    }

    static SqlFailure of(SQLException e) {
        String state = Objects.requireNonNullElse(e.getSQLState(), "");
        boolean general = state.equals("HY000"); // where MariaDB and MySQL put what SQLState has no word for
        if (state.equals("55P03") || state.equals("HYT00") || (general && e.getErrorCode() == MYSQL_LOCK_TIMEOUT)) {
            return LOCK_TIMEOUT;
        }
        if (state.startsWith("40") || (general && e.getErrorCode() == MYSQL_RECORD_CHANGED)) {
            return ROLLED_BACK;
        }
        if (state.startsWith("08") || LOST.contains(state)) {
            return CONNECTION_LOST;
        }
        boolean duplicate = state.equals("23505") || (state.equals("23000") && e.getErrorCode() == MYSQL_DUPLICATE_KEY);
        return duplicate ? DUPLICATE_KEY : OTHER;
    }
}
