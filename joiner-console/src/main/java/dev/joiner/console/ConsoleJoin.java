package dev.joiner.console;

import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.SweepReport;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Optional;

/**
 * A join as the console shows it: a joiner, and how its keys and values are written. Must be thread-safe.
 *
 * @param <K> the keys
 * @param <V> the values that the joins merge
 */
public interface ConsoleJoin<K, V> {

    /** The name that people know the join by; not blank, and no other join of the console has it. */
    String name();

    /** The joiner on the store. */
    KeyedJoiner<?, K, V, ?> joiner();

    /** How keys are written and read. */
    KeyCodec<K> keys();

    /**
     * Writes what a join has come to, as JSON if it can be. The console keeps the beginning of a long text.
     *
     * @return false if there is no value; nothing was written
     * @throws dev.joiner.JoinerException if it cannot be read
     * @throws IllegalStateException if the join has ended meanwhile
     */
    boolean writeValue(PendingJoin<K, V> join, Writer out) throws IOException;

    /**
     * Tells whether people may see the values of joins that are in the store. What is dropped is returned with its value in any
     * case: it is nowhere else any more. True by default.
     */
    default boolean showsValues() {
        return true;
    }

    /** Returns what is shown in the place of a join; by default the join itself. */
    default List<PendingJoin<K, V>> shown(PendingJoin<K, V> join) {
        return List.of(join);
    }

    /** Hands over what there is under a key; by default as the joiner does. */
    default List<? extends Outcome<?>> release(K key) {
        return joiner().release(key);
    }

    /** Asks all that waits again whether it is whole; by default as the joiner does. */
    default SweepReport reexamine() {
        return joiner().reexamine();
    }

    /** Says why nothing can be dropped here, in a short sentence for the operator. Empty by default: it can. */
    default Optional<String> refusalToDrop() {
        return Optional.empty();
    }

    /** Removes what there is under a key, and returns it; by default as the joiner does. */
    default List<PendingJoin<K, V>> drop(K key) throws IOException {
        return joiner().drop(key);
    }

    /** Tells whether the joiner knows what makes a join whole, so that it can be asked again. True by default. */
    default boolean canReexamine() {
        return true;
    }
}
