package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * A limit on the work for one key was reached, and nothing was written.
 *
 * <p>Either the key kept changing while this call tried to write it, or as many of its joins are in flight as
 * {@code maxInFlight} allows, or somebody else keeps it locked. Redeliver the message later.
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
