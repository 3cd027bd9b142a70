package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * A bound on the work for one key is reached, and nothing was written.
 *
 * <p>Either the key changed under this call as often as the call was ready to try, or as many hand-overs of the key as
 * {@code maxInFlight} allows have not ended yet. Redeliver the message later.
 */
public final class ContentionException extends JoinerException {
    private static final long serialVersionUID = 1L;

    public ContentionException(String message) {
        this(message, null);
    }

    public ContentionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
