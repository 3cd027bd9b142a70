package dev.joiner;

import dev.joiner.internal.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * A handler threw while it received a join: the cause is what it threw.
 *
 * <p>The message is stored and may be acknowledged; Joiner retries the hand-over. With {@code atMostOnce()} the join is gone.
 * After the last attempt it went to {@code onPoisoned}, or is parked.
 */
public class ProcessingException extends JoinerException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // an exception that travels keeps its message, which names the key
    private final transient @Nullable Object key;

    private final int attempt;

    /**
     * @param join the name of the join's spec
     * @param attempt which attempt failed, from 1
     * @param problem what happened, without the key
     */
    public ProcessingException(String join, Object key, int attempt, String problem, @Nullable Throwable cause) {
        super(join + ": key \"" + SafeText.of(key) + "\", attempt " + attempt + ": " + problem, cause);
        this.key = key;
        this.attempt = attempt;
    }

    /** {@inheritDoc} True: the message is in the join that is retried. */
    @Override
    public boolean isSafe() {
        return true;
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
