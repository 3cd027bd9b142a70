package dev.joiner.internal.driver;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an interrupt away from a store: a pool or a file channel would fail at once, though what is interrupted is the work of the
 * thread and not the store. The flag is set again afterwards.
 */
final class ShieldedStore<K, V> implements JoinStore<K, V> {
    private final JoinStore<K, V> store;

    ShieldedStore(JoinStore<K, V> store) {
        this.store = store;
    }

    private static boolean isInterrupted() {
        return Thread.currentThread().isInterrupted();
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        return isInterrupted() ? Interrupts.shielded(() -> store.find(key)) : store.find(key);
    }

    @Override
    public List<@Nullable Versioned<V>> findAll(List<K> keys) {
        return Interrupts.shielded(() -> store.findAll(keys));
    }

    @Override
    public @Nullable Versioned<V> guess(K key) {
        return isInterrupted() ? Interrupts.shielded(() -> store.guess(key)) : store.guess(key);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        return isInterrupted()
                ? Interrupts.shielded(() -> store.compareAndExchange(key, expected, next))
                : store.compareAndExchange(key, expected, next);
    }

    @Override
    public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
        return Interrupts.shielded(() -> store.compareAndExchangeAll(changes));
    }

    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        return Interrupts.shielded(() -> store.due(from, upTo, limit));
    }

    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        return Interrupts.shielded(() -> store.scan(cursor, limit));
    }

    @Override
    public long size() {
        return Interrupts.shielded(store::size);
    }

    @Override
    public long maxEntryBytes() {
        return store.maxEntryBytes();
    }

    @Override
    public boolean evicts() {
        return store.evicts();
    }

    @Override
    public boolean collects() {
        return store.collects();
    }

    @Override
    public List<StoredParts.Part> parts(K key, long number, int from, int limit) {
        return Interrupts.shielded(() -> store.parts(key, number, from, limit));
    }

    @Override
    public Map<String, Long> present(K key, Collection<Long> numbers, Collection<String> ids) {
        return Interrupts.shielded(() -> store.present(key, numbers, ids));
    }

    @Override
    public boolean isRemote() {
        return store.isRemote();
    }

    @Override
    public void close() {
        store.close();
    }

    @Override
    public String toString() {
        return store.toString();
    }
}
