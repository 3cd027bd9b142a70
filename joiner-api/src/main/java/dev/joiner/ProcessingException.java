package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * A hand-over threw: the cause is what the handler threw.
 *
 * <p>The message is stored and may be acknowledged; the retry is the joiner's. With {@code atMostOnce()} the join is
 * gone, and after the last attempt it went to {@code onPoisoned}.
 */
public final class ProcessingException extends JoinerException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // an exception that travels keeps its message, which names the key
    private final transient @Nullable Object key;

    private final int attempt;

    ProcessingException(Object key, int attempt, String problem, @Nullable Throwable cause) {
        super("key \"" + key + "\", attempt " + attempt + ": " + problem, cause);
        this.key = key;
        this.attempt = attempt;
    }

    /** The key of the join; null on an exception that was serialized. */
    public @Nullable Object key() {
        return key;
    }

    /** Which attempt failed, from 1. */
    public int attempt() {
        return attempt;
    }
}
