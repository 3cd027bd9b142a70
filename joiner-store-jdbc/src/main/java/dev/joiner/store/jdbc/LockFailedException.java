package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.SQLException;

/** A key could not be locked, so that nothing has begun: it may be tried again. */
final class LockFailedException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final boolean waited;

    LockFailedException(String key, SQLException cause) {
        super("key \"" + key + "\" could not be locked, nothing is written: " + cause.getMessage(), cause);
        waited = SqlFailure.of(cause) == SqlFailure.LOCK_TIMEOUT;
    }

    /** Whether as much time has passed as there is for a lock. */
    boolean hasWaited() {
        return waited;
    }
}
