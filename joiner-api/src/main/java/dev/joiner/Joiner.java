package dev.joiner;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Merges messages about one thing, and hands the thing over once it is whole.
 *
 * <p>Feed it from any consumer loop, on any number of threads and nodes that share a store. It is thread-safe; handlers
 * run on the thread that calls. Nothing happens between calls: expiry, retries and recovery are done by
 * {@link #sweep()}, which a {@link Sweeper} calls on an interval.
 *
 * <p>Keys are given as objects of the class that {@code keyedBy} returns; a store with a codec throws
 * {@link ClassCastException} for any other.
 *
 * @param <M> the messages
 * @param <R> what {@code process} returns
 */
public interface Joiner<M, R> extends AutoCloseable {

    /**
     * A joiner on a store, with the system's clock.
     *
     * @throws IllegalArgumentException as {@link #create(JoinSpec, JoinStore, InstantSource)}
     */
    static <M, V, R> Joiner<M, R> create(JoinSpec<M, V, R> spec, JoinStore<?, V> store) {
        return create(spec, store, InstantSource.system());
    }

    /**
     * A joiner on a store, with a clock of the caller's.
     *
     * @throws IllegalArgumentException if the store may evict joins and the spec has no receiver for them
     */
    static <M, V, R> Joiner<M, R> create(JoinSpec<M, V, R> spec, JoinStore<?, V> store, InstantSource clock) {
        return new StoreJoiner<>(spec, store, clock, Randomness.ofProcess());
    }

    /**
     * Takes a message into its join, and hands the join over if that makes it whole.
     *
     * <p>After it returned, or threw {@link ProcessingException}, the message is safe and may be acknowledged. After
     * {@link StoreException} and {@link ContentionException} it is to be redelivered.
     *
     * @throws ProcessingException if the message completed a join and the hand-over threw; the join is kept and retried
     * @throws StoreException if the store failed; no handler ran for the message
     * @throws ContentionException if nothing was written because too much goes on for the key
     * @throws CodecException if what the store holds under the key cannot be read, or the value cannot be written
     * @throws IllegalArgumentException if the key or the id is null, empty, too long or not storable as text
     * @throws IllegalStateException if the joiner is closed
     */
    Outcome<R> accept(M message);

    /**
     * {@link #accept} for many messages at once, with as few round trips to the store as it can make.
     *
     * <p>The messages of one key are taken in the order given. Handlers run after all messages are written, in that
     * order too. A message that cannot be taken, or whose hand-over throws, is {@link Outcome.Failed} alone. What the
     * batch completes is in flight until its hand-overs have ended: more than {@code maxInFlight} joins of one key in one
     * batch fail with a {@link ContentionException}.
     *
     * @return one outcome per message, in the order given
     * @throws StoreException if the store failed; any of the messages may be merged, and no handler ran
     * @throws IllegalStateException if the joiner is closed
     */
    List<Outcome<R>> acceptAll(Collection<? extends M> messages);

    /**
     * Does everything that is due: expires joins, tries failed hand-overs again, takes over from nodes that died, and
     * forgets what was remembered long enough.
     *
     * <p>Any number of nodes may sweep at the same time. A handler that throws, or an entry that cannot be read, is
     * named in the report and stops nothing else.
     *
     * @throws StoreException if the store failed; the next sweep goes on
     * @throws IllegalStateException if the joiner is closed
     */
    SweepReport sweep();

    /**
     * Hands over what there is under the key now: the open join, with cause FORCED, and joins whose last attempt
     * failed. What is being handed over at the moment is left alone.
     *
     * @return one outcome per hand-over that returned; empty if there is nothing to release
     * @throws ProcessingException if a hand-over threw; the others were made all the same
     */
    List<Outcome.Joined<R>> release(Object key);

    /**
     * Takes out what there is under the key: the open join, and joins whose last attempt failed. What is being handed
     * over at the moment is left alone.
     *
     * @return what was taken out, now the caller's alone; empty if there is nothing
     * @throws StoreException if the store failed, or if the key was gone when its removal was to be confirmed: then it
     *     may have been this call that took it out
     */
    List<JoinState.Join<?>> drop(Object key);

    /** What the store holds under the key now. */
    Optional<JoinState<?>> find(Object key);

    /**
     * Closes the store. Calls that are under way may fail; later ones throw {@link IllegalStateException}. Joins stay in
     * the store, as far as it outlives the process. Does nothing the second time.
     */
    @Override
    void close();
}
