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
    /** The connection is lost, or just the answer: it may have happened or not. */
    CONNECTION_LOST,
    /** There is no connection yet, as the database is still starting: nothing has happened. */
    STARTING,
    /** There was such a key already. */
    DUPLICATE_KEY,
    /** Anything else: it has not happened, and would not happen the next time. */
    OTHER;

    private static final int MAX_CAUSES = 20;
    private static final String H2_STATEMENT = "; SQL statement:";
    private static final int MYSQL_RECORD_CHANGED = 1020;
    private static final int MYSQL_DUPLICATE_KEY = 1062;
    private static final int MYSQL_LOCK_TIMEOUT = 1205;
    private static final int MYSQL_LOCKED = 3572; // and the statement says NOWAIT
    private static final String POSTGRESQL_STARTING = "57P03";
    /** PostgreSQL has ended the session, as its transaction was idle, or took, for too long. */
    private static final Set<String> ENDED = Set.of("25P03", "25P04");

    private static final Set<String> LOST = Set.of(
            "40003", // whether the statement has completed is unknown
            "90067", // H2: connection broken
            "90098", // H2: database closed
            "90121"); // H2: database closed already

    /** Whether nothing has happened, and it may go well the next time. */
    boolean isTransient() {
        return this == ROLLED_BACK || this == LOCK_TIMEOUT;
    }

    /** Whether something was thrown because the database has rolled a transaction back that might go well the next time. */
    static boolean isBehind(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof SQLException e && of(e).isTransient()) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** What the database says, without the statement that H2 adds: messages of ours go to operators, and statements to nobody. */
    static String textOf(Exception e) {
        String text = String.valueOf(e.getMessage());
        int statement = text.indexOf(H2_STATEMENT);
        return statement < 0 ? text : text.substring(0, statement);
    }

    static SqlFailure of(SQLException e) {
        String state = Objects.requireNonNullElse(e.getSQLState(), "");
        int code = e.getErrorCode();
        // MariaDB and MySQL put what SQLState has no word for under HY000; MySQL's driver makes 40001 of a lock
        // timeout.
        boolean general = state.equals("HY000");
        boolean lockTimeout =
                (general || state.startsWith("40")) && (code == MYSQL_LOCK_TIMEOUT || code == MYSQL_LOCKED);
        if (lockTimeout || state.equals("55P03") || state.equals("HYT00")) {
            return LOCK_TIMEOUT;
        }
        if (state.equals(POSTGRESQL_STARTING)) {
            return STARTING;
        }
        // 57P0x: PostgreSQL was shut down, by whomever, or the session was idle for too long, or its database was
        // dropped.
        if (state.startsWith("08") || state.startsWith("57P0") || LOST.contains(state)) {
            return CONNECTION_LOST;
        }
        if (state.startsWith("40") || ENDED.contains(state) || (general && code == MYSQL_RECORD_CHANGED)) {
            return ROLLED_BACK;
        }
        boolean duplicate = state.equals("23505") || (state.equals("23000") && code == MYSQL_DUPLICATE_KEY);
        return duplicate ? DUPLICATE_KEY : OTHER;
    }
}
