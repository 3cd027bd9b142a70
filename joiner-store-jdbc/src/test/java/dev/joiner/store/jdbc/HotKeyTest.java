package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.test.servers.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One key that all threads want. */
class HotKeyTest {
    private static final int THREADS = 8;
    private static final int EACH = 250;

    @Test
    void noMessageOfAHotKeyIsLost() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(PostgresServer.shared().jdbcUrl());
        AtomicInteger conflicts = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (KeyedJoiner<Integer, String, Long, Long> joiner = Joiner.create(
                JoinSpec.joining(Integer.class)
                        .keyedBy(number -> "hot")
                        .<Long>mergedBy((number, sum) -> sum == null ? number : sum + number)
                        .sufficientWhen(sum -> false)
                        .listener(new JoinListener() {
                            @Override
                            public void conflict(String join, Object key, int tries) {
                                conflicts.incrementAndGet();
                            }
                        })
                        .build(),
                JdbcJoinStore.builder(new HikariDataSource(config))
                        .namespace(UUID.randomUUID().toString())
                        .valueCodec(Codec.longs())
                        .createTableIfMissing()
                        .closeDataSource()
                        .build())) {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                running.add(threads.submit(() -> {
                    for (int i = 0; i < EACH; i++) {
                        joiner.accept(1);
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }

            assertThat(joiner.find("hot"))
                    .extracting(PendingJoin::value)
                    .containsExactly(Optional.of((long) THREADS * EACH));
            System.out.println(conflicts + " exchanges lost by " + THREADS * EACH + " messages of one key");
        } finally {
            threads.shutdownNow();
        }
    }
}
