package dev.joiner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandOversTest {

    /** A store for one key. */
    private static final class OneKey implements JoinStore<Object, String> {
        private @Nullable Versioned<String> held;

        @Override
        public @Nullable Versioned<String> find(Object key) {
            return held;
        }

        @Override
        public Exchange<String> compareAndExchange(
                Object key, @Nullable Versioned<String> expected, @Nullable Versioned<String> next) {
            boolean won = Objects.equals(held, expected);
            held = won ? next : held;
            return new Exchange<>(won, held);
        }

        @Override
        public List<Entry<Object, String>> due(Instant now, int limit) {
            return List.of();
        }

        @Override
        public Page<Object, String> scan(@Nullable String cursor, int limit) {
            return new Page<>(List.of(), null);
        }

        @Override
        public long size() {
            return held == null ? 0 : 1;
        }

        @Override
        public void close() {}
    }

    private final OneKey store = new OneKey();
    private final IllegalStateException error = new IllegalStateException("down");
    private final Joiner<String, String> joiner = Joiner.create(
            JoinSpec.<String>keyedBy(letter -> "k")
                    .<String>mergedBy((letter, word) -> letter)
                    .sufficientWhen(word -> true)
                    .<String>process((word, handOver) -> {
                        throw error;
                    })
                    .retry(1)
                    .onPoisoned((word, handOver) -> {
                        throw error;
                    })
                    .build(),
            store);

    @Test
    void handlersThatThrowTheSameObjectAreWrittenOffAsFailed() {
        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> joiner.accept("a"))
                .withCause(error);

        JoinState<String> state = store.held.state();
        assertThat(state.inFlight()).singleElement().satisfies(flight -> {
            assertThat(flight.claim()).isEqualTo(Flight.UNCLAIMED);
            assertThat(flight.lastError()).isEqualTo(error.toString());
        });
    }
}
