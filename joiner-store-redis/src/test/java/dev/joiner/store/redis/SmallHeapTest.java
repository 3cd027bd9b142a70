package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.store.tck.LargeJoins;
import dev.joiner.test.servers.JavaProcess;
import dev.joiner.test.servers.RedisServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;

/** More bytes in Redis than in the memory of who looks through them. */
class SmallHeapTest {
    /** A quarter more than go into 96 MiB. */
    private static final int JOINS = 412;

    @Test
    void manyLargeJoinsAreScannedAndExpire(@TempDir Path folder) {
        try (RedisServer server = RedisServer.start(folder, "appendonly=no");
                JavaProcess child = JavaProcess.start(Child.class, List.of("-Xmx96m"), String.valueOf(server.port()))) {
            assertThat(child.awaitLine(line -> true)).isEqualTo(LargeJoins.asExpected(JOINS));
        }
    }

    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            // On a busy machine the server may take seconds to read a batch of large entries.
            try (RedisClient client = RedisClient.builder()
                    .hostAndPort(Clients.HOST, Integer.parseInt(args[0]))
                    .clientConfig(DefaultJedisClientConfig.builder()
                            .timeoutMillis(60_000)
                            .build())
                    .build()) {
                System.out.println(LargeJoins.runOn(Clients.store(client).build(), JOINS));
            }
        }
    }
}
