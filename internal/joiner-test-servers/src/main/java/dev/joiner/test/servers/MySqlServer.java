package dev.joiner.test.servers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.GZIPInputStream;

/**
 * A MySQL server with one user, who needs no password, and one empty database.
 *
 * <p>It needs libraries that not every system has: ask {@link #missing()} first.
 */
public final class MySqlServer extends MySqlFamilyServer {
    private static final String NAME = "MySQL";
    private static final String ARCHIVE = "mysql-Linux-amd64.tar.gz";
    private static final String PROGRAM = "bin/mysqld";
    private static final List<String> NEEDED = List.of(PROGRAM, "lib/private/", "share/english/", "share/charsets/");

    private static final SharedServer<MySqlServer> SHARED = new SharedServer<>("mysql", MySqlServer::start);

    private MySqlServer(Path folder, List<String> settings) {
        super(NAME, folder, settings);
    }

    /**
     * Returns what keeps the server from running on this system, in words for people; empty if nothing does.
     *
     * <p>Tests that need the server are left out with these words.
     */
    public static Optional<String> missing() {
        return Missing.ANSWER;
    }

    private static final class Missing {
        static final Optional<String> ANSWER = find();

        private static Optional<String> find() {
            if (Platform.current() != Platform.LINUX_AMD64) {
                return Optional.of(String.valueOf(Platform.lacks(NAME).getMessage()));
            }
            try {
                Process process = new ProcessBuilder(
                                unpacked().resolve(PROGRAM).toString(), "--no-defaults", "--version")
                        .redirectErrorStream(true)
                        .start();
                String output;
                try (InputStream in = process.getInputStream()) {
                    output = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
                }
                return process.waitFor() == 0
                        ? Optional.empty()
                        : Optional.of("MySQL does not run here: " + output
                                + " (Debian: apt-get update && apt-get install -y libaio1 libnuma1)");
            } catch (IOException e) {
                return Optional.of("MySQL does not run here: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of("MySQL was not waited for: the thread is interrupted");
            }
        }
    }

    /**
     * Starts a server.
     *
     * @param folder where its data and its log are or come to be
     * @param settings options of {@code mysqld}, written {@code name=value}; they win over what is set here
     */
    public static MySqlServer start(Path folder, String... settings) {
        MySqlServer server = new MySqlServer(folder, List.of(settings));
        server.restart();
        return server;
    }

    /** Returns the server that all tests in this JVM share. They tell their tables apart, and leave it running. */
    public static MySqlServer shared() {
        return SHARED.get();
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:mysql://" + HOST + ":" + port() + "/" + DATABASE + "?user=" + USER + "&sslMode=DISABLED";
    }

    @Override
    Path home() {
        return unpacked();
    }

    private static Path unpacked() {
        return ServerJar.of(NAME, ARCHIVE).unpacked(ServerCache.ofProject(), MySqlServer::unpack);
    }

    /** Takes out what a server needs; links in the archive lead to nowhere, or to files that have two names. */
    private static void unpack(JarFile jar, Path folder) throws IOException {
        try (InputStream packed = jar.getInputStream(jar.getEntry(ARCHIVE));
                InputStream tar = new GZIPInputStream(new BufferedInputStream(packed))) {
            TarArchive.unpack(
                    tar, folder, entry -> entry.isFile() && NEEDED.stream().anyMatch(entry.getName()::startsWith));
        }
    }

    @Override
    Path program() {
        return home().resolve(PROGRAM);
    }

    @Override
    List<String> options() {
        return List.of("--innodb-redo-log-capacity=8M", "--skip-log-bin");
    }

    private static String setUp() {
        return "create database " + DATABASE + " character set utf8mb4;\nrename user 'root'@'localhost' to '" + USER
                + "'@'" + HOST + "';\n";
    }

    @Override
    List<String> recipe() {
        return List.of(setUp(), options().toString());
    }

    @Override
    void initialize(Path fresh, Path script) throws IOException {
        Files.writeString(script, setUp());
        List<String> command = programOn(fresh);
        command.add("--initialize-insecure");
        command.add("--init-file=" + script);
        ServerProcess.run("Initialization of " + NAME, command, null, log());
    }

    @Override
    List<String> servingOptions() {
        return List.of("--mysqlx=OFF", "--performance-schema=OFF");
    }
}
