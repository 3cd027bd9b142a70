package dev.joiner.cli;

/** What the process says at its end; documented in the help. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** Some lines were rejected. */
    static final int REJECTED = 3;
    /** What a shell says of a program that nobody reads from any more (128 + SIGPIPE). */
    static final int BROKEN_PIPE = 141;

    private ExitStatus() {}
}
