package dev.joiner.internal.driver;

import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.engine.PendingJoins;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Step;
import dev.joiner.engine.Transition;
import dev.joiner.engine.Transition.Removal;
import dev.joiner.internal.SafeText;
import dev.joiner.internal.driver.KeyUpdater.Event;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.PartsGoneException;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Drives {@link dev.joiner.engine.Transition} over a store: what to write is decided there, whether it is written by the store. */
public final class StoreJoiner<M, K, V, R> implements KeyedJoiner<M, K, V, R> {
    private static final int MAX_TRIES_TO_DROP = 16;

    private final Context<M, K, V, R> context;
    private final JoinStore<K, V> store;
    private final Calls calls;
    private final @Nullable Turns turns;
    private final Inspection<K, V> inspection;

    private StoreJoiner(Context<M, K, V, R> context) {
        this.context = context;
        store = context.store();
        calls = context.calls();
        turns = store.isRemote() ? new Turns() : null;
        inspection = new Inspection<>(context.functions(), store, context.clock());
    }

    /**
     * Creates a joiner on a store.
     *
     * @throws IllegalArgumentException if the store may evict joins and the spec has no receiver for them
     */
    public static <M, K, V, R> KeyedJoiner<M, K, V, R> create(
            JoinSpec<M, K, V, R> spec, JoinStore<K, V> store, InstantSource clock) {
        return create(spec, store, clock, Randomness.ofProcess());
    }

    static <M, K, V, R> KeyedJoiner<M, K, V, R> create(
            JoinSpec<M, K, V, R> spec, JoinStore<K, V> store, InstantSource clock, Randomness randomness) {
        SpecFunctions<M, K, V, R> functions = SpecFunctions.of(Objects.requireNonNull(spec, "spec"));
        return create(new Transition<>(functions), functions, store, clock, randomness);
    }

    /** Creates a joiner for tests that have every effect in their hands. */
    static <M, K, V, R> KeyedJoiner<M, K, V, R> create(
            Transition<M, K, V> transition,
            SpecFunctions<M, K, V, R> functions,
            JoinStore<K, V> store,
            InstantSource clock,
            Randomness randomness) {
        Objects.requireNonNull(store, "store");
        Objects.requireNonNull(clock, "clock");
        if (store.evicts() && !functions.receivesExpired()) {
            throw new IllegalArgumentException(functions.name() + ": " + store
                    + " may evict joins, and the spec has neither onExpired nor joinOnExpiry to receive them");
        }
        return new StoreJoiner<>(Context.of(transition, functions, store, clock, randomness));
    }

    Calls calls() {
        return calls;
    }

    private <T> T call(Supplier<T> work) {
        calls.begin();
        try {
            return work.get();
        } finally {
            calls.end();
        }
    }

    @Override
    public Outcome<R> accept(M message) {
        calls.begin();
        try {
            return turns == null ? acceptAtOnce(message) : new Arrival<>(context, message).accept(turns);
        } finally {
            calls.end();
        }
    }

    /**
     * Takes a message in by one try, as nearly all can be taken where others are not a round trip away; in all other cases it is an
     * {@link Arrival}. Spares the objects that further tries need.
     */
    @SuppressWarnings("ReferenceEquality") // the very same state is the sign that there is nothing to write
    private Outcome<R> acceptAtOnce(M message) {
        SpecFunctions<M, K, V, R> functions = context.functions();
        K key = functions.keyOf(message);
        KeyUpdater<K, V> updater = context.updater();
        Versioned<V> held = updater.guess(key);
        long claim = context.claim();
        JoinState<V> state;
        Step<V> step;
        try {
            state = held == null ? null : held.state();
            step = context.transition()
                    .message(
                            key,
                            state,
                            message,
                            functions.idOf(message),
                            context.now(),
                            claim,
                            true,
                            context.apart(Map.of()));
        } catch (Throwable e) { // of a user's function, on a state that may be wrong
            return new Arrival<>(context, message).accept(null);
        }
        JoinState<V> next = step.next();
        if (next == null || next == state) { // removed or unchanged: rare, and to be read first
            return new Arrival<>(context, message).accept(null);
        }
        Versioned<V> written = Versioned.of(context.nonce(), next);
        Exchange<V> exchange = updater.tried(key, held, step, written);
        if (!exchange.won()) {
            Arrival<M, K, V, R> arrival = new Arrival<>(context, message);
            return exchange.present().isEmpty() ? arrival.acceptOn(exchange.witness()) : arrival.accept(null);
        }
        return step.verdict() == Step.Verdict.CLAIMED
                ? Claim.alone(context, key, written, step.claimed().get(0)).handOver()
                : Arrival.told(context, key, message, step);
    }

    @Override
    public List<Outcome<R>> acceptAll(Collection<? extends M> messages) {
        Objects.requireNonNull(messages, "messages");
        return call(() -> new Batch<>(context, messages).run());
    }

    @Override
    public SweepReport sweep(BooleanSupplier goesOn) {
        Objects.requireNonNull(goesOn, "goesOn");
        return call(() -> new Sweep<>(context, goesOn).run());
    }

    @Override
    public SweepReport reexamine() {
        return call(() -> new Reexamination<>(context).run());
    }

    @Override
    public List<Outcome<R>> release(K key) {
        return call(() -> new Release<>(context, checked(key)).run());
    }

    @Override
    public List<PendingJoin<K, V>> drop(K key) {
        return call(() -> dropped(checked(key)));
    }

    private List<PendingJoin<K, V>> dropped(K key) {
        Versioned<V> found = store.find(key);
        while (found instanceof Versioned.Unreadable<V> unreadable) {
            Exchange<V> exchange = store.compareAndExchange(key, unreadable, null);
            if (exchange.won()) {
                return PendingJoins.of(context.functions(), key, unreadable, context.parts(key));
            }
            found = exchange.witness();
        }
        for (int tries = 1; ; tries++) {
            try {
                JoinState<V> removed = context.updater()
                        .update(key, found, true, new DropEvent(key))
                        .result()
                        .removed();
                return removed == null ? List.of() : PendingJoins.of(context.functions(), key, removed);
            } catch (PartsGoneException e) {
                if (tries == MAX_TRIES_TO_DROP) {
                    throw new ContentionException(
                            context.functions().name() + ": key \"" + SafeText.of(key) + "\" changed " + tries
                                    + " times while its parts were read",
                            e);
                }
                found = store.find(key);
            }
        }
    }

    private final class DropEvent implements Event<V, Removal<V>> {
        private final K key;
        private boolean hasTried;

        DropEvent(K key) {
            this.key = key;
        }

        @Override
        public Removal<V> on(@Nullable JoinState<V> state) {
            if (state == null && hasTried) {
                // A removal leaves no number behind by which it could be recognised.
                throw new StoreException(context.functions().name() + ": key \"" + SafeText.of(key)
                        + "\" was gone when its removal was to be confirmed: a driver repeated the removal, or somebody"
                        + " else was faster");
            }
            Removal<V> removal = context.transition().drop(key, state, context.now());
            hasTried = removal.next() == null && removal.removed() != null;
            return removal.removed() == null
                    ? removal
                    : new Removal<>(removal.next(), context.parts(key).gathered(removal.removed()));
        }

        @Override
        public @Nullable JoinState<V> next(Removal<V> removal) {
            return removal.next();
        }
    }

    @Override
    public List<PendingJoin<K, V>> find(K key) {
        return call(() -> inspection.find(checked(key)));
    }

    @Override
    public PendingJoin.Page<K, V> pending(int limit) {
        return call(() -> inspection.page(null, limit));
    }

    @Override
    public PendingJoin.Page<K, V> pending(String cursor, int limit) {
        Objects.requireNonNull(cursor, "cursor");
        return call(() -> inspection.page(cursor, limit));
    }

    @Override
    public List<PendingJoin<K, V>> pending(Duration olderThan, int limit) {
        return call(() -> inspection.oldest(olderThan, limit));
    }

    @Override
    public PendingJoin.Counts counts() {
        return call(inspection::counts);
    }

    @Override
    public long size() {
        return call(inspection::size);
    }

    private static <K> K checked(K key) {
        if (key == null) {
            throw new IllegalArgumentException("the key is null");
        }
        if (key instanceof String text) {
            KeyCodec.checked("the key", text);
        }
        return key;
    }

    @Override
    public void close(Duration within) {
        Objects.requireNonNull(within, "within");
        if (within.isNegative()) {
            throw new IllegalArgumentException("within is " + within + ", must not be negative");
        }
        if (calls.close()) {
            calls.await(within);
            store.close();
        }
    }

    @Override
    public boolean isClosed() {
        return calls.areClosing();
    }

    /** The name of the spec, and the store. */
    @Override
    public String toString() {
        return "Joiner[" + context.functions().name() + " on " + store + "]";
    }
}
