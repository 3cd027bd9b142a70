package dev.joiner;

import java.time.Duration;
import java.util.List;

/**
 * A joiner with everything that an operator needs: what waits under which key, and what to do about it.
 *
 * <p>A class that only feeds messages needs no more than {@link Joiner}.
 *
 * <pre>{@code
 * for (PendingJoin<UUID, Order> join : joiner.pending(Duration.ofHours(1), 20)) {
 *     show(join.key() + " is " + join.status() + ", " + join.parts() + " parts, " + join.lastError());
 * }
 * joiner.release(stuck); // hands it over as it is; drop(stuck) removes and returns it
 * }</pre>
 *
 * @param <M> the messages
 * @param <K> the keys
 * @param <V> the value that messages are merged into
 * @param <R> what {@code process} returns
 */
public interface KeyedJoiner<M, K, V, R> extends Joiner<M, R> {

    /**
     * Inspects a key: its open join, those in flight, the oldest first, and what is remembered of those that ended.
     *
     * @return empty if the store holds nothing under the key
     */
    List<PendingJoin<K, V>> find(K key);

    /**
     * Hands over what there is under the key now: the open join, with cause FORCED, and joins that failed, are parked, or whose
     * claim ran out, each to the handler of its own cause and with its attempts counted anew. Joins that are being handed over at
     * the moment are left alone.
     *
     * @return one outcome for each join; {@link Outcome.Failed} with a {@link ProcessingException} if its handler threw, and
     *     {@link Outcome.Incomplete} if it was not begun, as the thread was interrupted or the joiner closes. Empty if there is
     *     nothing to release, or the thread is interrupted
     * @throws ContentionException if there is no room in flight
     */
    List<Outcome<R>> release(K key);

    /**
     * Removes what there is under the key: the open join, joins that failed, are parked, or whose claim ran out, and an entry that
     * cannot be read. Joins that are being handed over at the moment are left alone. What they have collected is read into memory;
     * {@link #release} streams it to a handler.
     *
     * @return what was removed, each as it was; it is the caller's alone now. Empty if there is nothing
     * @throws StoreException if the store failed, or if the key was gone when its removal was to be confirmed: then it may have
     *     been this call that removed it
     */
    List<PendingJoin<K, V>> drop(K key);

    /**
     * Asks {@code sufficientWhen} again for every open join, page by page, and hands over those that are whole. For a spec that
     * asks for less than it did when they were stored.
     *
     * @throws SweepException if the store failed; it reports what was done before
     */
    SweepReport reexamine();

    /**
     * Returns the first page of the joins that wait, are being handed over, failed, are parked or cannot be read, in an order of
     * the store's own. What is only remembered is left out, so a page may be short, or empty though it is not the last.
     *
     * @param limit how many keys to look at; at least 1
     */
    PendingJoin.Page<K, V> pending(int limit);

    /**
     * Returns the next page.
     *
     * @param cursor {@link PendingJoin.Page#next()} of the page before
     * @param limit how many keys to look at; at least 1
     */
    PendingJoin.Page<K, V> pending(String cursor, int limit);

    /**
     * Returns the joins whose first message came longer ago than {@code olderThan}, the oldest first. Reads the whole store.
     *
     * @param olderThan not negative
     * @param limit the most to return; at least 1
     */
    List<PendingJoin<K, V>> pending(Duration olderThan, int limit);

    /** Counts the joins, by what they wait for; what is only remembered does not count. Reads the whole store. */
    PendingJoin.Counts counts();

    /**
     * Counts the keys in the store, as the store itself counts them: without a look at each, and so with those that are only
     * remembered. A store whose count is approximate says so.
     */
    long size();
}
