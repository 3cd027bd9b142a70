package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that sweep the same joins at the same time. */
class ConcurrentSweepTest {
    private static final int NODES = 4;
    private static final int DUE = 10_000;

    private final JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "");
    private final HandSetClock clock = new HandSetClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final AtomicInteger conflicts = new AtomicInteger();

    @AfterEach
    void close() {
        pool.dispose();
    }

    private Joiner<Integer, Integer> node() {
        return Joiner.create(
                JoinSpec.joining(Integer.class)
                        .keyedBy(number -> "k" + number)
                        .<Long>mergedBy((number, pending) -> (long) number)
                        .sufficientWhen(value -> false)
                        .expireAfter(Duration.ofMinutes(1))
                        .joinOnExpiry()
                        .process(Long::intValue)
                        .listener(new JoinListener() {
                            @Override
                            public void conflict(String join, Object key, int tries) {
                                conflicts.incrementAndGet();
                            }
                        })
                        .build(),
                JdbcJoinStore.builder(pool)
                        .namespace("test")
                        .valueCodec(Codec.longs())
                        .createTableIfMissing()
                        .build(),
                clock);
    }

    @Test
    void fourNodesTryLessThanTwoExchangesForEachThatIsWon() throws Exception {
        List<Joiner<Integer, Integer>> nodes = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            nodes.add(node());
        }
        nodes.get(0).acceptAll(IntStream.range(0, DUE).boxed().toList());
        clock.advance(Duration.ofMinutes(2));

        CyclicBarrier start = new CyclicBarrier(NODES);
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        int joined = 0;
        try {
            List<Future<Integer>> sweeps = new ArrayList<>();
            for (Joiner<Integer, Integer> node : nodes) {
                sweeps.add(threads.submit(() -> {
                    start.await();
                    return node.sweep().joined();
                }));
            }
            for (Future<Integer> sweep : sweeps) {
                joined += sweep.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(joined).isEqualTo(DUE);
        assertThat((double) (DUE + conflicts.get()) / DUE)
                .as("exchanges tried per win")
                .isLessThan(2);
    }
}
