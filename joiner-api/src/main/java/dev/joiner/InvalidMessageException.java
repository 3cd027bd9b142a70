package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * A message cannot be joined, whatever the state of its join: it is null, or its key or id is null, empty, too long or not
 * valid text.
 *
 * <p>Nothing was written, and a redelivery fails in the same way. What a function of the spec threw is never wrapped in
 * this exception.
 */
public final class InvalidMessageException extends JoinerException {
    private static final long serialVersionUID = 1L;

    public InvalidMessageException(String message) {
        this(message, null);
    }

    public InvalidMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
