package dev.joiner;

import java.time.Duration;

/**
 * Receives events about joins, for metrics and logs. Every method does nothing by default.
 *
 * <p>Methods are called on the thread that does the work, after the write that they tell of, or after the handler that they
 * tell of has ended. They must be fast and thread-safe. What a listener throws is logged and goes no further. {@code join}
 * is the name of the spec; ages count from the first message of a join.
 *
 * <pre>{@code
 * static final class CountingListener implements JoinListener {
 *     final LongAdder joined = new LongAdder();
 *     final LongAdder failed = new LongAdder();
 *
 *     @Override
 *     public void joined(HandOver<?> handOver, Duration age, Duration took) {
 *         joined.increment();
 *     }
 *
 *     @Override
 *     public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {
 *         failed.increment();
 *     }
 * }
 * }</pre>
 */
public interface JoinListener {

    /** A message was merged, and its join still waits. */
    default void merged(String join, Object key, int parts, Duration age) {}

    /** {@code process} returned. */
    default void joined(HandOver<?> handOver, Duration age, Duration took) {}

    /** {@code onExpired} returned, for an expired or evicted join. */
    default void expired(HandOver<?> handOver, Duration age, Duration took) {}

    /** {@code onPoisoned} returned. */
    default void poisoned(HandOver<?> handOver, Duration age, Duration took) {}

    /** The attempts of a join are used up, and it waits for an operator ({@code parkPoisoned}). */
    default void parked(String join, Object key, int attempts, Duration age) {}

    /** A handler threw; {@code last} if that was the last attempt. */
    default void failed(HandOver<?> handOver, Duration age, Duration took, Throwable error, boolean last) {}

    /** A message came after its join. */
    default void late(String join, Object key) {}

    /** A message came again. */
    default void duplicate(String join, Object key) {}

    /** A message changed nothing in a value that was handed over before. */
    default void unchanged(String join, Object key) {}

    /** Another writer changed the key between this joiner's read and its write; the joiner goes on with what is there now. */
    default void conflict(String join, Object key, int tries) {}
}
