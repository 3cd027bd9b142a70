package dev.joiner.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvictingBoundTest {

    /** A map, and a message of another thread's that is written before an eviction. */
    private static final class Interrupting implements JoinStore<String, String> {
        private final JoinStore<String, String> map = MapJoinStore.create();
        private @Nullable Runnable beforeEviction;

        @Override
        public @Nullable Versioned<String> find(String key) {
            return map.find(key);
        }

        @Override
        public Exchange<String> compareAndExchange(
                String key, @Nullable Versioned<String> expected, @Nullable Versioned<String> next) {
            boolean isEviction = next != null && next.state().open() == null;
            if (isEviction && beforeEviction != null) {
                Runnable before = beforeEviction;
                beforeEviction = null;
                before.run();
            }
            return map.compareAndExchange(key, expected, next);
        }

        @Override
        public List<Due<String>> due(Instant from, Instant upTo, int limit) {
            return map.due(from, upTo, limit);
        }

        @Override
        public Page<String, String> scan(@Nullable String cursor, int limit) {
            return map.scan(cursor, limit);
        }

        @Override
        public long size() {
            return map.size();
        }

        @Override
        public void close() {
            map.close();
        }
    }

    @Test
    void joinThatGetsAMessageMeanwhileStaysAndIsTheYoungest() {
        Interrupting store = new Interrupting();
        EvictingBound<String, String> bound = new EvictingBound<>(store, 1);
        Versioned<String> old = States.open("old");
        bound.compareAndExchange("old", null, old);
        store.beforeEviction = () -> store.map.compareAndExchange("old", old, States.open("renewed"));

        bound.compareAndExchange("new", null, States.open("new"));

        assertThat(store.find("old").state().open().value()).isEqualTo("renewed");
        assertThat(store.find("new").state().open()).as("it is the oldest now").isNull();
        bound.compareAndExchange("newest", null, States.open("newest"));
        assertThat(store.find("old").state().open()).as("it is known still").isNull();
        assertThat(store.find("newest").state().open()).isNotNull();
    }
}
