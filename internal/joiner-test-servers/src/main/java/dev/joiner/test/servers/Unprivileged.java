package dev.joiner.test.servers;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Somebody who is not root, for servers that refuse to run as root. */
final class Unprivileged {
    // Both become the program that they run, so that a signal to the process reaches it.
    private static final List<List<String>> WAYS = List.of(
            // Root without a name: its files stay root's.
            List.of("unshare", "-U"),
            // Nobody, who may look into every folder all the same: those above the data can be closed to others.
            List.of(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    "--inh-caps=+dac_override",
                    "--ambient-caps=+dac_override"));

    private Unprivileged() {}

    /** Returns what to write before a command, so that it does not run as root. It is nothing if this JVM does not. */
    static List<String> prefix(Path program) {
        if (new UnixSystem().getUid() != 0) {
            return List.of();
        }
        for (List<String> way : WAYS) {
            if (works(way, program)) {
                return way;
            }
        }
        throw new IllegalStateException(
                program + " refuses to run as root, and neither unshare nor setpriv can run it as somebody else");
    }

    private static boolean works(List<String> way, Path program) {
        List<String> command = new ArrayList<>(way);
        command.addAll(List.of(program.toString(), "--version"));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return false; // not installed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
