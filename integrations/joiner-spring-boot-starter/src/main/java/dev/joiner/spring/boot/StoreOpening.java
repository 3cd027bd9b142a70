package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import java.time.InstantSource;
import java.util.function.Supplier;

/** What all stores have in common when they are opened, and when they cannot be. */
final class StoreOpening {
    private StoreOpening() {}

    /** Opens a store, and creates a joiner on it or closes it again. */
    static <M, K, V, R> KeyedJoiner<M, K, V, R> joiner(
            JoinSpec<M, K, V, R> spec, Supplier<JoinStore<K, V>> opening, InstantSource clock) {
        JoinStore<K, V> store = opening.get();
        try {
            return Joiner.create(spec, store, clock);
        } catch (IllegalArgumentException e) { // the store may evict joins, and the spec has no receiver for them
            store.close();
            throw new JoinerSetupException(
                    "join " + spec.name() + ": " + e.getMessage(),
                    "Give the spec an onExpired or joinOnExpiry, or use a store that evicts nothing.",
                    e);
        }
    }

    /** @param what where the store was to be opened */
    static JoinerSetupException failed(String join, String what, StoreException failure) {
        return new JoinerSetupException(
                "join " + join + ": its store could not be opened on " + what + ": " + failure.getMessage(),
                "See that the server is reachable with these credentials, and that the table is there, or that"
                        + " joiner.store.create-table is true and the user may create it.",
                failure);
    }
}
