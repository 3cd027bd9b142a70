package dev.joiner.cli;

/** The command line is wrong, in a way that shows only when the options are looked at together. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
