package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

/** Sweepers that all look before any of them claims: as much in each other's way as they can be. */
class ConcurrentSweepTest {
    private static final int SWEEPERS = 4;
    private static final int DUE = 10_000;
    private static final int PAGE = 256;

    @Test
    void fourSweepersTryLessThanTwoExchangesForEachThatIsWon() {
        JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "");
        JoinStore<String, String> store = JdbcJoinStore.builder(pool)
                .namespace("test")
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .build();
        store.compareAndExchangeAll(IntStream.range(0, DUE)
                .mapToObj(i -> new Change<>(
                        "k" + i,
                        (Versioned<String>) null,
                        Versioned.of(
                                i + 1,
                                new JoinState<>(
                                        new Join<>("v", 1, i, i, JoinState.NEVER, List.of(), false),
                                        List.of(),
                                        null,
                                        0))))
                .toList());

        int tried = 0;
        int won = 0;
        while (won < DUE) {
            List<List<Entry<String, String>>> pages = new ArrayList<>();
            for (int sweeper = 0; sweeper < SWEEPERS; sweeper++) {
                pages.add(store.due(Instant.ofEpochMilli(DUE), PAGE));
            }
            for (List<Entry<String, String>> page : pages) {
                List<Exchange<String>> exchanges = store.compareAndExchangeAll(page.stream()
                        .map(entry -> new Change<>(entry.key(), entry.held(), (Versioned<String>) null))
                        .toList());
                tried += exchanges.size();
                won += (int) exchanges.stream().filter(Exchange::won).count();
            }
        }

        assertThat(won).isEqualTo(DUE);
        assertThat((double) tried / won).as("exchanges tried per win").isLessThan(2);
        pool.dispose();
    }
}
