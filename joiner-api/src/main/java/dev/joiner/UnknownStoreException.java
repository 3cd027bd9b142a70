package dev.joiner;

/** A URL names a store for which there is no provider, or more than one. */
public final class UnknownStoreException extends JoinerException {
    private static final long serialVersionUID = 1L;

    public UnknownStoreException(String message) {
        super(message, null);
    }
}
