package dev.joiner.explorer;

import dev.joiner.spi.Versioned;
import org.jspecify.annotations.Nullable;

/** How an effect went. */
sealed interface Answer {

    record Time(long millis) implements Answer {}

    /** To {@link Effect.Guess}, {@link Effect.Find} and {@link Effect.Due}. */
    record Holds(@Nullable Versioned<String> held) implements Answer {}

    /** To {@link Effect.Exchange}. */
    record Exchanged(boolean won, @Nullable Versioned<String> witness) implements Answer {}

    /** The store threw. */
    record StoreFailed() implements Answer {}

    /** The handler returned. */
    record Returned() implements Answer {}

    /** The handler threw. */
    record Threw() implements Answer {}
}
