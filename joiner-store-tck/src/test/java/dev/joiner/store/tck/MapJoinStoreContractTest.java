package dev.joiner.store.tck;

import dev.joiner.spi.JoinStore;
import dev.joiner.store.memory.MapJoinStore;

class MapJoinStoreContractTest extends MemoryStoreContract {

    @Override
    <K, V> JoinStore<K, V> create() {
        return MapJoinStore.create();
    }
}
