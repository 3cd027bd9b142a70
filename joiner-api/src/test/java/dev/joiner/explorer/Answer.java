package dev.joiner.explorer;

import dev.joiner.spi.Versioned;
import org.jspecify.annotations.Nullable;

/** How an effect went. */
sealed interface Answer {

    record Time(long millis) implements Answer {}

    /** To {@link Effect.Guess} and {@link Effect.Find}. */
    record Holds(@Nullable Versioned<String> held) implements Answer {}

    /** To {@link Effect.Exchange}. */
    record Exchanged(boolean won, @Nullable Versioned<String> witness) implements Answer {}

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
