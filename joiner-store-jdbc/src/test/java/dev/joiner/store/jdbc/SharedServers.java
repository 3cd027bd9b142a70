package dev.joiner.store.jdbc;

/**
 * The servers that all tests in this JVM share, as names of locks. Two test classes run at a time; on a server they take
 * turns, since one may hold what another would wait for.
 */
final class SharedServers {
    static final String POSTGRESQL = "PostgreSQL";
    static final String MARIADB = "MariaDB";
    static final String MYSQL = "MySQL";

    private SharedServers() {}
}
