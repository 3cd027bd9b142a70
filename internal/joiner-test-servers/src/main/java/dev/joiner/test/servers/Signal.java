package dev.joiner.test.servers;

import java.io.IOException;

/** Signals that Java has no call for: it can send SIGTERM and SIGKILL only. */
final class Signal {
    private Signal() {}

    /** Returns what sends the signal, as it runs; its exit value is 0 when the signal is sent. */
    static Process send(String signal, Process to) throws IOException {
        // The shell has a kill of its own where the program is missing.
        return new ProcessBuilder("sh", "-c", "kill -" + signal + " " + to.pid())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
