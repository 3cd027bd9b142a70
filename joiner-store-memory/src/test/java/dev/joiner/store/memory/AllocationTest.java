package dev.joiner.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What a message costs does not grow with its join. Bytes are counted, as times differ from machine to machine. */
class AllocationTest {
    private static final int WINDOW = 1_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long bytesOfAWindow(KeyedJoiner<String, ?, ?, ?> joiner, int from) {
        String[] messages = new String[WINDOW];
        for (int i = 0; i < WINDOW; i++) {
            messages[i] = String.format(Locale.ROOT, "id%06d", from + i);
        }
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (String message : messages) {
            joiner.accept(message);
        }
        return (threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / WINDOW;
    }

    private static KeyedJoiner<String, String, Integer, Integer> identified() {
        var spec = JoinSpec.joining(String.class)
                .keyedBy(message -> "k")
                .<Integer>mergedBy((message, pending) -> pending == null ? 1 : pending + 1)
                .sufficientWhen(count -> count == Integer.MAX_VALUE)
                .identifiedBy(message -> message)
                .build();
        return Joiner.create(spec, MapJoinStore.create());
    }

    @Test
    void aMessageWithAnIdCostsHardlyMoreInALargeJoin() {
        bytesOfAWindow(identified(), 0); // loads classes
        var joiner = identified();
        long small = bytesOfAWindow(joiner, 0);
        int taken = WINDOW;
        for (; taken < 100_000; taken += WINDOW) {
            bytesOfAWindow(joiner, taken);
        }
        long large = bytesOfAWindow(joiner, taken);

        assertThat(joiner.find("k").get(0).parts()).isEqualTo(100_000 + WINDOW);
        assertThat(joiner.find("k").get(0).ids()).isEqualTo(100_000 + WINDOW);
        assertThat(large).as("bytes a message, at first %s", small).isLessThan(2 * small);
    }

    private long bytesOfAnExchange(
            MapJoinStore<String, Integer> store, Versioned<Integer> held, Versioned<Integer> other) {
        int exchanges = 20_000;
        store.compareAndExchange("k", null, held);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < exchanges; i++) {
            assertWon(store.compareAndExchange("k", held, other));
            Versioned<Integer> swapped = held;
            held = other;
            other = swapped;
        }
        long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        store.compareAndExchange("k", held, null);
        return bytes / exchanges;
    }

    private static void assertWon(Exchange<Integer> exchange) {
        if (!exchange.won()) {
            throw new AssertionError(exchange);
        }
    }

    @Test
    void anExchangeThatLeavesTheDueTimeAllocatesNothing() {
        assertThat(bytesOfAnExchange(MapJoinStore.create(), States.open(1), States.open(2)))
                .isZero();
        assertThat(bytesOfAnExchange(MapJoinStore.bounded(1), States.open(1), States.open(2)))
                .isZero();
    }

    @Test
    void anExchangeThatMovesTheDueTimeAllocatesNothing() {
        assertThat(bytesOfAnExchange(MapJoinStore.create(), States.open(1), States.inFlight(1, 60_000)))
                .isZero();
    }
}
