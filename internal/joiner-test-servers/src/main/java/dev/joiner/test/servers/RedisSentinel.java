package dev.joiner.test.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sentinel that watches a master alone, and makes a replica the master when it has been silent for a second. */
public final class RedisSentinel extends Server {
    private static final int SILENCE_MILLIS = 1_000;

    private final String name;
    private final RedisServer master;

    private RedisSentinel(Path folder, String name, RedisServer master) {
        super("Redis Sentinel", folder);
        this.name = name;
        this.master = master;
    }

    /**
     * Starts a sentinel. It knows the replicas that the master has, some seconds after they have come.
     *
     * @param folder where what it remembers and its log are or come to be
     * @param name the name that it knows the master by
     */
    public static RedisSentinel start(Path folder, String name, RedisServer master) {
        RedisSentinel sentinel = new RedisSentinel(folder, name, master);
        sentinel.restart();
        return sentinel;
    }

    /** Returns the reply to a command: a text, a {@link Long}, a list of replies, or null. */
    @Nullable
    public Object call(String... command) throws IOException {
        try (RedisConnection connection = new RedisConnection(port())) {
            return connection.call(command);
        }
    }

    /** A sentinel writes what it learns into the file of its settings. */
    private Path settings() {
        return data().resolve("sentinel.conf");
    }

    @Override
    void prepare() throws IOException {
        Files.createDirectories(data());
        if (Files.notExists(settings())) {
            Files.write(
                    settings(),
                    List.of(
                            "bind " + HOST,
                            "port " + port(),
                            "sentinel monitor " + name + " " + HOST + " " + master.port() + " 1",
                            "sentinel down-after-milliseconds " + name + " " + SILENCE_MILLIS,
                            "sentinel failover-timeout " + name + " " + 5 * SILENCE_MILLIS));
        }
    }

    @Override
    List<String> command() {
        return List.of(
                RedisServer.program().toString(), settings().toString(), "--sentinel", "--dir", data().toString());
    }

    @Override
    boolean answers() throws IOException {
        return "PONG".equals(call("PING"));
    }
}
