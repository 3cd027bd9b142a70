package dev.joiner;

import java.time.Duration;

/**
 * Is told what happens to joins, for metrics and logs. Every method does nothing by default.
 *
 * <p>Called on the thread that does the work, once what it tells of is written, or once the handler that it tells of has
 * ended; must be fast and thread-safe. What a listener throws is logged and goes no further. Ages count from the first
 * message of the join.
 */
public interface JoinListener {

    /** A message was merged, and its join still waits. */
    default void merged(Object key, int parts, Duration age) {}

    /** {@code process} returned. */
    default void joined(HandOver handOver, Duration age, Duration took) {}

    /** {@code onExpired} returned, for an expired or evicted join. */
    default void expired(HandOver handOver, Duration age, Duration took) {}

    /** A message came after its join. */
    default void late(Object key) {}

    /** A message came again. */
    default void duplicate(Object key) {}

    /** A hand-over threw; {@code poisoned} if it was the last attempt, so that {@code onPoisoned} is next. */
    default void failed(HandOver handOver, Duration age, Duration took, Throwable error, boolean poisoned) {}

    /** Somebody else wrote the key between this joiner's read and its write; the joiner goes on with what is there now. */
    default void conflict(Object key, int tries) {}
}
