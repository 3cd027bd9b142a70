package dev.joiner;

import dev.joiner.internal.driver.StoreJoiner;
import dev.joiner.spi.JoinStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Merges messages about one thing, and hands the thing over once it is whole.
 *
 * <p>Feed it from any consumer loop, on any number of threads and nodes that share a store. It is thread-safe; handlers run on
 * the thread that calls. Nothing happens between calls: expiry, retries and recovery are done by {@link #sweep()}, which a
 * {@link Sweeper} calls on an interval.
 *
 * <pre>{@code
 * try (Joiner<Order, Receipt> joiner = Joiner.create(spec, MapJoinStore.create());
 *         Sweeper sweeper = Sweeper.start(joiner, Duration.ofSeconds(1))) {
 *     for (Order order : consumer) {
 *         joiner.accept(order);
 *     }
 * }
 * }</pre>
 *
 * @param <M> the messages
 * @param <R> what {@code process} returns
 */
public interface Joiner<M, R> extends AutoCloseable {

    /** How long {@link #close()} waits for handlers that run: 10 seconds. */
    Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    /**
     * Creates a joiner on a store, with the system's clock.
     *
     * @param store closed with the joiner
     * @throws IllegalArgumentException as {@link #create(JoinSpec, JoinStore, InstantSource)}
     */
    static <M, K, V, R> KeyedJoiner<M, K, V, R> create(JoinSpec<M, K, V, R> spec, JoinStore<K, V> store) {
        return create(spec, store, InstantSource.system());
    }

    /**
     * Creates a joiner on a store, with a clock of the caller's.
     *
     * @param store closed with the joiner
     * @throws IllegalArgumentException if the store may evict joins and the spec has no receiver for them
     */
    static <M, K, V, R> KeyedJoiner<M, K, V, R> create(
            JoinSpec<M, K, V, R> spec, JoinStore<K, V> store, InstantSource clock) {
        return StoreJoiner.create(spec, store, clock);
    }

    /**
     * Takes a message into its join, and hands the join over if that makes it whole.
     *
     * <p>Once {@code accept} has returned or thrown a {@link ProcessingException}, the message is safe and may be acknowledged.
     * After a {@link StoreException} or {@link ContentionException} redeliver it. {@link JoinerException#isSafe()} says which.
     *
     * <p>On an interrupted thread no handler begins: a join that the message completes is left to a sweep.
     *
     * @throws ProcessingException if the message completed a join and the handler threw; the join is kept and retried
     * @throws StoreException if the store failed; no handler ran for the message
     * @throws ContentionException if nothing was written because too much goes on for the key
     * @throws CodecException if what the store holds under the key cannot be read, or the key or value cannot be written
     * @throws ValueTooLargeException if the join would become larger than the store can hold; nothing was written
     * @throws InvalidMessageException if the message is null, or its key or id is null, empty, too long or not valid text
     * @throws IllegalStateException if the joiner is closed
     */
    Outcome<R> accept(M message);

    /**
     * Does {@link #accept} for many messages at once, with as few round trips to the store as it can make.
     *
     * <p>The messages of one key are taken in the order given. Handlers run after the messages are written, in that order too. A
     * message that cannot be taken, or whose handler throws, is {@link Outcome.Failed} alone. If a batch completes more joins of
     * one key than {@code maxInFlight} allows, it is taken in several rounds, each handed over before the next.
     *
     * @return one outcome for each message, in the order given
     * @throws StoreException if the store failed; any of the messages may be merged, and no handler ran. If it fails in a later
     *     round, the messages of that round are {@link Outcome.Failed} instead
     * @throws IllegalStateException if the joiner is closed
     */
    List<Outcome<R>> acceptAll(Collection<? extends M> messages);

    /**
     * Does everything that is due: expires joins, retries failed hand-overs, takes over from nodes that died, and forgets what
     * was remembered long enough.
     *
     * <p>Any number of nodes may sweep at the same time. A handler that throws, or an entry that cannot be read, is named in the
     * report and stops nothing else. On an interrupted thread a sweep ends at once.
     *
     * @throws SweepException if the store failed; it reports what was done before, and the next sweep goes on
     * @throws IllegalStateException if the joiner is closed
     */
    default SweepReport sweep() {
        return sweep(() -> true);
    }

    /**
     * Does {@link #sweep()} as long as it is told to go on.
     *
     * @param goesOn asked before each hand-over; once it returned false none begins, and what was claimed is given back, due at
     *     once for others
     */
    SweepReport sweep(BooleanSupplier goesOn);

    /** Closes the joiner as {@link #close(Duration)} does, and waits for at most {@link #CLOSE_WITHIN}. */
    @Override
    default void close() {
        close(CLOSE_WITHIN);
    }

    /**
     * Closes the joiner and its store. No handler begins any more. Waits for the calls that are under way, gives back what is
     * claimed and not begun, so that it is due at once for others, and closes the store. Later calls throw
     * {@link IllegalStateException}. Joins stay in the store, if it outlives the process. Does nothing the second time.
     *
     * <p>When a handler calls it, it does not wait.
     *
     * @param within the longest time to wait for handlers that run; not negative
     */
    void close(Duration within);

    /** Tells whether the joiner is closed, or closing, so that no call begins any more. */
    boolean isClosed();
}
