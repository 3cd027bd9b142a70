package dev.joiner.spi;

import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one event makes of one key's state.
 *
 * @param next the state to write, null to remove the key; the very object that was given if there is nothing to write
 * @param verdict what the event came to
 * @param claimed what the caller has to hand over once the write has happened, in this order
 * @param removed the joins that were taken out and are nobody's now ({@code drop})
 */
public record Step<V>(@Nullable JoinState<V> next, Verdict verdict, List<Flight<V>> claimed, List<Join<V>> removed) {

    /** What an event came to. */
    public enum Verdict {
        /** The message is in the open join, which still waits. */
        MERGED,
        /** There are joins to hand over: {@link Step#claimed()}. */
        CLAIMED,
        /** The message's id is known. Nothing is written. */
        DUPLICATE,
        /** The key is closed to messages. Nothing is written. */
        LATE,
        /** The state is up to date with what the caller did. */
        DONE,
        /** The claim is not the caller's any more. Nothing is written. */
        LOST,
        /** The event has nothing to do here. Nothing is written. */
        NOTHING
    }

    static <V> Step<V> unchanged(@Nullable JoinState<V> state, Verdict verdict) {
        return new Step<>(state, verdict, List.of(), List.of());
    }

    static <V> Step<V> to(@Nullable JoinState<V> next, Verdict verdict) {
        return new Step<>(next, verdict, List.of(), List.of());
    }

    static <V> Step<V> claiming(@Nullable JoinState<V> next, List<Flight<V>> claimed) {
        return new Step<>(next, Verdict.CLAIMED, claimed, List.of());
    }
}
