package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.SQLException;

/** The database did not let a transaction begin, so that nothing has happened; others would fare no better. */
final class NotBegunException extends StoreException {
    private static final long serialVersionUID = 1L;

    NotBegunException(String key, SQLException cause) {
        super("key \"" + key + "\" could not be locked, nothing is written: " + SqlFailure.textOf(cause), cause);
    }

    NotBegunException(StoreException cause) {
        super(String.valueOf(cause.getMessage()), cause.getCause());
    }
}
