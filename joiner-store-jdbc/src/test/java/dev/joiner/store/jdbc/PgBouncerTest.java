package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import dev.joiner.spi.JoinStore;
import dev.joiner.test.servers.PgBouncer;
import dev.joiner.test.servers.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store behind PgBouncer in transaction mode, where it is installed. */
class PgBouncerTest {
    private static PgBouncer bouncer;

    @BeforeAll
    static void start(@TempDir Path folder) {
        assumeTrue(PgBouncer.missing().isEmpty(), () -> PgBouncer.missing().orElseThrow());
        bouncer = PgBouncer.start(folder, PostgresServer.shared());
    }

    @AfterAll
    static void stop() {
        if (bouncer != null) {
            bouncer.close();
        }
    }

    private static void neverPrepared(HikariConfig pool) {
        pool.setJdbcUrl(bouncer.jdbcUrl() + "&prepareThreshold=0");
    }

    @Nested
    class Writes extends JdbcWritesContract {
        Writes() {
            super(PgBouncerTest::neverPrepared);
        }
    }

    @Nested
    class Transactions extends TransactionalContract {
        Transactions() {
            super(pool -> {
                neverPrepared(pool);
                pool.setAutoCommit(false);
            });
        }
    }

    /** More threads than PgBouncer has connections, and each statement more often than drivers need to prepare it. */
    @Test
    void storesThatAreOpenedByUrlNeedToBeTold() throws Exception {
        JoinStoreConfig<String, String> config =
                JoinStoreConfig.of(UUID.randomUUID().toString(), KeyCodec.string(), Codec.string());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (JoinStore<String, String> store = JoinStores.open(bouncer.jdbcUrl() + "&pooling=transaction", config);
                Joiner<String, String> joiner = Joiner.create(
                        JoinSpec.joining(String.class)
                                .keyedBy(message -> message.split(":", -1)[0])
                                .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                                .sufficientWhen(value -> value.length() > 10)
                                .build(),
                        store)) {
            List<CompletableFuture<Long>> joined = IntStream.range(0, 8)
                    .mapToObj(thread -> CompletableFuture.supplyAsync(
                            () -> IntStream.range(0, 50)
                                    .mapToObj(i -> joiner.accept(thread + "-" + i % 7 + ":" + i))
                                    .filter(Outcome.Joined.class::isInstance)
                                    .count(),
                            threads))
                    .toList();

            for (CompletableFuture<Long> each : joined) {
                assertThat(each.get(1, TimeUnit.MINUTES)).isPositive();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
