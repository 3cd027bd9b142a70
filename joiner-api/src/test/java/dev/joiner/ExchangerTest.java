package dev.joiner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Exchanger.Work;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExchangerTest {

    /** A store in which somebody else always wrote last. */
    private static final class NeverWon implements JoinStore<Object, String> {
        private int tries;
        private long version;

        @Override
        public @Nullable Versioned<String> find(Object key) {
            return Versioned.of(++version, new JoinState<>(null, List.of(), null, version));
        }

        @Override
        public Exchange<String> compareAndExchange(
                Object key, @Nullable Versioned<String> expected, @Nullable Versioned<String> next) {
            tries++;
            return new Exchange<>(false, find(key));
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
            return 1;
        }

        @Override
        public void close() {}
    }

    private final List<Integer> conflicts = new ArrayList<>();
    private final NeverWon store = new NeverWon();
    private final Exchanger<String> exchanger = new Exchanger<>(
            store,
            new Events(
                    new JoinListener() {
                        @Override
                        public void conflict(Object key, int tries) {
                            conflicts.add(tries);
                        }
                    },
                    InstantSource.system()),
            Randomness.ofProcess());

    private static @Nullable JoinState<String> next(@Nullable JoinState<String> state) {
        return new JoinState<>(null, List.of(), null, state == null ? 1 : state.token() + 1);
    }

    @Test
    void givesUpOnAKeyThatAlwaysChanges() {
        assertThatExceptionOfType(ContentionException.class)
                .isThrownBy(() -> exchanger.settle(exchanger.guess("k"), ExchangerTest::next))
                .withMessage("key \"k\" changed 256 times between read and write");
        assertThat(store.tries).isEqualTo(256);
        assertThat(conflicts).as("the first try was a guess").hasSize(255).startsWith(2);
    }

    @Test
    void givesUpOnEachKeyOfABatchAlone() {
        Work<String> stubborn = new Work<>(exchanger.guess("k"), ExchangerTest::next);
        Work<String> content = new Work<>(exchanger.guess("l"), state -> state);

        exchanger.settleAll(List.of(stubborn, content));

        assertThat(stubborn.failure).isInstanceOf(ContentionException.class);
        assertThat(content.failure).isNull();
    }

    @Test
    void numbersDifferAndAreNeverZero() {
        Set<Long> drawn = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            drawn.add(exchanger.nonce());
        }

        assertThat(drawn).hasSize(100_000).doesNotContain(0L);
    }
}
