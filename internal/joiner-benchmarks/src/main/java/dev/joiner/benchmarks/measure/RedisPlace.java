package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.RedisAddress;
import dev.joiner.benchmarks.work.Work;
import dev.joiner.test.servers.RedisServer;
import dev.joiner.test.servers.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import redis.clients.jedis.RedisClient;

/** A Redis server of its own, which writes its log every second, as its documentation recommends. */
public final class RedisPlace implements Place<RedisAddress>, AutoCloseable {
    /** Long enough that a pipeline that is sent in pieces counts as one. */
    private static final Duration SILENCE = Duration.ofMillis(3);

    private static final String USED_MEMORY = "used_memory:";

    private final RedisServer server;
    private final TcpProxy proxy;

    private RedisPlace(RedisServer server) {
        this.server = server;
        proxy = TcpProxy.to(server.port());
        proxy.answerAfterSilence(SILENCE);
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
    public long bytesHeld() {
        try (RedisClient client = direct().client(Work.endless(1))) {
            return client.info("memory")
                    .lines()
                    .filter(line -> line.startsWith(USED_MEMORY))
                    .mapToLong(line -> Long.parseLong(line.substring(USED_MEMORY.length())))
                    .sum();
        }
    }

    @Override
    public LongSupplier count() {
        return proxy::roundTrips;
    }

    @Override
    public String unit() {
        return "round trips";
    }

    @Override
    public void close() {
        proxy.close();
        server.close();
    }
}
