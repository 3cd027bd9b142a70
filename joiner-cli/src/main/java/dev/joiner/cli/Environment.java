package dev.joiner.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/**
 * What a command gets from its process.
 *
 * @param out is JSON lines or text, always UTF-8
 */
record Environment(
        InputStream in, OutputStream out, PrintStream err, Messages messages, StopSignal stop, InstantSource clock) {

    static Environment of(
            InputStream in,
            OutputStream out,
            OutputStream err,
            boolean showProgress,
            StopSignal stop,
            InstantSource clock) {
        PrintStream utf8 = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Environment(in, out, utf8, new Messages(utf8, showProgress), stop, clock);
    }
}
