package dev.joiner.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/**
 * What a command gets from its process.
 *
 * @param out is JSON lines or text, always UTF-8
 * @param clock what the time is where the data does not say so
 * @param variables the environment variables
 */
record Environment(
        InputStream in,
        OutputStream out,
        PrintStream err,
        Messages messages,
        StopSignal stop,
        InstantSource clock,
        Map<String, String> variables) {

    static Environment of(
            InputStream in,
            OutputStream out,
            OutputStream err,
            boolean showProgress,
            StopSignal stop,
            InstantSource clock,
            Map<String, String> variables) {
        PrintStream utf8 = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Environment(in, out, utf8, new Messages(utf8, showProgress), stop, clock, variables);
    }
}
