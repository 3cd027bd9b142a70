package dev.joiner.cli;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What Joiner logs as an error, such as a sweep that failed, told as everything else is. The same error is told once. */
final class LoggedErrors extends Handler {
    /** Held, as the JDK forgets loggers that nobody holds. */
    private static final Logger LOGGER = Logger.getLogger("dev.joiner");

    private final ToldOnce errors;

    private LoggedErrors(Messages messages) {
        errors = new ToldOnce(messages);
        setLevel(Level.SEVERE);
    }

    static void goTo(Messages messages) {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(new LoggedErrors(messages));
    }

    @Override
    public void publish(LogRecord logged) {
        if (isLoggable(logged)) {
            errors.say(String.valueOf(logged.getMessage()));
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
