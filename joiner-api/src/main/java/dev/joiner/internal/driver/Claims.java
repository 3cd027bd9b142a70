package dev.joiner.internal.driver;

import dev.joiner.StoreException;
import dev.joiner.engine.Delivery.End;
import dev.joiner.engine.Step;
import dev.joiner.internal.driver.KeyUpdater.Answer;
import dev.joiner.internal.driver.KeyUpdater.Event;
import dev.joiner.internal.driver.KeyUpdater.Request;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The claims that one call made together, handed over one after the other.
 *
 * <p>Those that have ended are written off in one batch at the end, or when half the lease is used: the same batch then renews the
 * claims that have not begun, and one that turns out to be lost does not begin. When the call has to stop, those that have not
 * begun are given back.
 *
 * <p>For one thread, but for {@link #giveBack}, which a thread that closes the joiner may call.
 */
final class Claims<K, V, R> {
    private final Context<?, K, V, R> context;
    private final BooleanSupplier goesOn;
    private final int mostFailures;
    private int failures;
    /** Those that the store has to hear of, by key. */
    private final Map<K, OfKey<K, V, R>> open = new LinkedHashMap<>();

    /** Claims of a call that goes on to its end, whatever fails. */
    Claims(Context<?, K, V, R> context) {
        this(context, () -> true, Integer.MAX_VALUE);
    }

    /**
     * Claims of a call that may end early.
     *
     * @param goesOn whether the caller wants more handlers to begin
     * @param mostFailures how many handlers may throw before no more begin
     */
    Claims(Context<?, K, V, R> context, BooleanSupplier goesOn, int mostFailures) {
        this.context = context;
        this.goesOn = goesOn;
        this.mostFailures = mostFailures;
    }

    /** The claims of one key, and what the store holds there. */
    private static final class OfKey<K, V, R> implements Event<V, List<Step<V>>> {
        private @Nullable Versioned<V> held;
        private final List<Claim<K, V, R>> claims = new ArrayList<>(1);

        @Override
        public List<Step<V>> on(@Nullable JoinState<V> state) {
            List<Step<V>> steps = new ArrayList<>(claims.size());
            JoinState<V> next = state;
            for (Claim<K, V, R> claim : claims) {
                Step<V> step = claim.on(next);
                steps.add(step);
                next = step.next();
            }
            return steps;
        }

        @Override
        public @Nullable JoinState<V> next(List<Step<V>> steps) {
            return steps.get(steps.size() - 1).next();
        }

        void wrote(Answer<V, List<Step<V>>> answer) {
            Update<V, List<Step<V>>> update = answer.update();
            if (update != null) {
                held = update.held();
            }
            for (int i = 0; i < claims.size(); i++) {
                claims.get(i).wrote(update == null ? null : update.result().get(i), answer.failure());
            }
            claims.removeIf(claim -> !claim.isOpen());
        }
    }

    /**
     * Takes over what a write has claimed.
     *
     * @param held what the store holds since then
     */
    synchronized List<Claim<K, V, R>> add(K key, @Nullable Versioned<V> held, List<Flight<V>> flights) {
        if (flights.isEmpty()) {
            return List.of(); // nothing of the key has to be written
        }
        List<Claim<K, V, R>> added = new ArrayList<>(flights.size());
        for (Flight<V> flight : flights) {
            added.add(Claim.oneOf(this, context, key, flight));
        }
        OfKey<K, V, R> ofKey = open.computeIfAbsent(key, first -> new OfKey<>());
        ofKey.held = held;
        ofKey.claims.addAll(added);
        return added;
    }

    /** Hands all over, and tells the store. */
    void handOver(List<Claim<K, V, R>> claims) {
        context.calls().hold(this);
        try {
            claims.forEach(this::begin);
        } finally {
            end();
        }
    }

    /** Calls the handler of a claim, unless it is lost by now, or none may begin. */
    void begin(Claim<K, V, R> claim) {
        if (mayBegin(claim)) {
            End end = claim.call();
            synchronized (this) {
                claim.ended(end);
                failures += claim.isTaken() ? 0 : 1;
            }
        }
    }

    private synchronized boolean mayBegin(Claim<K, V, R> claim) {
        if (!context.mayBegin() || failures >= mostFailures || !goesOn.getAsBoolean()) {
            markGivenBack();
        } else if (claim.isHalfUsed(context.now())) {
            write();
        }
        boolean begins = claim.isWaiting();
        if (begins) {
            claim.running();
        }
        return begins;
    }

    private void markGivenBack() {
        for (OfKey<K, V, R> ofKey : open.values()) {
            for (Claim<K, V, R> claim : ofKey.claims) {
                if (claim.isWaiting()) {
                    claim.giveBack();
                }
            }
        }
    }

    /** Tells the store the end of all. What has not begun, as something threw, is given back. */
    void end() {
        context.calls().letGo(this);
        giveBack();
    }

    /** Gives back what has not begun. A joiner that closes calls it, too, if a handler does not end in time. */
    synchronized void giveBack() {
        markGivenBack();
        write();
    }

    /** Tells the store what has ended, and renews what has not. */
    synchronized void write() {
        if (open.isEmpty()) {
            return;
        }
        List<Request<K, V, List<Step<V>>>> requests = new ArrayList<>(open.size());
        open.forEach((key, ofKey) -> requests.add(new Request<>(key, ofKey.held, false, ofKey)));
        List<Answer<V, List<Step<V>>>> answers = written(requests);
        for (int i = 0; i < answers.size(); i++) {
            OfKey<K, V, R> ofKey = open.get(requests.get(i).key());
            if (ofKey != null) {
                ofKey.wrote(answers.get(i));
            }
        }
        open.values().removeIf(ofKey -> ofKey.claims.isEmpty());
    }

    private List<Answer<V, List<Step<V>>>> written(List<Request<K, V, List<Step<V>>>> requests) {
        try {
            return Interrupts.retried(() -> context.updater().updateAll(requests));
        } catch (StoreException e) {
            Answer<V, List<Step<V>>> failed = new Answer<>(null, e);
            return requests.stream().map(request -> failed).toList();
        }
    }
}
