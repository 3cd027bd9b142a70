package dev.joiner.engine;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one event makes of one key's state.
 *
 * @param next the state to write, null to remove the key; the very object that was given if there is nothing to write
 * @param verdict what the event came to
 * @param claimed what the caller has to hand over once the write has happened, in this order
 * @param parked the joins that are parked by this step, as they are then
 * @param more whether the same event has more to do here once this step is written off
 */
public record Step<V>(
        @Nullable JoinState<V> next, Verdict verdict, List<Flight<V>> claimed, List<Flight<V>> parked, boolean more) {

    /** What an event came to. */
    public enum Verdict {
        /** The message is in the open join, which still waits. */
        MERGED,
        /** The message is in a join that is complete; a sweep has to hand it over, as no handler may begin now. */
        DEFERRED,
        /** There are joins to hand over: {@link Step#claimed()}. */
        CLAIMED,
        /** The message changed nothing in a value that was handed over before. */
        UNCHANGED,
        /** The message's id is known. Nothing is written. */
        DUPLICATE,
        /** The key is closed to messages. Nothing is written. */
        LATE,
        /** The state is up to date with what the caller did. */
        DONE,
        /** Parts of a join that ended before were removed, and nothing else has happened. */
        REMOVED_PARTS,
        /** The claim is not the caller's any more. Nothing is written. */
        LOST,
        /** The event has nothing to do here. Nothing is written. */
        NOTHING
    }

    /** The flight of a claim as it is after this step, which it must not have ended. */
    public Flight<V> claim(long claim) {
        if (next != null) {
            for (Flight<V> flight : next.inFlight()) {
                if (flight.claim() == claim) {
                    return flight;
                }
            }
        }
        throw new IllegalArgumentException("no flight has the claim " + claim);
    }

    static <V> Step<V> unchanged(@Nullable JoinState<V> state, Verdict verdict) {
        return new Step<>(state, verdict, List.of(), List.of(), false);
    }

    static <V> Step<V> to(@Nullable JoinState<V> next, Verdict verdict) {
        return new Step<>(next, verdict, List.of(), List.of(), false);
    }

    static <V> Step<V> claiming(@Nullable JoinState<V> next, List<Flight<V>> claimed, boolean more) {
        return new Step<>(next, Verdict.CLAIMED, claimed, List.of(), more);
    }
}
