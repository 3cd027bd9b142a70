package dev.joiner.store.memory.scenario;

import dev.joiner.spi.JoinStore;
import dev.joiner.store.memory.MapJoinStore;

class MapJoinStoreScenariosTest extends MemoryStoreScenarios {

    @Override
    <K, V> JoinStore<K, V> create() {
        return MapJoinStore.create();
    }
}
