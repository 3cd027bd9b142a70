package dev.joiner.store.jdbc;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A store as the joiner of a transaction sees it: the key of the thread's transaction, locked and written within it. */
@SuppressWarnings(
        "ThreadLocalUsage") // one of each for a store: transactions of two stores have nothing to do with each other
final class TransactionStore<K, V> implements JoinStore<K, V> {
    private final JdbcJoinStore<K, V> store;
    private final ThreadLocal<@Nullable JoinTransaction<K, V>> current = new ThreadLocal<>();
    /** What the sweep that runs on a thread is to look at. */
    private final ThreadLocal<@Nullable Entry<K, V>> swept = new ThreadLocal<>();

    TransactionStore(JdbcJoinStore<K, V> store) {
        this.store = store;
    }

    /** Runs work of a joiner within a transaction on this thread. */
    <T> T within(JoinTransaction<K, V> transaction, Callable<T> work) throws Exception {
        if (current.get() != null) {
            throw new IllegalStateException("a hand-over runs on this thread within a transaction, and a transaction is"
                    + " of one key: what it leads to has to go to the joiner after it");
        }
        current.set(transaction);
        try {
            return work.call();
        } finally {
            current.remove();
        }
    }

    /** The same, for a sweep of one entry. */
    <T> T sweeping(Entry<K, V> entry, JoinTransaction<K, V> transaction, Callable<T> work) throws Exception {
        swept.set(entry);
        try {
            return within(transaction, work);
        } finally {
            swept.remove();
        }
    }

    /** The transaction of the hand-over that runs on this thread, or null. */
    @Nullable
    JoinTransaction<K, V> current() {
        return current.get();
    }

    private JoinTransaction<K, V> required() {
        return Objects.requireNonNull(current.get(), "no transaction on this thread");
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        JoinTransaction<K, V> transaction = current.get();
        return transaction == null ? store.find(key) : transaction.held(key);
    }

    /** Not a guess: the lock that is needed anyway says what is there. */
    @Override
    public @Nullable Versioned<V> guess(K key) {
        return required().held(key);
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        JoinTransaction<K, V> transaction = required();
        Versioned<V> held = transaction.held(key);
        if (!Objects.equals(held, expected)) {
            return new Exchange<>(false, held);
        }
        transaction.write(next);
        return new Exchange<>(true, next);
    }

    @Override
    public List<Entry<K, V>> due(Instant now, int limit) {
        return List.of(Objects.requireNonNull(swept.get()));
    }

    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        return store.scan(cursor, limit);
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public void close() {
        store.close();
    }
}
