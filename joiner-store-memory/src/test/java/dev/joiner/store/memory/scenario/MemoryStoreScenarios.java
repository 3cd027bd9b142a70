package dev.joiner.store.memory.scenario;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import java.util.HashMap;
import java.util.Map;

/** What is in memory is opened again by taking the same store. */
abstract class MemoryStoreScenarios extends JoinStoreScenarios {
    private final Map<String, JoinStore<?, ?>> stores = new HashMap<>();

    abstract <K, V> JoinStore<K, V> create();

    @Override
    @SuppressWarnings("unchecked") // one namespace, one type of keys and values
    protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return (JoinStore<K, V>) stores.computeIfAbsent(config.namespace(), namespace -> create());
    }
}
