package dev.joiner.cli;

import java.io.PrintStream;

/** What people are told on standard error: messages, and a line of progress that makes room for them. Thread-safe. */
final class Messages {
    private static final String CLEAR_LINE = "\r\033[K";

    private final PrintStream err;
    private final boolean showProgress;
    private boolean progressShown;

    Messages(PrintStream err, boolean showProgress) {
        this.err = err;
        this.showProgress = showProgress;
    }

    synchronized void say(String message) {
        clearProgress();
        err.println("joiner: " + Printable.text(message));
        err.flush();
    }

    boolean showsProgress() {
        return showProgress;
    }

    synchronized void progress(String line) {
        if (showProgress) {
            err.print(CLEAR_LINE + line);
            err.flush();
            progressShown = true;
        }
    }

    synchronized void clearProgress() {
        if (progressShown) {
            err.print(CLEAR_LINE);
            err.flush();
            progressShown = false;
        }
    }
}
