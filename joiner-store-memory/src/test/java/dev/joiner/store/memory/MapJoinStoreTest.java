package dev.joiner.store.memory;

import static dev.joiner.store.memory.States.open;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MapJoinStoreTest {
    private final MapJoinStore<String, Integer> store = MapJoinStore.create();

    @Test
    void staleWriteIsRefusedWithWhatIsThereNow() {
        Versioned<Integer> first = open(1);
        Versioned<Integer> second = open(2);
        store.compareAndExchange("k", null, first);
        store.compareAndExchange("k", first, second);

        Exchange<Integer> stale = store.compareAndExchange("k", first, open(3));

        assertThat(stale.won()).isFalse();
        assertThat(stale.witness()).isSameAs(second);
        assertThat(store.find("k")).isSameAs(second);
    }

    @Test
    void randomWritesLeaveExactlyTheDueKeysInTheIndex() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Versioned<Integer>> model = new HashMap<>();
        for (int i = 0; i < 300_000; i++) {
            String key = "k" + random.nextInt(i < 200_000 ? 5_000 : 50);
            Versioned<Integer> next = switch (random.nextInt(6)) {
                case 0, 1 -> null;
                case 2 -> open(i);
                case 3 -> open(i, random.nextInt(20));
                default -> open(i, random.nextInt(1_000_000));
            };
            assertThat(store.compareAndExchange(key, model.get(key), next).won())
                    .isTrue();
            if (next == null) {
                model.remove(key);
            } else {
                model.put(key, next);
            }
            if (i % 30_000 == 0) {
                long now = random.nextInt(1_000_000);
                assertThat(store.due(Instant.ofEpochMilli(now), Integer.MAX_VALUE).stream()
                                .map(Entry::key)
                                .toList())
                        .as("seed %s", seed)
                        .containsExactlyInAnyOrderElementsOf(dueBy(model, now));
            }
        }
        assertThat(store.indexed())
                .as("seed %s", seed)
                .isEqualTo(dueBy(model, JoinState.NEVER - 1).size());
    }

    private static List<String> dueBy(Map<String, Versioned<Integer>> model, long now) {
        return model.entrySet().stream()
                .filter(entry -> entry.getValue().state().dueAt() <= now)
                .map(Map.Entry::getKey)
                .toList();
    }
}
