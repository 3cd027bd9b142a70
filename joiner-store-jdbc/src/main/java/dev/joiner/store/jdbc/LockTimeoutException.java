package dev.joiner.store.jdbc;

import dev.joiner.ContentionException;
import dev.joiner.StoreException;
import java.sql.SQLException;

/** Others kept a row locked for longer than is waited for, so that nothing has happened. */
final class LockTimeoutException extends StoreException {
    private static final long serialVersionUID = 1L;

    LockTimeoutException(SQLException cause) {
        super("others kept a row locked for too long, nothing is written: " + SqlFailure.textOf(cause), cause);
    }

    /** The same, of a key. */
    ContentionException of(String key) {
        return new ContentionException("key \"" + key + "\": " + getMessage(), getCause());
    }
}
