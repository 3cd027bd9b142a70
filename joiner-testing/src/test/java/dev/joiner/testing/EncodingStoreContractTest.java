package dev.joiner.testing;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.store.tck.JoinStoreContract;
import dev.joiner.store.tck.StoreUnderTest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a test sees of its codecs is what a store on a server makes of them. */
class EncodingStoreContractTest extends JoinStoreContract {

    EncodingStoreContractTest() {
        super(new Opener());
    }

    private static final class Opener implements StoreUnderTest {
        private final Map<String, MapJoinStore<String, byte[]>> data = new ConcurrentHashMap<>();

        @Override
        public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            return new EncodingStore<>(
                    config, data.computeIfAbsent(config.namespace(), namespace -> MapJoinStore.create()));
        }
    }
}
