package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Runs the command line in this process, with streams and a clock of the test's. */
final class Cli {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Cli() {}

    /** How a command ended. */
    record Ended(int status, String out, String err) {
        List<String> outLines() {
            return out.lines().toList();
        }

        List<String> errLines() {
            return err.lines().toList();
        }

        /** The last line that people see. */
        String summary() {
            return errLines().get(errLines().size() - 1);
        }
    }

    static Ended run(String input, String... args) {
        return run(input.getBytes(StandardCharsets.UTF_8), args);
    }

    static Ended run(byte[] input, String... args) {
        return run(input, new ByteArrayOutputStream(), args);
    }

    static Ended run(byte[] input, OutputStream out, String... args) {
        return run(input, out, false, () -> START, args);
    }

    static Ended run(byte[] input, OutputStream out, boolean showProgress, InstantSource clock, String... args) {
        return run(new ByteArrayInputStream(input), out, showProgress, clock, args);
    }

    static Ended run(InputStream in, OutputStream out, String... args) {
        return run(in, out, false, () -> START, args);
    }

    /** With environment variables. */
    static Ended runWith(Map<String, String> variables, String input, String... args) {
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return run(in, new ByteArrayOutputStream(), false, () -> START, variables, args);
    }

    private static Ended run(
            InputStream in, OutputStream out, boolean showProgress, InstantSource clock, String... args) {
        return run(in, out, showProgress, clock, Map.of(), args);
    }

    private static Ended run(
            InputStream in,
            OutputStream out,
            boolean showProgress,
            InstantSource clock,
            Map<String, String> variables,
            String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(Environment.of(in, out, err, showProgress, new StopSignal(), clock, variables), args);
        return new Ended(status, String.valueOf(out), err.toString(StandardCharsets.UTF_8));
    }

    /** A command that runs on a thread of its own while the test types its input. */
    static final class Running implements AutoCloseable {
        private final PipedOutputStream keyboard = new PipedOutputStream();
        private final OutputStream out;
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final StopSignal stop = new StopSignal();
        private final CompletableFuture<Integer> status;
        private volatile Instant now = START;

        Running(String... args) throws IOException {
            this(new ByteArrayOutputStream(), args);
        }

        /** @param out has the text that was written to it as its own */
        Running(OutputStream out, String... args) throws IOException {
            this.out = out;
            InputStream in = new PipedInputStream(keyboard);
            Environment environment = Environment.of(in, out, err, false, stop, () -> now, Map.of());
            status = CompletableFuture.supplyAsync(() -> Main.run(environment, args), task -> new Thread(task).start());
        }

        OutputStream keyboard() {
            return keyboard;
        }

        void type(String text) throws IOException {
            keyboard.write(text.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
        }

        void endInput() throws IOException {
            keyboard.close();
        }

        void clockShows(Instant time) {
            now = time;
        }

        boolean stop() {
            return stop.request();
        }

        void insistOnStop() {
            stop.insist();
        }

        String out() {
            return out instanceof ByteArrayOutputStream bytes ? bytes.toString(StandardCharsets.UTF_8) : out.toString();
        }

        String err() {
            return err.toString(StandardCharsets.UTF_8);
        }

        void awaitOut(String text) {
            patiently().untilAsserted(() -> assertThat(out()).contains(text));
        }

        void awaitErr(String text) {
            patiently().untilAsserted(() -> assertThat(err()).contains(text));
        }

        boolean hasEnded() {
            return status.isDone();
        }

        Ended awaitEnd() {
            patiently().untilAsserted(() -> assertThat(status).isDone());
            return new Ended(status.join(), out(), err());
        }

        private static ConditionFactory patiently() {
            return Awaitility.await().atMost(Duration.ofSeconds(60));
        }

        @Override
        public void close() throws IOException {
            keyboard.close();
        }
    }
}
