package dev.joiner.store.memory;

import dev.joiner.spi.JoinStore;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.store.tck.JoinerContract;
import org.junit.jupiter.api.Nested;

/** With room for all: what happens at a bound is another matter. */
class MemoryStoresContractTest {
    private static final long ROOM_FOR_ALL = 1_000_000;

    private static <K, V> JoinStore<K, V> bounded() {
        return MapJoinStore.bounded(ROOM_FOR_ALL);
    }

    private static <K, V> JoinStore<K, V> evicting() {
        return CaffeineJoinStore.builder().maximumSize(ROOM_FOR_ALL).build();
    }

    @Nested
    class OfAMap extends JoinStoreContract {
        OfAMap() {
            super(new MemoryStores(MapJoinStore::create));
        }
    }

    @Nested
    class OfJoinsInAMap extends JoinerContract {
        OfJoinsInAMap() {
            super(new MemoryStores(MapJoinStore::create));
        }
    }

    @Nested
    class OfABoundedMap extends JoinStoreContract {
        OfABoundedMap() {
            super(new MemoryStores(MemoryStoresContractTest::bounded));
        }
    }

    @Nested
    class OfJoinsInABoundedMap extends JoinerContract {
        OfJoinsInABoundedMap() {
            super(new MemoryStores(MemoryStoresContractTest::bounded));
        }
    }

    @Nested
    class OfAnEvictingStore extends JoinStoreContract {
        OfAnEvictingStore() {
            super(new MemoryStores(MemoryStoresContractTest::evicting));
        }
    }

    @Nested
    class OfJoinsInAnEvictingStore extends JoinerContract {
        OfJoinsInAnEvictingStore() {
            super(new MemoryStores(MemoryStoresContractTest::evicting));
        }
    }
}
