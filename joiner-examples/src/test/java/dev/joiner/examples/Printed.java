package dev.joiner.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The lines that an example prints. */
final class Printed {
    private Printed() {}

    interface Printing {
        void to(PrintStream out) throws Exception;
    }

    static List<String> by(Printing example) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            example.to(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
