package dev.joiner.store.tck;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.KeyedJoiner;
import dev.joiner.spi.JoinStore;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/** Stores whose joiners are processors of Kafka Streams. A scenario that needs more than those have is left out. */
final class ProcessorStores implements Stores {
    private final Set<String> namespaces = new HashSet<>();

    /** Leaves a scenario out. Does not return, but the compiler needs to know. */
    static RuntimeException without(String what) {
        return Assumptions.abort("Kafka Streams has no " + what);
    }

    @Override
    public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
        if (!namespaces.add(config.namespace())) {
            throw without("second node at a key");
        }
        return new ProcessorStore<>(config);
    }

    @Override
    public <M, K, V, R> KeyedJoiner<M, K, V, R> join(
            JoinSpec<M, K, V, R> spec, JoinStore<K, V> store, InstantSource clock) {
        if (store instanceof ProcessorStore<K, V> own) {
            return ProcessorJoiner.create(spec, own, clock);
        }
        throw without("store that can be wrapped");
    }

    @Override
    public boolean keepBytes() {
        return true;
    }
}
