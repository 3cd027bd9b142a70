package dev.joiner.store.memory;

import dev.joiner.Cause;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.Versioned;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** States for the tests of stores, each under a version of its own. */
final class States {
    private static final AtomicLong VERSIONS = new AtomicLong();

    private States() {}

    static <V> Versioned<V> versioned(JoinState<V> state) {
        return Versioned.of(VERSIONS.incrementAndGet(), state);
    }

    /** A join that collects, and expires at the deadline. */
    static <V> Versioned<V> open(V value, long deadline) {
        return versioned(new JoinState<>(join(value, deadline), List.of(), null, 0));
    }

    /** A join that collects, and does not expire. */
    static <V> Versioned<V> open(V value) {
        return open(value, JoinState.NEVER);
    }

    /** A join that is being handed over. */
    static <V> Versioned<V> inFlight(V value, long dueAt) {
        Flight<V> flight = new Flight<>(
                join(value, JoinState.NEVER), Cause.COMPLETE, Status.CLAIMED_ALONE, false, 1, 1, 1, null, dueAt);
        return versioned(new JoinState<>(null, List.of(flight), null, 1));
    }

    static <V> Join<V> join(V value, long deadline) {
        return new Join<>(value, 1, 0, deadline, JoinState.NEVER, Ids.NONE, false);
    }
}
