package dev.joiner.test.servers;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What MariaDB and MySQL have in common: a server with one empty database. */
abstract sealed class MySqlFamilyServer extends DatabaseServer permits MariaDbServer, MySqlServer {
    static final String USER = "root";
    static final String DATABASE = "joiner";

    private static final int HEADER = 4;
    private static final int PROTOCOL = 10;

    private final List<String> settings;

    /** @param settings options of the server, written {@code name=value}; they win over what is set here */
    MySqlFamilyServer(String name, Path folder, List<String> settings) {
        super(name, folder);
        this.settings = settings;
    }

    /** The server's program, within its {@link #home()}. */
    abstract Path program();

    /** Options that this server needs, whatever it is started for. */
    List<String> options() {
        return List.of();
    }

    /** Options that this server needs to serve clients. */
    abstract List<String> servingOptions();

    /**
     * Makes the data.
     *
     * @param script a file to write SQL to
     */
    abstract void initialize(Path fresh, Path script) throws IOException;

    /** Returns the name of the database. */
    public final String database() {
        return DATABASE;
    }

    @Override
    public final String user() {
        return USER;
    }

    /** The program and the options that it needs in any case. */
    final List<String> programOn(Path data) {
        List<String> command = new ArrayList<>();
        command.add(program().toString());
        command.add("--no-defaults");
        command.add("--basedir=" + home());
        command.add("--lc-messages-dir=" + home().resolve("share"));
        command.add("--datadir=" + data);
        command.add("--tmpdir=" + temporary());
        command.add("--user=" + System.getProperty("user.name")); // even root
        command.addAll(options());
        return command;
    }

    @Override
    final void initialize(Path fresh) throws IOException {
        Path script = Files.createTempFile("joiner", ".sql");
        try {
            initialize(fresh, script);
        } finally {
            Files.delete(script);
        }
    }

    @Override
    final List<String> command() {
        List<String> command = programOn(data());
        command.add("--bind-address=" + HOST);
        command.add("--port=" + port());
        command.add("--socket=server.sock"); // in the data folder, and short as its path has to be
        command.add("--skip-name-resolve");
        command.add("--max-connections=200");
        // A commit is confirmed when it has been written to the system: what the system has got outlives a killed
        // process.
        // That the disk has it, too, matters when the machine fails, which tests do not go through.
        command.add("--innodb-flush-log-at-trx-commit=2");
        command.addAll(servingOptions());
        settings.forEach(setting -> command.add("--" + setting));
        return command;
    }

    @Override
    final boolean answers() throws IOException {
        try (Socket socket = Ports.connect(port());
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
            in.skipNBytes(HEADER);
            return in.read() == PROTOCOL; // the server speaks first; an error would begin otherwise
        }
    }
}
