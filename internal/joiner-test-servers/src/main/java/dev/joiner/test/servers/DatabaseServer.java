package dev.joiner.test.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server of a relational database, with one user, who needs no password. */
public abstract sealed class DatabaseServer extends Server permits PostgresServer, MySqlFamilyServer {

    private final String name;

    DatabaseServer(String name, Path folder) {
        super(name, folder);
        this.name = name;
    }

    /** Returns the folder of the server's program, which says its version. */
    abstract Path home();

    /** Returns all that decides what {@link #initialize} makes, but for the version. */
    abstract List<String> recipe();

    /** Makes the data of a server that nobody has used yet, in a folder that is not there. */
    abstract void initialize(Path fresh) throws IOException;

    /** Returns what to write before a command, so that it makes files that belong to the server. */
    List<String> asServer() {
        return List.of();
    }

    /** To make the data takes seconds: it is done once, and each server starts on a copy. */
    @Override
    final void prepare() throws IOException {
        Files.createDirectories(temporary());
        if (Files.exists(data())) {
            return;
        }
        String recipe = Integer.toHexString(recipe().hashCode());
        Path made = ServerCache.ofProject()
                .get(home().getFileName() + "-data-" + recipe, folder -> initialize(folder.resolve("data")));
        List<String> command = new ArrayList<>(asServer());
        command.addAll(List.of("cp", "-R", made.resolve("data").toString(), data().toString()));
        ServerProcess.run("Copy of the data of " + name, command, null, log());
    }

    /** Returns the URL of the database, with the user, for the server's own driver. */
    public abstract String jdbcUrl();

    /** Returns the name of the user, who may do everything. */
    public abstract String user();
}
