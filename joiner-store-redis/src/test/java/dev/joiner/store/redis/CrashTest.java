package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.test.servers.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.UnifiedJedis;

/** A server that is killed in the middle of everything, and comes back. */
@Timeout(300)
class CrashTest {
    @TempDir
    Path folder;

    @Test
    void serverThatIsKilledAndComesBackLosesNothing() throws Exception {
        killAndRestart(500, 3);
    }

    @Tag("slow")
    @RepeatedTest(5)
    void serverThatIsKilledManyTimesLosesNothing() throws Exception {
        killAndRestart(5_000, 20);
    }

    private void killAndRestart(int keys, int times) throws Exception {
        try (RedisServer server = RedisServer.start(folder, "appendonly=yes", "appendfsync=always");
                UnifiedJedis one = Clients.of(server);
                UnifiedJedis other = Clients.of(server)) {
            String namespace = Clients.namespace();
            JoinFuzz fuzz = new JoinFuzz(
                    keys,
                    Clients.store(one, namespace).build(),
                    Clients.store(other, namespace).build());
            fuzz.run(random -> {
                for (int i = 1; i <= times; i++) {
                    fuzz.await((i - random.nextDouble()) / (times + 1));
                    server.kill();
                    server.restart();
                }
            });
            assertThat(fuzz.failures()).as("calls that failed").isPositive();
        }
    }
}
