package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.test.servers.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** How much of a server's memory a pending join takes, against a plain hash of the same keys and values. Prints it. */
@Tag("slow")
class MemoryOfPendingJoinsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int BATCH = 5_000;

    private final int joins = Integer.getInteger("joins", 100_000);

    private record Message(String key, String value) {}

    @Test
    void pendingJoinTakesItsValueAndTwoHundredBytesMoreThanAPlainHash(@TempDir Path folder) {
        try (RedisServer server = RedisServer.start(folder, "appendonly=no");
                UnifiedJedis client = RedisClient.builder()
                        .hostAndPort(new HostAndPort(Clients.HOST, server.port()))
                        .clientConfig(DefaultJedisClientConfig.builder()
                                .timeoutMillis(60_000)
                                .build())
                        .build()) {
            for (int length : new int[] {16, 116, 1_000}) {
                double plain = measure(client, () -> fillPlain(client, length));
                System.out.printf(
                        "values of %,d bytes, %,d of them; a plain hash: %.0f bytes each%n", length, joins, plain);
                for (int shards : new int[] {256, 16, 1_024}) {
                    double without = measure(client, () -> fill(client, shards, length, false));
                    double with = measure(client, () -> fill(client, shards, length, true));
                    System.out.printf(
                            "  %,5d shards, no deadline: %.0f bytes, %.2f times; with a deadline: %.0f bytes, %.2f times%n",
                            shards, without, without / plain, with, with / plain);
                    assertThat(with).isLessThan(plain + 220);
                    assertThat(without).isLessThan(plain + 70);
                }
            }
        }
    }

    private double measure(UnifiedJedis client, Runnable fill) {
        client.flushAll();
        long before = used(client);
        fill.run();
        return (double) (used(client) - before) / joins;
    }

    private static long used(UnifiedJedis client) {
        return client.info("memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .map(line -> Long.valueOf(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    private List<Message> messages(int from, int length) {
        Random random = new Random(from);
        return IntStream.range(from, Math.min(joins, from + BATCH))
                .mapToObj(i -> new Message(new UUID(random.nextLong(), i).toString(), "v".repeat(length)))
                .toList();
    }

    private void fillPlain(UnifiedJedis client, int length) {
        for (int from = 0; from < joins; from += BATCH) {
            Map<String, String> batch = new HashMap<>();
            messages(from, length).forEach(message -> batch.put(message.key(), message.value()));
            client.hset("plain", batch);
        }
    }

    private void fill(UnifiedJedis client, int shards, int length, boolean expiring) {
        Instant[] now = {NOW};
        JoinSpec.Builder<Message, String, String, String, String> spec = JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> message.value())
                .sufficientWhen(value -> false);
        if (expiring) {
            spec.expireAfter(Duration.ofHours(1)).onExpired((value, handOver) -> {});
        }
        Joiner<Message, String> joiner =
                Joiner.create(spec.build(), Clients.store(client).shards(shards).build(), (InstantSource) () -> now[0]);
        for (int from = 0; from < joins; from += BATCH) {
            joiner.acceptAll(messages(from, length));
            now[0] = now[0].plusMillis(BATCH);
        }
    }
}
