package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.CodecException;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The joins of a store that other processes are printing. A process that has died prints none of them any more, but only
 * the end of its lease tells.
 */
final class Claims {
    /** More would be a lot to hold in memory. */
    private static final int LOOKED_AT = 10_000;

    private final JoinStore<String, ObjectNode> store;
    private final Duration lease;

    Claims(JoinStore<String, ObjectNode> store, Duration lease) {
        this.store = store;
        this.lease = lease;
    }

    /** How long a process may hold a claim. */
    Duration lease() {
        return lease;
    }

    /** How many there are whose lease ends by then. */
    int countUpTo(Instant end) {
        return (int) store.due(end, LOOKED_AT).stream()
                .flatMap(entry -> flightsOf(entry).stream())
                .filter(flight -> flight.dueAt() <= end.toEpochMilli())
                .count();
    }

    private static List<Flight<ObjectNode>> flightsOf(Entry<String, ObjectNode> entry) {
        try {
            return entry.held().state().inFlight();
        } catch (CodecException e) {
            return List.of(); // the sweep names it
        }
    }
}
