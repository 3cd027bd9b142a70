package dev.joiner.explorer;

import dev.joiner.Cause;
import dev.joiner.spi.Versioned;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that a joiner asks of the world around it, and waits for. */
sealed interface Effect {

    /** The time. */
    record Clock() implements Effect {}

    /** What the store last saw, by its own account. */
    record Guess() implements Effect {}

    /** What the store holds. */
    record Find() implements Effect {}

    /** Parts that the store keeps apart. */
    record Parts(long number, int from, int limit) implements Effect {}

    /** Which ids the store knows apart from the state. */
    record Present(Set<Long> numbers, Set<String> ids) implements Effect {}

    /** Whether it is due; a hint, as the state is read again. */
    record Due(long from, long upTo) implements Effect {}

    /** The one write. */
    record Exchange(
            @Nullable Versioned<String> expected, @Nullable Versioned<String> next) implements Effect {}

    /** A handler that receives a join. */
    record HandOver(Receiver receiver, String value, Cause cause, int attempt, int parts, long token)
            implements Effect {}

    /** Who a join is handed over to. */
    enum Receiver {
        PROCESS,
        EXPIRED,
        POISONED
    }
}
