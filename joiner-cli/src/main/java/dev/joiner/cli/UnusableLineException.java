package dev.joiner.cli;

import org.jspecify.annotations.Nullable;

/** A line cannot be used. Caught where the line is known. */
final class UnusableLineException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final @Nullable Hint hint;

    UnusableLineException(String reason) {
        this(reason, null);
    }

    UnusableLineException(String reason, @Nullable Hint hint) {
        super(reason, null, false, false);
        this.reason = reason;
        this.hint = hint;
    }

    String reason() {
        return reason;
    }

    /** What might help; null if nothing is known. */
    @Nullable
    Hint hint() {
        return hint;
    }
}
