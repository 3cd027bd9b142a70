package dev.joiner.cli;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Recognises that whoever read the output has gone, as {@code head} does when it has enough. */
final class BrokenPipe {
    private BrokenPipe() {}

    static boolean isCauseOf(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            // The JDK has no exception for it; every system's text names the pipe.
            if (cause instanceof IOException
                    && cause.getMessage() != null
                    && cause.getMessage().toLowerCase(Locale.ROOT).contains("pipe")) {
                return true;
            }
        }
        return false;
    }
}
