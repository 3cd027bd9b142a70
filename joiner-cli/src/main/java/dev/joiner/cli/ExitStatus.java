package dev.joiner.cli;

/** What the process says at its end; documented in the help. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** Some lines were rejected. */
    static final int REJECTED = 3;
    /** Joins were still open when a store in memory ended, and nothing keeps them. */
    static final int LOST = 4;
    /**
     * A signal ended the run before the end of its input. The process says which: 130 for SIGINT, 143 for SIGTERM, as a
     * shell says of a program that does nothing about them.
     */
    static final int STOPPED = 143;
    /** What a shell says of a program that nobody reads from any more (128 + SIGPIPE). */
    static final int BROKEN_PIPE = 141;

    private ExitStatus() {}
}
