package dev.joiner.internal.driver;

import dev.joiner.Cause;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.Last;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** States as other nodes may have left them. */
final class States {
    private States() {}

    static Join<String> join(String value, long deadline) {
        return new Join<>(value, value.length(), 7, deadline, JoinState.NEVER, Ids.NONE, false);
    }

    /** A join that waits for ever. */
    static JoinState<String> open(String value) {
        return open(value, JoinState.NEVER);
    }

    static JoinState<String> open(String value, long deadline) {
        return new JoinState<>(join(value, deadline), List.of(), null, 0);
    }

    static JoinState<String> inFlight(Flight<String> flight) {
        return inFlight(List.of(flight));
    }

    static JoinState<String> inFlight(Flight<String> older, Flight<String> newer) {
        return inFlight(List.of(older, newer));
    }

    static JoinState<String> inFlight(List<Flight<String>> flights) {
        return new JoinState<>(null, flights, null, 1);
    }

    static JoinState<String> closed(long until) {
        return new JoinState<>(null, List.of(), new Closed(until, new Last(5, Cause.COMPLETE, 2), List.of()), 0);
    }

    static Flight<String> flight(
            String value,
            Status status,
            boolean suspect,
            long claim,
            int attempts,
            @Nullable String error,
            long dueAt) {
        return new Flight<>(
                join(value, JoinState.NEVER), Cause.COMPLETE, status, suspect, claim, 1, attempts, error, dueAt);
    }

    /** A complete join whose handler threw once. */
    static Flight<String> failed(String value, long dueAt) {
        return flight(value, Status.THREW, false, Flight.UNCLAIMED, 1, "boom", dueAt);
    }

    /** A complete join that was claimed with others and not begun. */
    static Flight<String> givenBack(String value, long dueAt) {
        return flight(value, Status.GIVEN_BACK, false, Flight.UNCLAIMED, 0, null, dueAt);
    }

    /** A complete join that another node has claimed for itself. */
    static Flight<String> claimed(String value, long claim, long dueAt) {
        return flight(value, Status.CLAIMED_ALONE, false, claim, 1, null, dueAt);
    }

    /** A complete join whose claim ran out once. */
    static Flight<String> suspect(String value, long dueAt) {
        return flight(value, Status.THREW, true, Flight.UNCLAIMED, 1, "boom", dueAt);
    }

    static Flight<String> parked(String value) {
        return flight(value, Status.PARKED, false, Flight.UNCLAIMED, 3, "boom", JoinState.NEVER);
    }
}
