package dev.joiner.campaign;

import dev.joiner.Codec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.KeyCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.test.servers.Server;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** All that is in the store. */
    Map<String, JoinState<String>> held(String namespace) {
        Map<String, JoinState<String>> held = new HashMap<>();
        try (JoinStore<String, String> store = open(namespace)) {
            String cursor = null;
            do {
                JoinStore.Page<String, String> page = store.scan(cursor, 1_000);
                page.entries()
                        .forEach(entry -> held.put(entry.key(), entry.held().state()));
                cursor = page.next();
            } while (cursor != null);
        }
        return held;
    }

    @Override
    public void close() {
        servers.forEach(Server::stop);
    }
}
