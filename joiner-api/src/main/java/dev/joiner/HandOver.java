package dev.joiner;

import java.time.Instant;
import java.util.Optional;

/**
 * What a handler is told about the join it receives.
 *
 * <p>Valid while the handler runs, and then only on the handler's own thread.
 */
public interface HandOver {

    /** The key of the join. */
    Object key();

    Cause cause();

    /** Which attempt this is, from 1; in {@code onPoisoned}: how many attempts were made. */
    int attempt();

    /** What the latest failed attempt threw, as text; empty at the first attempt. */
    Optional<String> lastError();

    /** When the first message of the join arrived, to the millisecond. */
    Instant firstAt();

    /** How many messages were merged into the value. */
    int parts();

    /**
     * The fencing token: greater for every later hand-over of the key, so that a system which keeps the greatest token
     * it has seen can refuse a handler that was overtaken.
     *
     * <p>Across a key that was forgotten in between it grows as far as the clocks do (it is at least the time in
     * microseconds).
     */
    long token();

    /**
     * Extends the lease to its full length from now on, for handlers that run long.
     *
     * @return false if the claim is lost: another node has the join now, and this handler had better stop. Always true
     *     with {@code atMostOnce()}, which has no lease
     * @throws StoreException if the store failed; the lease may or may not be extended
     */
    boolean renew();
}
