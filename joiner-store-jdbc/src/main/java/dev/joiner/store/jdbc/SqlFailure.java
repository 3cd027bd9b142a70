package dev.joiner.store.jdbc;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;

/** What an SQL exception says of the transaction that it ended. */
enum SqlFailure {
    /** The database has rolled it back, and it may go well the next time: a deadlock, a lost race, a lock not had in time. */
    ROLLED_BACK,
    /** The connection is lost, and with it the answer: it may have happened or not. */
    CONNECTION_LOST,
    /** There was such a key already. */
    DUPLICATE_KEY,
    /** Anything else: it has not happened, and would not happen the next time. */
    OTHER;

    private static final Set<Integer> MYSQL_ROLLED_BACK = Set.of(
            1020, // record has changed since last read
            1205, // lock wait timeout
            1213); // deadlock
    private static final Set<String> LOST = Set.of(
            "57P01", // PostgreSQL: shut down by an administrator
            "57P02", // PostgreSQL: shut down after a crash
            "57P03", // PostgreSQL: still starting
            "90067", // H2: connection broken
            "90098", // H2: database closed
            "90121"); // H2: database closed already

    static SqlFailure of(SQLException e) {
        String state = Objects.requireNonNullElse(e.getSQLState(), "");
        if (state.startsWith("40")
                || state.equals("55P03")
                || state.equals("HYT00")
                || ("HY000".equals(state) && MYSQL_ROLLED_BACK.contains(e.getErrorCode()))) {
            return ROLLED_BACK;
        }
        if (state.startsWith("08") || LOST.contains(state)) {
            return CONNECTION_LOST;
        }
        return state.startsWith("23") ? DUPLICATE_KEY : OTHER;
    }
}
