package dev.joiner.store.tck;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/** Opens stores of one kind, and closes them after the test. */
interface Stores {

    /** A store on the data of the config's namespace: what is opened twice, shows the same data twice. */
    <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config);

    /** A joiner on one of these stores. */
    default <M, K, V, R> KeyedJoiner<M, K, V, R> join(
            JoinSpec<M, K, V, R> spec, JoinStore<K, V> store, InstantSource clock) {
        return Joiner.create(spec, store, clock);
    }

    /** Whether the stores encode what they are given, and do not keep the objects themselves. */
    default boolean keepBytes() {
        AtomicBoolean encoded = new AtomicBoolean();
        Codec<String> noticing = Codec.of(
                value -> {
                    encoded.set(true);
                    return Codec.string().encode(value);
                },
                Codec.string()::decode);
        Join<String> join = new Join<>("v", 1, 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
        open(JoinStoreConfig.of("probe-" + UUID.randomUUID(), KeyCodec.string(), noticing))
                .compareAndExchange("k", null, Versioned.of(1, new JoinState<>(join, List.of(), null, 0)));
        return encoded.get();
    }
}
