package dev.joiner.internal.driver;

import dev.joiner.engine.Delivery.Shared;
import dev.joiner.engine.FailingKeys;
import dev.joiner.engine.SafeListener;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Transition;
import dev.joiner.engine.Transition.Apart;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.PartReader;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What every call of one joiner works with. */
record Context<M, K, V, R>(
        SpecFunctions<M, K, V, R> functions,
        Transition<M, K, V> transition,
        JoinStore<K, V> store,
        KeyUpdater<K, V> updater,
        InstantSource clock,
        Randomness randomness,
        SafeListener listener,
        Shared<K, V, R> deliveries,
        Calls calls,
        FailingKeys<K> failing) {

    static <M, K, V, R> Context<M, K, V, R> of(
            Transition<M, K, V> transition,
            SpecFunctions<M, K, V, R> functions,
            JoinStore<K, V> given,
            InstantSource clock,
            Randomness randomness) {
        JoinStore<K, V> store = new ShieldedStore<>(given);
        SafeListener listener = new SafeListener(functions, clock);
        return new Context<>(
                functions,
                transition,
                store,
                new KeyUpdater<>(functions.name(), store, listener, randomness),
                clock,
                randomness,
                listener,
                new Shared<>(functions, transition, listener),
                new Calls(),
                new FailingKeys<>());
    }

    long now() {
        return clock.millis();
    }

    /** A random number that nobody else draws. */
    long nonce() {
        return randomness.nonce();
    }

    /** A claim for what a call completes, or that no handler may begin. */
    long claim() {
        return mayBegin() ? nonce() : Transition.NO_CLAIM;
    }

    /**
     * What the transition has to know of parts that the store keeps apart.
     *
     * @param present ids that are known to be there, each with the number under which it is
     */
    Apart apart(Map<String, Long> present) {
        return functions.collects() && store.collects() ? new Apart(nonce(), present) : Apart.NOT;
    }

    /** Reads what the store keeps apart from the state of a key. */
    PartReader parts(K key) {
        return PartReader.of(store, key);
    }

    /** Whether a handler may begin on this thread now. */
    boolean mayBegin() {
        return !calls.areClosing() && !Thread.currentThread().isInterrupted();
    }

    /** Tells the listener of joins that were parked. */
    void parked(K key, List<Flight<V>> flights) {
        for (Flight<V> flight : flights) {
            listener.parked(key, flight.attempts(), flight.join().firstAt());
        }
    }
}
