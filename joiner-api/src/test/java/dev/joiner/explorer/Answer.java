package dev.joiner.explorer;

import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How an effect went. */
sealed interface Answer {

    record Time(long millis) implements Answer {}

    /** To {@link Effect.Guess} and {@link Effect.Find}. */
    record Holds(@Nullable Versioned<String> held) implements Answer {}

    /** To {@link Effect.Exchange}. */
    record Exchanged(boolean won, @Nullable Versioned<String> witness, Map<String, Long> present) implements Answer {
        Exchanged(boolean won, @Nullable Versioned<String> witness) {
            this(won, witness, Map.of());
        }
    }

    /** To {@link Effect.Parts}. */
    record Parts(List<Part> parts) implements Answer {}

    /** To {@link Effect.Present}. */
    record Present(Map<String, Long> ids) implements Answer {}

    /** To {@link Effect.Due}. */
    record Look(boolean isDue) implements Answer {}

    /** The store threw. */
    record StoreFailed() implements Answer {}

    /**
     * The handler returned.
     *
     * @param disturbance what happened to its node meanwhile
     */
    record Returned(Disturbance disturbance) implements Answer {}

    /** The handler threw. */
    record Threw() implements Answer {}

    /** The handler threw, as its thread was interrupted while it waited. */
    record Interrupted() implements Answer {}

    /** What may happen to a node while a handler runs. */
    enum Disturbance {
        NONE,
        /** Its thread was interrupted, and the handler has not noticed. */
        INTERRUPT,
        /** Its joiner began to close. */
        CLOSE
    }
}
