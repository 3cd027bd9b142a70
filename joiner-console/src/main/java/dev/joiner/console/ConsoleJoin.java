package dev.joiner.console;

import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

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
     * @return false if there is no value, or if values are not to be shown; nothing was written
     * @throws dev.joiner.JoinerException if it cannot be read
     * @throws IllegalStateException if the join has ended meanwhile
     */
    boolean writeValue(PendingJoin<K, V> join, Writer out) throws IOException;

    /** Returns what is shown in the place of a join; by default the join itself. */
    default List<PendingJoin<K, V>> shown(PendingJoin<K, V> join) {
        return List.of(join);
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
