package dev.joiner.cli;

import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreProvider;
import dev.joiner.spi.Versioned;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stores that outlive a run of the command line, as those of a database do: {@code kept:}, one for each namespace.
 *
 * <p>A test may look at and spoil what happens in its namespace.
 */
public final class KeptStores implements JoinStoreProvider {
    private static final Map<String, Kept<?, ?>> STORES = new ConcurrentHashMap<>();

    /** What one namespace holds, and what goes wrong there. */
    static final class Kept<K, V> implements JoinStore<K, V> {
        private final JoinStore<K, V> store = MapJoinStore.create();
        volatile boolean down;
        volatile @Nullable Object unreadable;
        /** Runs before each batch of exchanges. */
        volatile Runnable beforeExchange = () -> {};

        @Override
        public @Nullable Versioned<V> find(K key) {
            requireUp();
            Versioned<V> held = store.find(key);
            return held == null ? null : spoiled(key, held);
        }

        @Override
        public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
            beforeExchange.run();
            requireUp();
            return store.compareAndExchange(key, unspoiled(key, expected), next);
        }

        @Override
        public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
            beforeExchange.run();
            requireUp();
            return store.compareAndExchangeAll(changes);
        }

        @Override
        public List<Due<K>> due(Instant from, Instant upTo, int limit) {
            requireUp();
            return store.due(from, upTo, limit);
        }

        @Override
        public Page<K, V> scan(@Nullable String cursor, int limit) {
            requireUp();
            Page<K, V> page = store.scan(cursor, limit);
            return new Page<>(
                    page.entries().stream()
                            .map(entry -> new Entry<>(entry.key(), spoiled(entry.key(), entry.held())))
                            .toList(),
                    page.next());
        }

        private Versioned<V> spoiled(@Nullable K key, Versioned<V> held) {
            return key != null && key.equals(unreadable)
                    ? Versioned.unreadable(
                            held.version(),
                            new byte[] {1, 2, 3},
                            new CodecException(key.toString(), "is not a state", null))
                    : held;
        }

        /** The store behind this one can read everything, and wants to see it. */
        private @Nullable Versioned<V> unspoiled(K key, @Nullable Versioned<V> expected) {
            Versioned<V> held = store.find(key);
            return held != null && held.equals(expected) ? held : expected;
        }

        @Override
        public long size() {
            return store.size();
        }

        @Override
        public void close() {}

        private void requireUp() {
            if (down) {
                throw new StoreException("the store is down");
            }
        }
    }

    /** What is kept under a namespace. */
    static Kept<?, ?> of(String namespace) {
        return STORES.computeIfAbsent(namespace, name -> new Kept<>());
    }

    @Override
    public Set<String> schemes() {
        return Set.of("kept");
    }

    @Override
    @SuppressWarnings("unchecked") // the tests put nothing but JSON objects under texts into it
    public <K, V> JoinStore<K, V> open(String url, JoinStoreConfig<K, V> config) {
        return (JoinStore<K, V>) of(config.namespace());
    }
}
