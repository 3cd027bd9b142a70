package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * The root of every exception that Joiner throws of its own.
 *
 * <p>Exceptions of the key, merge, sufficiency and expiry functions are not wrapped: they pass through unchanged.
 */
public abstract class JoinerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JoinerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
