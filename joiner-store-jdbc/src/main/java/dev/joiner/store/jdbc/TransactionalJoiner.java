package dev.joiner.store.jdbc;

import dev.joiner.ContentionException;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.JoinSpec.HandOverScope;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.store.jdbc.JoinTransaction.OnFailure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** A joiner that does each thing in one transaction, from the lock of the key's row to the commit. */
final class TransactionalJoiner<K, V, M, R> implements Joiner<M, R> {
    private static final int MAX_TRIES = 20;
    private static final int PAGE = 256;
    private static final int LARGEST_PAGE = 1 << 16;

    private final JdbcJoinStore<K, V> store;
    private final TransactionStore<K, V> transactions;
    private final Joiner<M, R> joiner;
    private final InstantSource clock;

    TransactionalJoiner(
            JoinSpec<M, V, R> spec,
            JdbcJoinStore<K, V> store,
            TransactionStore<K, V> transactions,
            InstantSource clock) {
        this.store = store;
        this.transactions = transactions;
        this.clock = clock;
        joiner = Joiner.create(spec.within(new Scope()), transactions, clock);
    }

    private final class Scope implements HandOverScope {
        @Override
        public <T> T call(HandOver handOver, Callable<T> handler) throws Exception {
            JoinTransaction<K, V> transaction = transactions.current();
            return transaction == null ? handler.call() : transaction.call(handler);
        }
    }

    @Override
    public Outcome<R> accept(M message) {
        return inTransaction(OnFailure.ROLL_BACK, () -> joiner.accept(message));
    }

    /** One transaction a message: a batch in one could only succeed or fail as a whole. */
    @Override
    public List<Outcome<R>> acceptAll(Collection<? extends M> messages) {
        List<Outcome<R>> outcomes = new ArrayList<>(messages.size());
        for (M message : messages) {
            outcomes.add(acceptOne(message));
        }
        return outcomes;
    }

    private Outcome<R> acceptOne(M message) {
        try {
            return accept(message);
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            return new Outcome.Failed<>(e);
        }
    }

    @Override
    public List<Outcome.Joined<R>> release(Object key) {
        return inTransaction(OnFailure.WRITE_DOWN, () -> joiner.release(key));
    }

    @Override
    public List<Join<?>> drop(Object key) {
        return inTransaction(OnFailure.WRITE_DOWN, () -> joiner.drop(key));
    }

    @Override
    public Optional<JoinState<?>> find(Object key) {
        return joiner.find(key);
    }

    /** One transaction a key. */
    @Override
    public SweepReport sweep() {
        Instant upTo = clock.instant();
        Totals totals = new Totals();
        for (int limit = PAGE; ; ) {
            List<Entry<K, V>> page = store.due(upTo, limit);
            totals.moved = false;
            page.forEach(entry -> sweep(entry, totals));
            if (page.size() < limit || limit >= LARGEST_PAGE) {
                return totals.report();
            }
            if (!totals.moved) {
                limit *= 2; // nothing can be done about the oldest entries: look behind them
            }
        }
    }

    private void sweep(Entry<K, V> entry, Totals totals) {
        try {
            tryUntilLocked(() -> {
                JoinTransaction<K, V> transaction = new JoinTransaction<>(store, OnFailure.WRITE_DOWN);
                totals.add(run(transaction, () -> transactions.sweeping(entry, transaction, joiner::sweep)));
                totals.moved |= transaction.isCommitted();
                return entry;
            });
        } catch (JoinerException e) {
            totals.failures.put(Objects.requireNonNullElse(entry.key(), ""), e);
        }
    }

    /** What the sweeps of single keys add up to. */
    private static final class Totals {
        int joined;
        int expired;
        int poisoned;
        int ended;
        boolean moved;
        final Map<Object, Exception> failures = new LinkedHashMap<>();

        void add(SweepReport report) {
            joined += report.joined();
            expired += report.expired();
            poisoned += report.poisoned();
            ended += report.ended();
            report.failures().forEach(failure -> failures.put(failure.key(), failure.cause()));
        }

        SweepReport report() {
            return new SweepReport(
                    joined,
                    expired,
                    poisoned,
                    ended,
                    failures.entrySet().stream()
                            .map(failure -> new SweepReport.Failure(failure.getKey(), failure.getValue()))
                            .toList());
        }
    }

    private <T> T inTransaction(OnFailure onFailure, Callable<T> work) {
        return tryUntilLocked(() -> {
            JoinTransaction<K, V> transaction = new JoinTransaction<>(store, onFailure);
            return run(transaction, () -> transactions.within(transaction, work));
        });
    }

    private static <T> T run(JoinTransaction<?, ?> transaction, Callable<T> work) {
        try (transaction) {
            T answer = work.call();
            StoreException failure = transaction.failure();
            if (failure != null) {
                throw failure;
            }
            return answer;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("a joiner throws no checked exception", e);
        }
    }

    private static <T> T tryUntilLocked(Supplier<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return work.get();
            } catch (LockFailedException e) {
                if (e.hasWaited() || tries == MAX_TRIES) {
                    throw new ContentionException(String.valueOf(e.getMessage()), e.getCause());
                }
                Connections.pauseAfter(tries);
            }
        }
    }

    @Override
    public void close() {
        joiner.close();
    }
}
