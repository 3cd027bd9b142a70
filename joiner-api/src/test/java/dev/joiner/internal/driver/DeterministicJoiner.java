package dev.joiner.internal.driver;

import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Transition;
import dev.joiner.spi.JoinStore;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Makes joiners whose every effect is in the hands of a test, the random numbers too. */
public final class DeterministicJoiner {
    /** So that a join of two parts is removed in pages. */
    private static final int PARTS_AT_ONCE = 1;

    private DeterministicJoiner() {}

    /** Lets a joiner close, as another thread would: it waits for nothing, and the store stays open. */
    public static void beginToClose(KeyedJoiner<?, ?, ?, ?> joiner) {
        ((StoreJoiner<?, ?, ?, ?>) joiner).calls().close();
    }

    /** A joiner that draws its versions and claims from {@code numbers}, and whose backoffs are as short as can be. */
    public static <M, K, V, R> KeyedJoiner<M, K, V, R> create(
            JoinSpec<M, K, V, R> spec, JoinStore<K, V> store, InstantSource clock, LongSupplier numbers) {
        SpecFunctions<M, K, V, R> functions = SpecFunctions.of(spec);
        Transition<M, K, V> transition = new Transition<>(functions, PARTS_AT_ONCE);
        return StoreJoiner.create(transition, functions, store, clock, new Randomness() {
            @Override
            public long nonce() {
                return numbers.getAsLong();
            }

            @Override
            public double jitter() {
                return 0;
            }
        });
    }
}
