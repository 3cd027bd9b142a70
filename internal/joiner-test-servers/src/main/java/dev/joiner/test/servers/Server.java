package dev.joiner.test.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, on one folder and one port for all its life.
 *
 * <p>It listens on {@value #HOST} alone and ends with the JVM at the latest. The folder keeps its data, which outlive
 * the process, and its log, {@code server.log}. What a server has confirmed is there after a {@link #kill()} and a
 * {@link #restart()}.
 *
 * <p>This class is threadsafe.
 */
public abstract sealed class Server implements AutoCloseable
        permits RedisServer, RedisSentinel, DatabaseServer, PgBouncer {
    /** The address that servers listen on. */
    public static final String HOST = "127.0.0.1";

    private final String name;
    private final Path folder;
    private final int port = Ports.free();
    private @Nullable ServerProcess process;

    Server(String name, Path folder) {
        this.name = name;
        this.folder = folder.toAbsolutePath();
    }

    /** Makes the data folder ready for {@link #command()}, unless it is. */
    abstract void prepare() throws IOException;

    abstract List<String> command();

    /** Tries a connection. An exception says, as {@code false} does, that the server is not ready yet. */
    abstract boolean answers() throws IOException;

    /** Returns the name of the signal that stops the server, whoever is connected. */
    String stopSignal() {
        return "TERM";
    }

    final Path data() {
        return folder.resolve("data");
    }

    /** Where the server may put what it needs for a moment; servers that share such a folder can break each other. */
    final Path temporary() {
        return folder.resolve("tmp");
    }

    final Path log() {
        return folder.resolve("server.log");
    }

    /** Returns the port, which stays the same over restarts. */
    public final int port() {
        return port;
    }

    /**
     * Returns the id of the process, which a restart changes.
     *
     * @throws IllegalStateException if the server does not run
     */
    public final synchronized long pid() {
        if (process == null || !process.isAlive()) {
            throw new IllegalStateException(this + " does not run");
        }
        return process.pid();
    }

    /** Tells whether the process is there. */
    public final synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** Ends the server as a crash would (SIGKILL), and returns when the process is gone. */
    public final synchronized void kill() {
        if (process != null) {
            process.kill();
        }
    }

    /** Ends the server in an orderly manner, whoever is connected, and returns when the process is gone. */
    public final synchronized void stop() {
        if (process != null) {
            process.stop();
        }
    }

    /**
     * Starts the server on its data and its port again, after a {@link #stop()} if it still runs. Returns when it takes
     * requests.
     *
     * @throws IllegalStateException if it does not start; the message has the end of the log
     */
    public final synchronized void restart() {
        stop();
        try {
            Files.createDirectories(folder);
            prepare();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot prepare " + this, e);
        }
        process = launch();
    }

    ServerProcess launch() {
        ServerProcess started = ServerProcess.start(name, command(), stopSignal(), log());
        started.awaitReady(this::answers);
        return started;
    }

    /** Does what {@link #stop()} does. */
    @Override
    public final void close() {
        stop();
    }

    @Override
    public final String toString() {
        return name + " on port " + port;
    }
}
