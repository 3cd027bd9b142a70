package dev.joiner.store.memory;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in the memory of this process, with a bound that evicts.
 *
 * <p>A cache may forget; a store of joins may not. When a join begins and there is no room, the open join that has waited
 * longest for its next message, roughly, becomes due, and the next sweep hands it over with cause
 * {@link dev.joiner.Cause#EVICTED}. A join that {@code keepAfterJoin} kept open after its hand-over ends instead. To refuse
 * new joins when there is no room, use {@link MapJoinStore#bounded}.
 *
 * <p>The bound counts open joins: what is being handed over, or waits for that, or is remembered, is never evicted and
 * comes on top.
 *
 * <p>It is thread-safe. Reads take no lock. Values are held as they are, not copied. The joins live as long as the store
 * object does: {@link #close()} does nothing, and another joiner may take the store over.
 *
 * <pre>{@code
 * CaffeineJoinStore<String, Integer> store =
 *         CaffeineJoinStore.builder().maximumSize(2).build();
 * }</pre>
 *
 * @param <K> the keys, with {@code equals} and {@code hashCode}
 * @param <V> the values that the joins merge
 */
public final class CaffeineJoinStore<K, V> implements JoinStore<K, V> {
    private final MapJoinStore<K, V> joins = MapJoinStore.create();
    private final long maximumSize;
    private final EvictingBound<K, V> bound;

    private CaffeineJoinStore(long maximumSize) {
        this.maximumSize = maximumSize;
        bound = new EvictingBound<>(joins, maximumSize);
    }

    /** Begins a store. */
    public static Builder builder() {
        return new Builder();
    }

    /** The options of a store. {@code maximumSize} must be set. */
    public static final class Builder {
        private static final String CAFFEINE = "com.github.benmanes.caffeine.cache.Caffeine";

        private long maximumSize;

        private Builder() {}

        /**
         * Sets how many open joins there may be.
         *
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder maximumSize(long maximumSize) {
            if (maximumSize < 1) {
                throw new IllegalArgumentException("maximumSize is " + maximumSize + ", must be at least 1");
            }
            this.maximumSize = maximumSize;
            return this;
        }

        /**
         * Builds the store, empty.
         *
         * @throws IllegalStateException if {@code maximumSize} is not set, or Caffeine is not there
         */
        public <K, V> CaffeineJoinStore<K, V> build() {
            if (maximumSize == 0) {
                throw new IllegalStateException("maximumSize is not set");
            }
            try {
                Class.forName(CAFFEINE, false, CaffeineJoinStore.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(
                        "CaffeineJoinStore needs Caffeine: add com.github.ben-manes.caffeine:caffeine to the class path,"
                                + " or to the module path with --add-modules com.github.benmanes.caffeine",
                        e);
            }
            return new CaffeineJoinStore<>(maximumSize);
        }
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        return joins.find(key);
    }

    /** Returns what is there: finding out costs nothing. */
    @Override
    public @Nullable Versioned<V> guess(K key) {
        return joins.guess(key);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        return bound.compareAndExchange(key, expected, next);
    }

    /** {@inheritDoc} As {@link MapJoinStore#due}. */
    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        return joins.due(from, upTo, limit);
    }

    /** {@inheritDoc} As {@link MapJoinStore#scan}. */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        return joins.scan(cursor, limit);
    }

    /** Counts the keys, also those that were evicted; exact while nothing is written. */
    @Override
    public long size() {
        return joins.size();
    }

    /** True. */
    @Override
    public boolean evicts() {
        return true;
    }

    /** Does nothing. */
    @Override
    public void close() {}

    /** How many keys there are, and how many of them may be open joins. */
    @Override
    public String toString() {
        return "CaffeineJoinStore[" + size() + " keys, of at most " + maximumSize + " open joins]";
    }
}
