package dev.joiner;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One hand-over of a join, as its handler sees it.
 *
 * <p>Valid while the handler runs, on the handler's own thread.
 *
 * @param <K> the keys
 */
public interface HandOver<K> {

    /** The name of the join's spec. */
    String join();

    /** The key of the join. */
    K key();

    /** Why the join is handed over. */
    Cause cause();

    /** Which attempt this is, from 1; in {@code onPoisoned}, how many attempts were made. */
    int attempt();

    /** What the last failed attempt threw, as text; empty at the first attempt. */
    Optional<String> lastError();

    /** When the first message of the join arrived, to the millisecond. */
    Instant firstAt();

    /** How many messages were merged into the value. */
    int parts();

    /** What the value lacks, as the spec's {@link JoinSpec.Builder#missing missing} says; empty if the spec has none. */
    List<String> missing();

    /**
     * The fencing token: greater for every later hand-over of the key, so that a system which keeps the greatest token it
     * has seen can refuse a handler that was overtaken.
     *
     * <p>It is at least the time in microseconds, by a clock of milliseconds. Once the store has forgotten the key, the next token
     * is greater if a millisecond has passed since, as far as the nodes' clocks agree. A receiver that depends on more needs the key to
     * be {@linkplain JoinSpec.Builder#rememberFor remembered}.
     */
    long token();

    /**
     * Extends the lease to its full length from now, for handlers that run long.
     *
     * @return false if the claim is lost: another node has the join now, and this handler should stop. Always true with
     *     {@code atMostOnce()}, which has no lease
     * @throws StoreException if the store failed; the lease may or may not be extended
     */
    boolean renew();
}
