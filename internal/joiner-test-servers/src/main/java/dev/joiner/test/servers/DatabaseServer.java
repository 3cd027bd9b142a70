package dev.joiner.test.servers;

import java.nio.file.Path;

/** A server of a relational database, with one user, who needs no password. */
public abstract sealed class DatabaseServer extends Server permits PostgresServer, MySqlFamilyServer {

    DatabaseServer(String name, Path folder) {
        super(name, folder);
    }

    /** Returns the URL of the database, with the user, for the server's own driver. */
    public abstract String jdbcUrl();

    /** Returns the name of the user, who may do everything. */
    public abstract String user();
}
