package dev.joiner;

/** No provider can open the store that a URL names, or more than one can. */
public final class UnknownStoreException extends JoinerException {
    private static final long serialVersionUID = 1L;

    public UnknownStoreException(String message) {
        super(message, null);
    }
}
