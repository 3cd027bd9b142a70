package dev.joiner.store.tck;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.spi.JoinStore;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A namespace of a test's own, and stores on it. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD) // a deadlock or an endless loop fails, and does not hang
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

    final void assumeThatItKeepsBytes() {
        Assumptions.assumeTrue(stores.keepBytes(), "keeps objects as they are: nothing is encoded");
    }

    final <K, V> JoinStore<K, V> store(String suffix, KeyCodec<K> keys, Codec<V> values) {
        return stores.open(JoinStoreConfig.of(namespace + suffix, keys, values));
    }

    static <M, K, V, H, R> KeyedJoiner<M, K, V, R> joiner(
            JoinSpec.Builder<M, K, V, H, R> spec, JoinStore<K, V> store, ScenarioClock clock) {
        JoinSpec<M, K, V, R> built = spec.build();
        if (store.evicts() && !SpecFunctions.of(built).receivesExpired()) {
            built = spec.onExpired((value, handOver) -> {}).build();
        }
        return Joiner.create(built, store, clock);
    }
}
