package dev.joiner.store.memory.scenario;

import dev.joiner.spi.JoinStore;
import dev.joiner.store.memory.CaffeineJoinStore;
import dev.joiner.store.memory.CaffeineJoinStore.Overflow;
import org.junit.jupiter.api.Nested;

/** With room for all: what happens at the bound is another matter. */
class CaffeineJoinStoreScenariosTest {

    private static <K, V> JoinStore<K, V> create(Overflow overflow) {
        return CaffeineJoinStore.builder()
                .maximumSize(100_000)
                .overflow(overflow)
                .build();
    }

    @Nested
    class Rejecting extends MemoryStoreScenarios {
        @Override
        <K, V> JoinStore<K, V> create() {
            return CaffeineJoinStoreScenariosTest.create(Overflow.REJECT);
        }
    }

    @Nested
    class Evicting extends MemoryStoreScenarios {
        @Override
        <K, V> JoinStore<K, V> create() {
            return CaffeineJoinStoreScenariosTest.create(Overflow.EVICT);
        }
    }
}
