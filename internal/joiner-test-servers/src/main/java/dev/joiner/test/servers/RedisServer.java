package dev.joiner.test.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Redis server that has every confirmed write in a file ({@code appendfsync always}). */
public final class RedisServer extends Server {
    private static final SharedServer<RedisServer> SHARED = new SharedServer<>("redis", RedisServer::start);

    private final List<String> settings;

    /** 0 if it does not speak TLS. */
    private final int tlsPort;

    private RedisServer(String name, Path folder, List<String> settings, int tlsPort) {
        super(name, folder);
        this.settings = settings;
        this.tlsPort = tlsPort;
    }

    /**
     * Starts a server.
     *
     * @param folder where its data and its log are or come to be
     * @param settings of {@code redis.conf}, written {@code name=value}; they win over what is set here
     */
    public static RedisServer start(Path folder, String... settings) {
        return start("Redis", folder, List.of(settings));
    }

    static RedisServer start(String name, Path folder, List<String> settings) {
        RedisServer server = new RedisServer(name, folder, settings, 0);
        server.restart();
        return server;
    }

    /** Returns the server that all tests in this JVM share. They tell their keys apart, and leave it running. */
    public static RedisServer shared() {
        return SHARED.get();
    }

    /**
     * Starts a server that also speaks TLS, on {@link #tlsPort()}, and asks no client for a certificate.
     *
     * @param certificate a file in PEM
     * @param key the private key, a file in PEM
     */
    public static RedisServer startWithTls(Path folder, Path certificate, Path key, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        int port = Ports.free();
        all.add("tls-port=" + port);
        all.add("tls-cert-file=" + certificate);
        all.add("tls-key-file=" + key);
        all.add("tls-ca-cert-file=" + certificate);
        all.add("tls-auth-clients=no");
        RedisServer server = new RedisServer("Redis", folder, all, port);
        server.restart();
        return server;
    }

    /**
     * Returns the port where it speaks TLS.
     *
     * @throws IllegalStateException if it does not
     */
    public int tlsPort() {
        if (tlsPort == 0) {
            throw new IllegalStateException(this + " does not speak TLS");
        }
        return tlsPort;
    }

    static Path program() {
        String platform = switch (Platform.current()) {
            case LINUX_AMD64 -> "linux-amd64";
            case LINUX_ARM64 -> "linux-arm64";
            case MAC_AMD64 -> "darwin-amd64";
            case MAC_ARM64 -> "darwin-arm64";
            case OTHER -> throw Platform.lacks("Redis");
        };
        return ServerJar.of("Redis", "META-INF/maven/org.signal/embedded-redis/pom.properties")
                .unpacked(
                        ServerCache.ofProject(),
                        (jar, folder) -> ServerJar.copyProgram(
                                jar, ServerJar.entryThatEndsWith(jar, platform), folder.resolve("redis-server")))
                .resolve("redis-server");
    }

    @Override
    void prepare() throws IOException {
        Files.createDirectories(data());
    }

    @Override
    List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(program().toString());
        set(command, "bind=" + HOST);
        set(command, "port=" + port());
        set(command, "dir=" + data());
        set(command, "save="); // no snapshots besides the log of writes
        set(command, "appendonly=yes");
        set(command, "appendfsync=always");
        // With more replicas to come, a master would wait for them for 5 s before it sends the first its data.
        set(command, "repl-diskless-sync-delay=0");
        settings.forEach(setting -> set(command, setting));
        return command;
    }

    private static void set(List<String> command, String setting) {
        int separator = setting.indexOf('=');
        if (separator < 1) {
            throw new IllegalArgumentException("Setting is not name=value: " + setting);
        }
        command.add("--" + setting.substring(0, separator));
        command.add(setting.substring(separator + 1));
    }

    /** Returns the reply to a command: a text, a {@link Long}, a list of replies, or null. */
    @Nullable
    public Object call(String... command) {
        try (RedisConnection connection = new RedisConnection(port())) {
            return connection.call(command);
        } catch (IOException e) {
            throw new UncheckedIOException(this + ": " + String.join(" ", command), e);
        }
    }

    @Override
    boolean answers() throws IOException {
        try (RedisConnection connection = new RedisConnection(port())) {
            connection.call("PING");
            return true;
        } catch (RedisConnection.ErrorReply e) {
            return e.getMessage().startsWith("NOAUTH"); // ready for those who know the password
        }
    }
}
