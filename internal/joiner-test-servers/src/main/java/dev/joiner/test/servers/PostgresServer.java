package dev.joiner.test.servers;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarFile;
import org.tukaani.xz.XZInputStream;

/** A PostgreSQL server with one user, who needs no password, and one empty database. */
public final class PostgresServer extends DatabaseServer {
    private static final String NAME = "PostgreSQL";
    private static final String USER = "postgres";
    private static final String DATABASE = "postgres";
    private static final int PROTOCOL_3_0 = 196_608;
    private static final Duration GONE_WITHIN = Duration.ofSeconds(30);

    private static final SharedServer<PostgresServer> SHARED = new SharedServer<>("postgresql", PostgresServer::start);

    private final List<String> settings;

    private PostgresServer(Path folder, List<String> settings) {
        super(NAME, folder);
        this.settings = settings;
    }

    /**
     * Starts a server.
     *
     * @param folder where its data and its log are or come to be
     * @param settings of {@code postgresql.conf}, written {@code name=value}; they win over what is set here
     */
    public static PostgresServer start(Path folder, String... settings) {
        PostgresServer server = new PostgresServer(folder, List.of(settings));
        server.restart();
        return server;
    }

    /** Returns the server that all tests in this JVM share. They tell their tables apart, and leave it running. */
    public static PostgresServer shared() {
        return SHARED.get();
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:postgresql://" + HOST + ":" + port() + "/" + DATABASE + "?user=" + USER;
    }

    @Override
    public String user() {
        return USER;
    }

    @Override
    Path home() {
        return unpacked();
    }

    private static Path unpacked() {
        String archive = switch (Platform.current()) {
            case LINUX_AMD64 -> "postgres-linux-x86_64.txz";
            case LINUX_ARM64 -> "postgres-linux-arm_64.txz";
            case MAC_AMD64 -> "postgres-darwin-x86_64.txz";
            case MAC_ARM64 -> "postgres-darwin-arm_64.txz";
            case OTHER -> throw Platform.lacks(NAME);
        };
        return ServerJar.of(NAME, archive)
                .unpacked(ServerCache.ofProject(), (jar, folder) -> unpack(jar, archive, folder));
    }

    private static void unpack(JarFile jar, String archive, Path folder) throws IOException {
        try (InputStream packed = jar.getInputStream(jar.getEntry(archive));
                InputStream tar = new XZInputStream(new BufferedInputStream(packed))) {
            TarArchive.unpack(tar, folder, entry -> true);
        }
    }

    private static Path bin(String name) {
        return unpacked().resolve("bin").resolve(name);
    }

    private static List<String> program(String name) {
        List<String> command = new ArrayList<>(Unprivileged.prefix(bin(name)));
        command.add(bin(name).toString());
        return command;
    }

    @Override
    List<String> asServer() {
        return Unprivileged.prefix(bin("postgres"));
    }

    @Override
    List<String> recipe() {
        return List.of("--username", USER, "--auth", "trust", "--locale", "C", "--encoding", "UTF8", "--no-sync");
    }

    @Override
    void initialize(Path fresh) {
        List<String> command = program("initdb");
        command.addAll(List.of("--pgdata", fresh.toString()));
        command.addAll(recipe());
        ServerProcess.run("initdb of " + NAME, command, null, log());
    }

    @Override
    List<String> command() {
        List<String> command = program("postgres");
        command.addAll(List.of("-D", data().toString()));
        set(command, "listen_addresses=" + HOST);
        set(command, "port=" + port());
        set(command, "unix_socket_directories="); // their paths have to be short
        set(command, "max_connections=200");
        // A commit is confirmed when its record has been written to the system, as it has to be: what the system has
        // got
        // outlives a killed process. That the disk has it, too, matters when the machine fails, which tests do not go
        // through. Full page writes stay on: a kill can tear a page that is being written.
        set(command, "fsync=off");
        set(command, "synchronous_commit=on");
        // Otherwise a kill leaves files in the system's shared memory.
        set(command, "dynamic_shared_memory_type=mmap");
        settings.forEach(setting -> set(command, setting));
        return command;
    }

    private static void set(List<String> command, String setting) {
        command.add("-c");
        command.add(setting);
    }

    @Override
    String stopSignal() {
        return "INT"; // at SIGTERM it would wait until all clients have gone
    }

    @Override
    ServerProcess launch() {
        long end = System.nanoTime() + GONE_WITHIN.toNanos();
        while (true) {
            try {
                return super.launch();
            } catch (IllegalStateException e) {
                // Processes of the killed server that look up from their work only now.
                boolean haunted = String.valueOf(e.getMessage()).contains("shared memory block");
                if (!haunted || System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    @Override
    boolean answers() throws IOException {
        try (Socket socket = Ports.connect(port())) {
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            DataOutputStream fields = new DataOutputStream(message);
            fields.writeInt(PROTOCOL_3_0);
            for (String text : List.of("user", USER, "database", DATABASE, "")) {
                fields.write(text.getBytes(StandardCharsets.UTF_8));
                fields.write(0);
            }
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(message.size() + Integer.BYTES);
            message.writeTo(out);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return in.read() == 'R'; // welcome; an error, such as "is starting up", begins with an E
        }
    }
}
