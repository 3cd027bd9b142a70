package dev.joiner.store.jdbc;

import dev.joiner.StoreException;
import java.sql.SQLException;

/** The database rolled a transaction back each time that it was tried, so that nothing of it has happened. */
final class RolledBackException extends StoreException {
    private static final long serialVersionUID = 1L;

    RolledBackException(int tries, SQLException last) {
        super("the database rolled back " + tries + " tries, nothing is written: " + SqlFailure.textOf(last), last);
    }
}
