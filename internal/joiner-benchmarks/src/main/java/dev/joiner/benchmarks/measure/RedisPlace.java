package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.RedisAddress;
import dev.joiner.test.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** A Redis server of its own, which writes its log every second, as its documentation recommends. */
public final class RedisPlace implements Place<RedisAddress>, AutoCloseable {
    private final RedisServer server;
    private final CountingProxy proxy;

    private RedisPlace(RedisServer server) {
        this.server = server;
        proxy = CountingProxy.to(server.port());
    }

    public static RedisPlace start(Path folder) {
        return new RedisPlace(RedisServer.start(folder, "appendfsync=everysec"));
    }

    @Override
    public String name() {
        return "Redis";
    }

    @Override
    public RedisAddress direct() {
        return new RedisAddress(server.port());
    }

    @Override
    public RedisAddress counted() {
        return new RedisAddress(proxy.port());
    }

    @Override
    public LongSupplier count() {
        return proxy::turns;
    }

    @Override
    public String unit() {
        return "round trips";
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        server.close();
    }
}
