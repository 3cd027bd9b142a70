package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * The store failed, and what it was asked to write may or may not be written.
 *
 * <p>No handler ran for the message. Redeliver it: with ids it counts once, without them it may count twice.
 */
public class StoreException extends JoinerException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        this(message, null);
    }

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
