package dev.joiner;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Transition;
import java.time.InstantSource;

/** What every call of one joiner works with. */
record Engine<M, V, R>(
        JoinSpec<M, V, R> spec,
        Transition<M, V> transition,
        JoinStore<Object, V> store,
        Exchanger<V> exchanger,
        InstantSource clock,
        Randomness randomness,
        Events events) {

    static <M, V, R> Engine<M, V, R> of(
            JoinSpec<M, V, R> spec, JoinStore<Object, V> store, InstantSource clock, Randomness randomness) {
        Events events = new Events(spec.listener(), clock);
        Exchanger<V> exchanger = new Exchanger<>(store, events, randomness);
        return new Engine<>(spec, new Transition<>(spec), store, exchanger, clock, randomness, events);
    }
}
