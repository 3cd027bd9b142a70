package dev.joiner;

import org.jspecify.annotations.Nullable;

/**
 * What became of one accepted message.
 *
 * <pre>{@code
 * List<Outcome<Receipt>> outcomes = joiner.acceptAll(batch);
 * for (int i = 0; i < batch.size(); i++) {
 *     if (outcomes.get(i).isSafe()) {
 *         acknowledge(batch.get(i));
 *     } else {
 *         redeliver(batch.get(i));
 *     }
 * }
 * }</pre>
 *
 * @param <R> what {@code process} returns
 */
public sealed interface Outcome<R> {

    /** Whether the message may be acknowledged: its fate is in the store, or was told here. False only for some failures. */
    default boolean isSafe() {
        return true;
    }

    /**
     * The message completed a join (or retried a failed one), and the hand-over returned.
     *
     * @param result what {@code process} returned
     * @param confirmed false if the store could not confirm that this hand-over was the join's last: the lease had run
     *     out, or the last write failed. The join may be handed over again
     */
    record Joined<R>(@Nullable R result, boolean confirmed) implements Outcome<R> {}

    /** The message is in a join that is still waiting, or that a sweep or another node hands over. */
    record Incomplete<R>() implements Outcome<R> {}

    /** The merge left a value as it was that had been handed over before, so it is not handed over again ({@code keepAfterJoin}). */
    record Unchanged<R>() implements Outcome<R> {}

    /** The message's id is known: it was counted before. */
    record Duplicate<R>() implements Outcome<R> {}

    /** The key is closed: its join was handed over, or is being handed over ({@code rememberFor}). */
    record Late<R>() implements Outcome<R> {}

    /**
     * This one message of a batch failed, the others did not. Only in {@link Joiner#acceptAll}.
     *
     * @param cause what {@link Joiner#accept} would have thrown
     * @param isSafe whether the message is stored all the same, and may be acknowledged
     */
    record Failed<R>(Throwable cause, boolean isSafe) implements Outcome<R> {}
}
