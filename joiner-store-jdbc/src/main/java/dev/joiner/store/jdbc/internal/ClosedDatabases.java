package dev.joiner.store.jdbc.internal;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;

/**
 * Has the pool let go of connections to a database of H2's that has closed itself, when its disk was full, say: none of them
 * works again, but a new one opens the database again.
 */
final class ClosedDatabases implements SQLExceptionOverride {
    private static final Set<String> CLOSED = Set.of("90067", "90098", "90121");

    @java.lang.Override // the interface has something of this name
    public SQLExceptionOverride.Override adjudicate(SQLException failure) {
        return CLOSED.contains(String.valueOf(failure.getSQLState()))
                ? SQLExceptionOverride.Override.MUST_EVICT
                : SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
}
