package dev.joiner.spring.boot;

import org.jspecify.annotations.Nullable;

/** The application does not say something that Joiner has to know, or what it says makes no sense. */
final class JoinerSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    /** @param action what to do about it */
    JoinerSetupException(String problem, String action) {
        this(problem, action, null);
    }

    JoinerSetupException(String problem, String action, @Nullable Throwable cause) {
        super(problem, cause);
        this.action = action;
    }

    String action() {
        return action;
    }
}
