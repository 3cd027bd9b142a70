package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * The root of all exceptions that Joiner itself throws.
 *
 * <p>What a key, merge, sufficiency, id or expiry function throws is not wrapped: it passes through unchanged.
 */
public abstract class JoinerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JoinerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Whether the message that was being accepted may be acknowledged. If not, redeliver it, or set it aside: after an
     * {@link InvalidMessageException} or a {@link ValueTooLargeException} a redelivery ends the same way.
     */
    public boolean isSafe() {
        return false;
    }
}
