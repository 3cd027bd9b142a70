package dev.joiner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds out whether people read what the process writes.
 *
 * <p>{@code System.console()} cannot tell: it asks for input and output at once on some JDKs, is always there on others,
 * and knows nothing of standard error. The files of the process do, on Linux and macOS; elsewhere nobody seems to read.
 */
final class Terminal {
    private static final int FILE_TYPE = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;

    private Terminal() {}

    /** Whether standard error is on a terminal, and standard output goes elsewhere. */
    static boolean showsProgress() {
        return isTerminal(Path.of("/dev/fd/2")) && !isTerminal(Path.of("/dev/fd/1"));
    }

    /** Whether standard output is on a terminal. */
    static boolean showsOutput() {
        return isTerminal(Path.of("/dev/fd/1"));
    }

    private static boolean isTerminal(Path file) {
        try {
            int mode = (Integer) Files.getAttribute(file, "unix:mode");
            return (mode & FILE_TYPE) == CHARACTER_DEVICE
                    && !Files.getAttribute(file, "unix:rdev")
                            .equals(Files.getAttribute(Path.of("/dev/null"), "unix:rdev"));
        } catch (IOException | RuntimeException e) { // no such file, or a system without these attributes
            return false;
        }
    }
}
