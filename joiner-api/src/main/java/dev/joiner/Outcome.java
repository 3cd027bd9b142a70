package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * What became of one accepted message.
 *
 * @param <R> what {@code process} returns
 */
public sealed interface Outcome<R> {

    /**
     * The message completed a join (or retried a failed one), and the hand-over returned.
     *
     * @param result what {@code process} returned
     * @param confirmed false if the store could not confirm that this hand-over was the join's last: the lease had run
     *     out, or the last write failed. The join may be handed over again
     */
    record Joined<R>(@Nullable R result, boolean confirmed) implements Outcome<R> {}

    /** The message is in a join that is still waiting, or that another node hands over. */
    record Incomplete<R>() implements Outcome<R> {}

    /** The message's id is known: it had been counted before. */
    record Duplicate<R>() implements Outcome<R> {}

    /** The key is closed: its join has been handed over, or is being handed over ({@code rememberFor}). */
    record Late<R>() implements Outcome<R> {}

    /**
     * This one message of a batch failed, the others did not. Only in {@link Joiner#acceptAll}.
     *
     * @param cause a {@link ProcessingException} if the message is stored and its hand-over threw; otherwise what
     *     {@link Joiner#accept} would have thrown
     */
    record Failed<R>(Exception cause) implements Outcome<R> {}
}
