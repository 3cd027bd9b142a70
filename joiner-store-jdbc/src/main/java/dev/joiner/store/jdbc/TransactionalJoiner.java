package dev.joiner.store.jdbc;

import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.engine.FailingKeys;
import dev.joiner.engine.InlineJoiner;
import dev.joiner.engine.InlineJoiner.Host;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.engine.PendingJoins;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Tally;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A joiner whose every event is one transaction on one key, from the lock of the key's row to the commit. */
final class TransactionalJoiner<M, K, V, R> implements KeyedJoiner<M, K, V, R> {
    private static final int PAGE = 256;

    private final JdbcJoinStore<K, V> store;
    private final CurrentTransaction current;
    private final InlineJoiner<M, K, V, R> inline;
    private final SpecFunctions<M, K, V, R> functions;
    /** For what looks at the store, and needs no transaction. */
    private final KeyedJoiner<M, K, V, R> plain;

    private final InstantSource clock;
    private final Calls calls = new Calls();
    private final FailingKeys<K> failing = new FailingKeys<>();

    /** @throws IllegalArgumentException if the spec has options that contradict a transaction */
    TransactionalJoiner(
            JoinSpec<M, K, V, R> spec, JdbcJoinStore<K, V> store, CurrentTransaction current, InstantSource clock) {
        this.store = store;
        this.current = current;
        this.clock = clock;
        functions = SpecFunctions.of(spec).within(current);
        inline = new InlineJoiner<>(
                functions, clock, () -> ThreadLocalRandom.current().nextLong());
        plain = Joiner.create(spec, store, clock);
    }

    private <T> T call(Supplier<T> work) {
        current.requireNone();
        return calls.run(work);
    }

    /**
     * Does one event on one key.
     *
     * @param text of the key
     */
    private <T> T inTransaction(String text, OnException onException, Function<JoinTransaction<K, V>, T> event) {
        try (JoinTransaction<K, V> transaction = JoinTransaction.lock(store, text, onException)) {
            return current.within(transaction, () -> event.apply(transaction));
        }
    }

    /** What the inline joiner needs of a transaction. */
    private class TransactionHost implements Host<K, V, R> {
        private final JoinTransaction<K, V> transaction;

        TransactionHost(JoinTransaction<K, V> transaction) {
            this.transaction = transaction;
        }

        @Override
        public void write(K key, @Nullable JoinState<V> next, PartsChange parts) {
            transaction.write(next, parts);
        }

        @Override
        public boolean collects() {
            return store.collects();
        }

        @Override
        public PartReader parts(K key) {
            return transaction.parts();
        }

        @Override
        public @Nullable Long present(K key, Collection<Long> numbers, String id) {
            return transaction.present(numbers, id);
        }

        @Override
        public boolean callWithin(Runnable callback) {
            transaction.tell(callback);
            return true;
        }

        @Override
        public void settled() {
            transaction.settle();
        }

        @Override
        public boolean goesOn() {
            return !transaction.isLost() && isOpen();
        }

        @Override
        public boolean undone(K key, @Nullable JoinState<V> next, RuntimeException failure) {
            return next != null && transaction.writeInstead(key, next, failure);
        }
    }

    private boolean isOpen() {
        return !calls.areClosing();
    }

    private boolean mayGoOn() {
        return isOpen() && !Thread.currentThread().isInterrupted();
    }

    // Messages

    @Override
    public Outcome<R> accept(M message) {
        return call(() -> new Arrival(message).accept());
    }

    /** One transaction for each message: a batch in one could only succeed or fail as a whole. */
    @Override
    public List<Outcome<R>> acceptAll(Collection<? extends M> messages) {
        return call(() -> {
            List<Outcome<R>> outcomes = new ArrayList<>(messages.size());
            NotBegunException failure = null;
            for (M message : messages) {
                Arrival arrival = new Arrival(message);
                try {
                    outcomes.add(failure == null ? arrival.accept() : new Outcome.Failed<>(failure, false));
                } catch (NotBegunException e) {
                    if (outcomes.isEmpty()) {
                        throw e;
                    }
                    failure = e; // the others would not fare better, and each would wait for it
                    outcomes.add(new Outcome.Failed<>(e, false));
                } catch (Throwable e) { // an Error of a user's function concerns its own message
                    outcomes.add(new Outcome.Failed<>(e, arrival.isSafe(e)));
                }
            }
            return outcomes;
        });
    }

    /** One message on its way into its join. */
    private final class Arrival {
        private final M message;
        private @Nullable JoinTransaction<K, V> transaction;

        Arrival(M message) {
            this.message = message;
        }

        Outcome<R> accept() {
            K key = functions.keyOf(message);
            try {
                return told(inTransaction(text(key), OnException.PASS_THROUGH, begun -> {
                    transaction = begun;
                    return inline.message(
                            key,
                            begun.state(),
                            message,
                            clock.millis(),
                            OnException.PASS_THROUGH,
                            new TransactionHost(begun));
                }));
            } catch (ProcessingException e) {
                throw transaction != null && transaction.hasThrown()
                        ? new UndoneException(functions.name(), key, e)
                        : e;
            }
        }

        /** A join whose attempts were used up before may have gone to {@code onPoisoned}. */
        private Outcome<R> told(Outcome<R> outcome) {
            if (outcome instanceof Outcome.Failed<R> failed && failed.cause() instanceof ProcessingException poisoned) {
                throw poisoned;
            }
            return outcome;
        }

        private String text(K key) {
            try {
                return store.text(key);
            } catch (IllegalArgumentException e) {
                throw new InvalidMessageException(functions.name() + ": " + e.getMessage(), e);
            }
        }

        /** Whether the message may be acknowledged, whatever was thrown after it was stored. */
        boolean isSafe(Throwable thrown) {
            return (transaction != null && transaction.isSettled())
                    || (thrown instanceof JoinerException known && known.isSafe());
        }
    }

    // Sweeps

    @Override
    public SweepReport sweep(BooleanSupplier goesOn) {
        return call(() -> {
            Tally tally = new Tally(functions);
            BooleanSupplier asked = () -> mayGoOn() && goesOn.getAsBoolean();
            return tally.report(() -> new TransactionalSweep<>(store, clock, asked, failing, tally)
                    .run((key, now) -> sweep(key, now, asked, tally)));
        });
    }

    private boolean sweep(K key, long now, BooleanSupplier goesOn, Tally tally) {
        DueKey due = new DueKey(key, now, goesOn, tally);
        try {
            return due.sweep();
        } catch (StoreException e) {
            if (!due.isUndoneTogether) {
                throw e;
            }
        }
        due.sweepOneByOne();
        return true;
    }

    /** What is due under one key: in one transaction, or each hand-over in its own if one of them has spoilt that. */
    private final class DueKey {
        private final K key;
        private final long now;
        private final BooleanSupplier goesOn;
        private final Tally tally;
        private boolean isUndoneTogether;
        /** Whether there are parts of joins that have ended. */
        private boolean hasPartsLeft;
        /** Whether the last transaction failed, and that is counted. */
        private boolean isCharged;

        DueKey(K key, long now, BooleanSupplier goesOn, Tally tally) {
            this.key = key;
            this.now = now;
            this.goesOn = goesOn;
            this.tally = tally;
        }

        boolean sweep() {
            boolean hasSwept = inTransaction(store.text(key), OnException.RETRY, transaction -> {
                hasPartsLeft =
                        inline.due(key, transaction.state(), now, OnException.RETRY, new SweepHost(transaction), tally);
                return transaction.isCommitted();
            });
            while (hasPartsLeft && goesOn.getAsBoolean()) {
                hasPartsLeft = inTransaction(
                        store.text(key),
                        OnException.RETRY,
                        transaction ->
                                inline.removeParts(key, transaction.state(), now, new TransactionHost(transaction)));
            }
            return hasSwept;
        }

        void sweepOneByOne() {
            boolean more = true;
            while (more && goesOn.getAsBoolean()) {
                isCharged = false;
                try {
                    more = sweep();
                } catch (NotBegunException e) {
                    throw e;
                } catch (StoreException e) {
                    tally.failed(key, e);
                    more = isCharged;
                }
            }
        }

        private final class SweepHost extends TransactionHost {
            SweepHost(JoinTransaction<K, V> transaction) {
                super(transaction);
            }

            @Override
            public boolean goesOn() {
                return super.goesOn() && goesOn.getAsBoolean();
            }

            @Override
            public boolean oneByOne() {
                return isUndoneTogether;
            }

            @Override
            public boolean undone(K key, @Nullable JoinState<V> next, RuntimeException failure) {
                isUndoneTogether |= next == null;
                isCharged = super.undone(key, next, failure);
                return isCharged;
            }
        }
    }

    @Override
    public SweepReport reexamine() {
        return call(() -> {
            Tally tally = new Tally(functions);
            return tally.report(() -> reexamineAll(tally));
        });
    }

    private void reexamineAll(Tally tally) {
        String cursor = null;
        do {
            Page<K, V> page = store.scan(cursor, PAGE);
            for (Entry<K, V> entry : page.entries()) {
                if (mayGoOn()) {
                    reexamine(entry, tally);
                }
            }
            cursor = page.next();
        } while (cursor != null && mayGoOn());
    }

    private void reexamine(Entry<K, V> entry, Tally tally) {
        K key = entry.key();
        if (entry.held() instanceof Versioned.Unreadable<V> unreadable) {
            tally.failed(key == null ? unreadable.problem().key() : key, unreadable.problem());
            return;
        }
        try {
            JoinState.Join<V> open = entry.held().state().open();
            if (key != null
                    && open != null
                    && functions.isSufficient(open.value(), open.parts())) { // only then is a lock worth it
                reexamine(key, tally);
            }
        } catch (NotBegunException e) {
            throw e;
        } catch (Throwable e) { // of one key, an Error of a user's function as well
            tally.failed(Objects.requireNonNull(key), e);
        }
    }

    private void reexamine(K key, Tally tally) {
        inTransaction(store.text(key), OnException.RETRY, transaction -> {
            inline.reexamine(
                    key,
                    transaction.state(),
                    clock.millis(),
                    OnException.RETRY,
                    new TransactionHost(transaction),
                    tally);
            return true;
        });
    }

    // What operators do

    @Override
    public List<Outcome<R>> release(K key) {
        return call(() -> inTransaction(
                checkedText(key),
                OnException.RETRY,
                transaction -> inline.release(
                        key,
                        transaction.state(),
                        clock.millis(),
                        OnException.RETRY,
                        new TransactionHost(transaction))));
    }

    @Override
    public List<PendingJoin<K, V>> drop(K key) {
        return call(() -> inTransaction(checkedText(key), OnException.RETRY, transaction -> {
            if (transaction.held() instanceof Versioned.Unreadable<V> unreadable) {
                transaction.write(null, PartsChange.between(unreadable, null));
                transaction.settle();
                return PendingJoins.of(functions, key, unreadable, PartReader.NONE);
            }
            return inline.drop(key, transaction.state(), clock.millis(), new TransactionHost(transaction));
        }));
    }

    private String checkedText(K key) {
        if (key == null) {
            throw new IllegalArgumentException("the key is null");
        }
        return store.text(key);
    }

    @Override
    public List<PendingJoin<K, V>> find(K key) {
        return calls.run(() -> plain.find(key));
    }

    @Override
    public PendingJoin.Page<K, V> pending(int limit) {
        return calls.run(() -> plain.pending(limit));
    }

    @Override
    public PendingJoin.Page<K, V> pending(String cursor, int limit) {
        return calls.run(() -> plain.pending(cursor, limit));
    }

    @Override
    public List<PendingJoin<K, V>> pending(Duration olderThan, int limit) {
        return calls.run(() -> plain.pending(olderThan, limit));
    }

    @Override
    public PendingJoin.Counts counts() {
        return calls.run(plain::counts);
    }

    @Override
    public long size() {
        return calls.run(plain::size);
    }

    @Override
    public void close(Duration within) {
        if (within.isNegative()) {
            throw new IllegalArgumentException("within is " + within + ", must not be negative");
        }
        if (calls.close()) {
            if (current.get() == null) { // a handler would wait for itself
                calls.await(within);
            }
            plain.close(Duration.ZERO); // and the store with it
        }
    }

    @Override
    public boolean isClosed() {
        return calls.areClosing();
    }

    /** The name of the spec, and the store. */
    @Override
    public String toString() {
        return "TransactionalJoiner[" + functions.name() + " on " + store + "]";
    }
}
