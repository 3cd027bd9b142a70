package dev.joiner.store.tck;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is in memory is opened again by taking the same store. */
abstract class MemoryStoreContract extends JoinStoreContract {
    private final Map<String, JoinStore<?, ?>> stores = new ConcurrentHashMap<>();

    abstract <K, V> JoinStore<K, V> create();

    @Override
    @SuppressWarnings("unchecked") // one namespace, one type of keys and values
    protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        return (JoinStore<K, V>) stores.computeIfAbsent(config.namespace(), namespace -> create());
    }
}
