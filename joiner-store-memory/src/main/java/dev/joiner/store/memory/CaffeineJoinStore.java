package dev.joiner.store.memory;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A store of joins in the memory of this process, with a bound.
 *
 * <p>A cache may forget; a store of joins may not. What happens at the bound is chosen by {@link Overflow}: a new join is
 * refused, or the oldest one is handed over as it is. Nothing is dropped either way.
 *
 * <p>It is thread-safe. Reads take no lock. Values are held as they are, not copied. The joins live as long as the store
 * object does: {@link #close()} does nothing, and another joiner may take the store over.
 *
 * @param <K> the keys, with {@code equals} and {@code hashCode}
 * @param <V> the values that the joins merge
 */
public final class CaffeineJoinStore<K, V> implements JoinStore<K, V> {

    /** What happens when a join is to begin and there is no room. */
    public enum Overflow {
        /**
         * The write throws a {@link dev.joiner.StoreException}, and nothing is written. {@code maximumSize} counts keys,
         * also those whose join is being handed over or remembered. Keys that are there can always be written.
         */
        REJECT,
        /**
         * The open join that has waited longest for its next message, roughly, becomes due, and the next sweep hands it
         * over with cause {@link dev.joiner.Cause#EVICTED}. {@code maximumSize} counts open joins: what is being handed
         * over, or waits for that, or is remembered, is never evicted and comes on top. A join that {@code
         * keepAfterJoin} kept open after its hand-over ends instead.
         */
        EVICT
    }

    private final MapJoinStore<K, V> joins = MapJoinStore.create();
    private final Overflow overflow;
    private final Bound<K, V> bound;

    private CaffeineJoinStore(Overflow overflow, long maximumSize) {
        this.overflow = overflow;
        bound = switch (overflow) {
            case REJECT -> new RejectingBound<>(joins, maximumSize);
            case EVICT -> new EvictingBound<>(joins, maximumSize);
        };
    }

    /** Begins a store. */
    public static Builder builder() {
        return new Builder();
    }

    /** The options of a store. {@code maximumSize} must be set; {@code overflow} is {@link Overflow#REJECT} by default. */
    public static final class Builder {
        private static final String CAFFEINE = "com.github.benmanes.caffeine.cache.Caffeine";

        private long maximumSize;
        private Overflow overflow = Overflow.REJECT;

        private Builder() {}

        /**
         * How many joins there may be; what counts is said at {@link Overflow}.
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

        /** What happens when a join is to begin and there is no room. */
        public Builder overflow(Overflow overflow) {
            this.overflow = Objects.requireNonNull(overflow, "overflow");
            return this;
        }

        /**
         * The store, empty.
         *
         * @throws IllegalStateException if {@code maximumSize} is not set, or Caffeine is not there
         */
        public <K, V> CaffeineJoinStore<K, V> build() {
            if (maximumSize == 0) {
                throw new IllegalStateException("maximumSize is not set");
            }
            // Asked for whatever the overflow is: a program is not to fail only once it is changed to EVICT.
            try {
                Class.forName(CAFFEINE, false, CaffeineJoinStore.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(
                        "CaffeineJoinStore needs Caffeine: add com.github.ben-manes.caffeine:caffeine to the class path,"
                                + " or to the module path with --add-modules com.github.benmanes.caffeine",
                        e);
            }
            return new CaffeineJoinStore<>(overflow, maximumSize);
        }
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        return joins.find(key);
    }

    /** What is there: finding out costs nothing. */
    @Override
    public @Nullable Versioned<V> guess(K key) {
        return joins.guess(key);
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.joiner.StoreException if it would begin a key and there is no room; nothing is written then
     */
    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        return bound.compareAndExchange(key, expected, next);
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.joiner.StoreException if there is no room for all the keys that the changes would begin; nothing is
     *     written then
     */
    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        return bound.compareAndExchangeAll(changes);
    }

    /** {@inheritDoc} As {@link MapJoinStore#due}. */
    @Override
    public List<Entry<K, V>> due(Instant now, int limit) {
        return joins.due(now, limit);
    }

    /** {@inheritDoc} As {@link MapJoinStore#scan}. */
    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        return joins.scan(cursor, limit);
    }

    /** How many keys are held, evicted ones too; exact while nothing is written. */
    @Override
    public long size() {
        return joins.size();
    }

    /** True with {@link Overflow#EVICT}. */
    @Override
    public boolean evicts() {
        return overflow == Overflow.EVICT;
    }

    /** Does nothing. */
    @Override
    public void close() {}
}
