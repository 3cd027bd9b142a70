package dev.joiner.store.redis;

/**
 * The servers that all tests in this JVM share, as names of locks. Two test classes run at a time; on a server they take
 * turns, since one may look at what another does there.
 */
final class SharedServers {
    static final String REDIS = "Redis";
    static final String CLUSTER = "Redis Cluster";

    private SharedServers() {}
}
