package dev.joiner;

import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a join of a {@linkplain JoinSpec.Merged#collecting collecting} spec has come to: the merged value, and the parts of its
 * messages, in the order of their arrival.
 *
 * <p>Each iteration reads the parts anew, so they can be gone through more than once, and are not in memory all at a time. A
 * handler's is valid while the handler runs: after that, reading throws an {@link IllegalStateException}, as the parts may be
 * gone. A part that its codec cannot read is a {@link CodecException}. May be read by several threads, each with an iterator of its
 * own.
 *
 * <pre>{@code
 * for (String line : lines) {
 *     insert.setString(1, upload);
 *     insert.setInt(2, ++position);
 *     insert.setString(3, line);
 *     insert.addBatch();
 *     if (position % ROWS_AT_ONCE == 0) {
 *         insert.executeBatch();
 *     }
 * }
 * }</pre>
 *
 * @param <V> the value that messages are merged into
 * @param <P> the parts
 */
public interface Collected<V, P> extends Iterable<P> {

    /** The merged value. */
    V value();

    /** How many parts there are. */
    int size();

    /** Streams the parts, in the order of their arrival. */
    default Stream<P> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** Reads all parts into memory. The list cannot be changed, and stays valid. */
    default List<P> toList() {
        return stream().toList();
    }
}
