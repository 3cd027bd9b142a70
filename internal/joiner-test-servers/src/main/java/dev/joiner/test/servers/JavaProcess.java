package dev.joiner.test.servers;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A JVM that a test starts, on the test's class path, for what it cannot do to its own: be killed, or stand still.
 *
 * <p>It is one that starts quickly: a small heap, the first compiler, the test's folder for temporary files. Its output
 * is read all the time and kept, so that it never blocks on it. It ends with the JVM of the test at the latest. Waiting
 * has a limit of {@link #LIMIT}; what is not there by then is an {@link IllegalStateException} with the child's error
 * output.
 *
 * <p>This class is threadsafe.
 */
public final class JavaProcess implements AutoCloseable {
    /** How long a test waits for a child. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>(); // empty: the end
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Thread errorReader;

    private JavaProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        read("out", this::readLines);
        this.errorReader = read("err", this::readErrors);
    }

    /** Starts {@code main}, without further options for the JVM. */
    public static JavaProcess start(Class<?> main, String... arguments) {
        return start(main, List.of(), arguments);
    }

    /**
     * Starts {@code main}.
     *
     * @param jvmOptions options for the JVM, which win over those that every child gets
     */
    public static JavaProcess start(Class<?> main, List<String> jvmOptions, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("-XX:-UsePerfData"); // a file outside of the folder, which a killed JVM leaves behind
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        command.addAll(List.of("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).start();
            AtExit.kill(process);
            return new JavaProcess(main.getSimpleName(), process);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run " + main.getName(), e);
        }
    }

    /** Returns the id of the process. */
    public long pid() {
        return process.pid();
    }

    /** Tells whether the process is there, be it paused. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Writes a line to the child's standard input. A child that has ended, or that ends meanwhile, misses it. */
    public void writeLine(String line) {
        try {
            OutputStream in = process.getOutputStream();
            synchronized (in) {
                in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                in.flush();
            }
        } catch (IOException e) {
            // The process has gone, which its output shows, too.
        }
    }

    /** Ends the child's standard input. */
    public void endInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // As above.
        }
    }

    /** Waits for the next line of the standard output and returns it, or null when the output is at its end. */
    public @Nullable String readLine() {
        return nextLine(System.nanoTime() + LIMIT.toNanos());
    }

    /**
     * Waits for a line of the standard output that is as wanted, and returns it. The lines before it are gone.
     *
     * @throws IllegalStateException if the output ends without it, or it does not come in time
     */
    public String awaitLine(Predicate<String> wanted) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            String line = nextLine(end);
            if (line == null) {
                throw failure("ended without the line that was waited for");
            }
            if (wanted.test(line)) {
                return line;
            }
        }
    }

    /** Waits for exactly this line, as {@link #awaitLine(Predicate)} does. */
    public void awaitLine(String line) {
        awaitLine(line::equals);
    }

    /** Waits for the end of the standard output and returns the lines that no call has returned before. */
    public List<String> readRemainingLines() {
        long end = System.nanoTime() + LIMIT.toNanos();
        List<String> remaining = new ArrayList<>();
        for (String line = nextLine(end); line != null; line = nextLine(end)) {
            remaining.add(line);
        }
        return remaining;
    }

    private @Nullable String nextLine(long end) {
        try {
            Optional<String> next = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw failure("has not written a line within " + LIMIT.toSeconds() + " s");
            }
            if (next.isEmpty()) {
                lines.add(next); // for the next call, too
            }
            return next.orElse(null);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Returns what the child has written to its standard error so far; all of it, when it has ended. */
    public String errors() {
        if (!process.isAlive()) {
            try {
                errorReader.join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return errors.toString(StandardCharsets.UTF_8);
    }

    /** Ends the child as a crash would (SIGKILL), and returns when it is gone. A paused child ends, too. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Asks the child to end (SIGTERM), and returns at once. Its shutdown hooks run. */
    public void terminate() {
        process.destroy();
    }

    /**
     * Makes the child stand still where it is (SIGSTOP), until {@link #resume()}.
     *
     * @throws UnsupportedOperationException on Windows, which has no such thing
     */
    public void pause() {
        signal("STOP");
    }

    /** Lets a paused child go on (SIGCONT). */
    public void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        if (System.getProperty("os.name").startsWith("Windows")) {
            throw new UnsupportedOperationException("Windows has no SIG" + signal);
        }
        try {
            if (Signal.send(signal, process).waitFor() != 0) {
                throw failure("takes no SIG" + signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot send SIG" + signal + " to " + this, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Waits for the end of the child and returns its exit value: 128 and the signal's number for one that was killed.
     *
     * @throws IllegalStateException if it does not end in time; it runs on
     */
    public int awaitExit() {
        try {
            if (!process.waitFor(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                throw failure("has not ended within " + LIMIT.toSeconds() + " s");
            }
            AtExit.forget(process);
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Does what {@link #kill()} does. */
    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return name + " (process " + process.pid() + ")";
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException(this + " " + what + ". Its error output:\n" + errors());
    }

    private IllegalStateException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(this + " was not waited for: the thread is interrupted", cause);
    }

    private Thread read(String stream, Runnable reader) {
        Thread thread = new Thread(reader, this + " " + stream);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void readLines() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException e) {
            // The process has gone, and its output with it.
        } finally {
            lines.add(Optional.empty());
        }
    }

    private void readErrors() {
        try (InputStream err = process.getErrorStream()) {
            err.transferTo(errors);
        } catch (IOException e) {
            // The process has gone, and its output with it.
        }
    }
}
