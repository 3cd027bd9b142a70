package dev.joiner.store.jdbc;

import dev.joiner.ContentionException;
import dev.joiner.HandOver;
import dev.joiner.engine.HandOverScope;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The transaction of a store that is under way on a thread, if there is one. */
@SuppressWarnings(
        "ThreadLocalUsage") // one for each store: transactions of two stores have nothing to do with each other
final class CurrentTransaction implements HandOverScope {
    private final ThreadLocal<@Nullable JoinTransaction<?, ?>> current = new ThreadLocal<>();
    private final @Nullable HandOverScope scope;

    /** @param scope is put around each handler, inside of its transaction */
    CurrentTransaction(@Nullable HandOverScope scope) {
        this.scope = scope;
    }

    /** Whether handlers may use a transaction's connection without asking for it, as an integration has bound it to the thread. */
    boolean isBound() {
        return scope != null;
    }

    @Nullable
    JoinTransaction<?, ?> get() {
        return current.get();
    }

    /** @throws IllegalStateException if there is one: a second would wait for what the first has locked */
    void requireNone() {
        if (current.get() != null) {
            throw new IllegalStateException(
                    "a transaction of this store is under way on this thread, and a transaction has"
                            + " one key: what a handler leads to has to go to the joiner after it");
        }
    }

    /**
     * Refuses to write a key that a transaction on this thread has locked.
     *
     * @throws ContentionException if there is one
     */
    void requireNotLocked(String text) {
        JoinTransaction<?, ?> transaction = current.get();
        if (transaction != null && transaction.locks(text)) {
            throw new ContentionException(
                    "key \"" + text + "\": a transactional joiner has it locked on this very thread,"
                            + " in whose handler or function this call is: it would wait for itself; nothing is written");
        }
    }

    /** Does work within a transaction. */
    <T> T within(JoinTransaction<?, ?> transaction, Supplier<T> work) {
        current.set(transaction);
        try {
            return work.get();
        } finally {
            current.remove();
        }
    }

    @Override
    public <T> T call(HandOver<?> handOver, Callable<T> handler) throws Exception {
        JoinTransaction<?, ?> transaction = current.get();
        if (transaction == null) {
            throw new IllegalStateException("no transaction is under way on this thread");
        }
        return transaction.call(scope == null ? handler : () -> scope.<T>call(handOver, handler));
    }
}
