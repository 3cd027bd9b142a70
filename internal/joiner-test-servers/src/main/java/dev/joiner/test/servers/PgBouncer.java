package dev.joiner.test.servers;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * PgBouncer in front of a PostgreSQL, in transaction mode: each transaction runs on whichever of a few connections is free.
 *
 * <p>It has to be installed: ask {@link #missing()} first.
 */
public final class PgBouncer extends Server {
    private static final String NAME = "PgBouncer";
    private static final String PROGRAM = "pgbouncer";
    private static final int CONNECTIONS = 3;

    private final PostgresServer postgres;

    private PgBouncer(Path folder, PostgresServer postgres) {
        super(NAME, folder);
        this.postgres = postgres;
    }

    /**
     * Returns what keeps PgBouncer from running on this system, in words for people; empty if nothing does.
     *
     * <p>Tests that need it are left out with these words.
     */
    public static Optional<String> missing() {
        return program().isPresent()
                ? Optional.empty()
                : Optional.of("PgBouncer is not installed (Debian: apt-get update && apt-get install -y pgbouncer)");
    }

    private static Optional<Path> program() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts one.
     *
     * @param folder where its configuration and its log come to be
     */
    public static PgBouncer start(Path folder, PostgresServer postgres) {
        PgBouncer bouncer = new PgBouncer(folder, postgres);
        bouncer.restart();
        return bouncer;
    }

    /** Returns the URL of the server's database, with the user, through this. */
    public String jdbcUrl() {
        return postgres.jdbcUrl().replace(":" + postgres.port() + "/", ":" + port() + "/");
    }

    @Override
    void prepare() throws IOException {
        Files.writeString(configuration(), """
                [databases]
                * = host=%s port=%d user=%s
                [pgbouncer]
                listen_addr = %1$s
                listen_port = %4$d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = %5$d
                max_client_conn = 200
                ignore_startup_parameters = extra_float_digits
                """.formatted(HOST, postgres.port(), postgres.user(), port(), CONNECTIONS));
    }

    private Path configuration() {
        return data().resolveSibling("pgbouncer.ini");
    }

    @Override
    List<String> command() {
        Path program =
                program().orElseThrow(() -> new IllegalStateException(missing().orElseThrow()));
        List<String> command = new ArrayList<>(Unprivileged.prefix(program));
        command.add(program.toString());
        command.add(configuration().toString());
        return command;
    }

    @Override
    boolean answers() throws IOException {
        try (Socket socket = Ports.connect(port())) {
            return socket.isConnected();
        }
    }
}
