package dev.joiner.campaign;

import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStores;
import dev.joiner.spi.KeyCodec;
import dev.joiner.test.servers.Server;
import java.util.List;
import java.util.random.RandomGenerator;

/** A place for joins that several processes open by its URL, and the servers behind it. */
final class Backend implements AutoCloseable {
    private final String url;
    private final List<? extends Server> servers;

    Backend(String url, List<? extends Server> servers) {
        this.url = url;
        this.servers = List.copyOf(servers);
    }

    String url() {
        return url;
    }

    List<? extends Server> servers() {
        return servers;
    }

    /** Kills a server, and starts it again on its data. */
    void crash(RandomGenerator random) {
        Server server = servers.get(random.nextInt(servers.size()));
        server.kill();
        server.restart();
    }

    JoinStore<String, String> open(String namespace) {
        return JoinStores.open(url, JoinStoreConfig.of(namespace, KeyCodec.string(), Codec.string()));
    }

    @Override
    public void close() {
        servers.forEach(Server::stop);
    }
}
