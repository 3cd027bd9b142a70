package dev.joiner.test.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A running process of a server, with a file that its output is appended to. This class is threadsafe. */
final class ServerProcess {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);
    private static final int TAIL = 4_000;

    /** What finds out whether a server takes requests; an exception says that it does not yet. */
    interface Probe {
        boolean isReady() throws IOException;
    }

    private final String name;
    private final Process process;
    private final String stopSignal;
    private final Path log;
    private final long logStart;

    private ServerProcess(String name, Process process, String stopSignal, Path log, long logStart) {
        this.name = name;
        this.process = process;
        this.stopSignal = stopSignal;
        this.log = log;
        this.logStart = logStart;
    }

    /**
     * Starts a process, which ends with the JVM at the latest.
     *
     * @param stopSignal the name of the signal that makes it stop in an orderly manner, whoever is connected
     */
    static ServerProcess start(String name, List<String> command, String stopSignal, Path log) {
        ServerProcess started = start(name, new ProcessBuilder(command), stopSignal, log);
        AtExit.stop(started);
        return started;
    }

    private static ServerProcess start(String name, ProcessBuilder builder, String stopSignal, Path log) {
        builder.environment().put("LC_ALL", "C"); // a locale that every system has
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            return new ServerProcess(name, builder.start(), stopSignal, log, logStart);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run " + name, e);
        }
    }

    /** Runs a command to its end. */
    static void run(String name, List<String> command, @Nullable Path input, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command);
        if (input != null) {
            builder.redirectInput(input.toFile());
        }
        ServerProcess running = start(name, builder, "TERM", log);
        try {
            if (!running.hasEndedWithin(READY_WITHIN)) {
                throw running.failure("has not ended within " + READY_WITHIN.toSeconds() + " s", null);
            }
            if (running.process.exitValue() != 0) {
                throw running.failure("ended with status " + running.process.exitValue(), null);
            }
        } finally {
            running.kill();
        }
    }

    /**
     * Returns when the server takes requests.
     *
     * @throws IllegalStateException if it does not come to that; the message has the end of the log, and the process
     *     has ended
     */
    void awaitReady(Probe probe) {
        long end = System.nanoTime() + READY_WITHIN.toNanos();
        IOException last = null;
        while (!Thread.currentThread().isInterrupted()) {
            if (!process.isAlive()) {
                throw failure("ended with status " + process.exitValue() + " instead of starting", null);
            }
            if (System.nanoTime() > end) {
                kill();
                throw failure("has not started within " + READY_WITHIN.toSeconds() + " s", last);
            }
            try {
                if (probe.isReady()) {
                    return;
                }
            } catch (IOException e) {
                last = e;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        kill();
        throw failure("was not waited for: the thread is interrupted", last);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the process, and those that it has started, as a crash would (SIGKILL). */
    void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        hasEndedWithin(STOPPED_WITHIN);
    }

    /** Ends the process in an orderly manner or, if that takes long, by a kill. */
    void stop() {
        signalStop();
        if (!hasEndedWithin(STOPPED_WITHIN)) {
            kill();
        }
    }

    void signalStop() {
        if (!process.isAlive()) {
            return;
        }
        try {
            Signal.send(stopSignal, process);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot stop " + name, e);
        }
    }

    private boolean hasEndedWithin(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private IllegalStateException failure(String what, @Nullable Throwable cause) {
        return new IllegalStateException(name + " " + what + ". The end of " + log + ":\n" + logTail(), cause);
    }

    /** Returns the end of what this process, and none before it, has written. */
    private String logTail() {
        try {
            byte[] all = Files.readAllBytes(log);
            int from = Math.max((int) logStart, all.length - TAIL);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }
}
