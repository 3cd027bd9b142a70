package dev.joiner.store.memory;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.tck.StoreUnderTest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is in memory is opened again by taking the same store. */
final class MemoryStores implements StoreUnderTest {
    private final Map<String, JoinStore<?, ?>> stores = new ConcurrentHashMap<>();
    private final Factory factory;

    MemoryStores(Factory factory) {
        this.factory = factory;
    }

    @FunctionalInterface
    interface Factory {
        <K, V> JoinStore<K, V> create();
    }

    @Override
    @SuppressWarnings("unchecked") // one namespace, one type of keys and values
    public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return (JoinStore<K, V>) stores.computeIfAbsent(config.namespace(), namespace -> factory.create());
    }
}
