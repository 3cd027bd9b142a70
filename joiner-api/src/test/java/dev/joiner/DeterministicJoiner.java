package dev.joiner;

import dev.joiner.spi.JoinStore;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Makes joiners whose every effect is in the hands of a test, the random numbers too. */
public final class DeterministicJoiner {
    private DeterministicJoiner() {}

    /** A joiner that draws its versions and claims from {@code numbers}, and whose backoffs are as short as can be. */
    public static <M, V, R> Joiner<M, R> create(
            JoinSpec<M, V, R> spec, JoinStore<?, V> store, InstantSource clock, LongSupplier numbers) {
        return new StoreJoiner<>(spec, store, clock, new Randomness() {
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
