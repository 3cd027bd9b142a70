package dev.joiner.store.tck;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.KeyCodec;
import java.util.UUID;
import org.junit.jupiter.api.Timeout;

/** A namespace of a test's own, and stores on it. */
@Timeout(300) // a deadlock is to fail, not to hang
abstract class StoreFixture {
    final String namespace = "contract-" + UUID.randomUUID();
    private final Stores stores;

    StoreFixture(Stores stores) {
        this.stores = stores;
    }

    final JoinStore<String, String> store() {
        return store("", Codec.string());
    }

    final JoinStore<String, String> store(String suffix, Codec<String> values) {
        return store(suffix, KeyCodec.string(), values);
    }

    final <K, V> JoinStore<K, V> store(String suffix, KeyCodec<K> keys, Codec<V> values) {
        return stores.open(JoinStoreConfig.of(namespace + suffix, keys, values));
    }

    static <M, V, R> Joiner<M, R> joiner(JoinSpec.Builder<M, V, R> spec, JoinStore<?, V> store, HandSetClock clock) {
        if (store.evicts()) {
            spec.onExpired((value, handOver) -> {});
        }
        return Joiner.create(spec.build(), store, clock);
    }
}
