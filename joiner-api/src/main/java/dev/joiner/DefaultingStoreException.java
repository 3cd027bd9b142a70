package dev.joiner;

/**
 * A store was given a map or cache that invents values for unknown keys.
 *
 * <p>The first message of every join would be merged into the invented value instead of beginning a join.
 */
public final class DefaultingStoreException extends JoinerException {
    private static final long serialVersionUID = 1L;

    public DefaultingStoreException(String message) {
        super(message, null);
    }
}
