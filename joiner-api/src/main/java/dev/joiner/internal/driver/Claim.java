package dev.joiner.internal.driver;

import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.engine.Delivery;
import dev.joiner.engine.Step;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.engine.Tally;
import dev.joiner.engine.Transition;
import dev.joiner.internal.driver.KeyUpdater.StepEvent;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.Versioned;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One claim that a call holds, from the write that made it to the write that ends it.
 *
 * <p>As an event it tells the store how far it has come. A claim of several is written by its {@link Claims}, a lone one writes
 * itself.
 */
final class Claim<K, V, R> extends Delivery<K, V, R> implements StepEvent<V> {

    enum Progress {
        /** Claimed, the handler has not begun. */
        WAITING,
        RUNNING,
        /** The handler does not begin, as the call has to stop. */
        GIVEN_BACK,
        /** The claim was lost before the handler began; somebody else hands over. */
        LOST,
        /** A handler was called, and ended. */
        ENDED
    }

    private final Context<?, K, V, R> context;
    private final @Nullable Claims<K, V, R> several;
    /** What the store holds, as far as a lone claim knows. */
    private @Nullable Versioned<V> held;

    private Progress progress = Progress.WAITING;
    private @Nullable End end;

    /** Whether the store knew the claim when it was last told of it. */
    private boolean isKnown;
    /** Why the store could not be told. */
    private @Nullable Throwable unwritten;
    /** Whether the last write has parked the join. */
    private boolean isParked;

    private Claim(
            Context<?, K, V, R> context,
            K key,
            @Nullable Versioned<V> held,
            Flight<V> flight,
            @Nullable Claims<K, V, R> several) {
        super(key, flight);
        this.context = context;
        this.held = held;
        this.several = several;
    }

    /** @param held what the store holds since the write that made the claim */
    static <K, V, R> Claim<K, V, R> alone(
            Context<?, K, V, R> context, K key, @Nullable Versioned<V> held, Flight<V> flight) {
        return new Claim<>(context, key, held, flight, null);
    }

    static <K, V, R> Claim<K, V, R> oneOf(
            Claims<K, V, R> several, Context<?, K, V, R> context, K key, Flight<V> flight) {
        return new Claim<>(context, key, null, flight, several);
    }

    @Override
    protected Shared<K, V, R> shared() {
        return context.deliveries();
    }

    @Override
    protected PartReader partReader() {
        return context.parts(key());
    }

    // A lone claim

    /**
     * Hands over, unless no handler may begin, and tells the store.
     *
     * @throws ProcessingException if a handler threw
     */
    Outcome<R> handOver() {
        handOverAlone();
        if (end == null || end == End.RETURNED) {
            return outcome();
        }
        throw failure();
    }

    /** Hands over as {@link #handOver} does, and throws nothing. */
    void handOverAlone() {
        if (context.functions().atMostOnce()) {
            begin(); // what was removed is to be handed over, whatever happens
            isKnown = true; // the write that claimed it was its last
            return;
        }
        if (!context.mayBegin()) {
            giveBack();
        } else if (isLeaseInDoubt()) {
            renewOrGiveBack();
        }
        if (progress == Progress.WAITING) {
            begin();
        }
        if (progress != Progress.LOST) {
            write();
        }
    }

    private void begin() {
        running();
        ended(call());
    }

    /** Right after the write, unless that had to go a long way. */
    private boolean isLeaseInDoubt() {
        return context.store().isRemote() && isHalfUsed(context.now());
    }

    private void renewOrGiveBack() {
        if (!isLeaseOver()) {
            write(); // if the store cannot be reached, what is left of the lease has to do
        }
        if (isWaiting() && isLeaseOver()) {
            giveBack(); // others may have the join by now, and if none has, it is due at once
        }
    }

    private boolean isLeaseOver() {
        return context.now() >= flight().dueAt();
    }

    /** Tells the store how far the claim has come. As {@link Interrupts#retried}, without an object for each join. */
    private void write() {
        try {
            tell();
        } catch (RuntimeException e) {
            if (Interrupts.mayHaveCaused(e)) {
                writeAgain();
            } else {
                wrote(null, e);
            }
        }
    }

    private void writeAgain() {
        try {
            tell();
        } catch (RuntimeException e) {
            wrote(null, e);
        }
    }

    private void tell() {
        if (held == null || !tellByRemoval(held)) {
            told(context.updater().update(key(), held, false, this));
        }
    }

    /** Most joins end like this: nothing of their key is left. Whether this is one. */
    private boolean tellByRemoval(Versioned<V> expected) {
        Step<V> step = on(expected.state());
        if (step.next() != null) {
            return false;
        }
        Exchange<V> exchange = context.updater().removed(key(), expected);
        if (exchange.won()) {
            held = null;
            wrote(step, null);
        } else {
            told(context.updater().update(key(), exchange.witness(), true, this));
        }
        return true;
    }

    private void told(Update<V, Step<V>> update) {
        held = update.held();
        wrote(update.result(), null);
    }

    // Any claim

    /** What the store holds since a lone claim was last written; null if that is nothing, or not known. */
    @Nullable
    Versioned<V> held() {
        return held;
    }

    boolean isWaiting() {
        return progress == Progress.WAITING;
    }

    /** Whether the store has to hear of the claim again. */
    boolean isOpen() {
        return progress == Progress.WAITING || progress == Progress.RUNNING;
    }

    boolean isHalfUsed(long now) {
        return now >= flight().dueAt() - context.functions().leaseMillis() / 2;
    }

    /** The handler begins. */
    void running() {
        progress = Progress.RUNNING;
    }

    /** Calls the handler. */
    End call() {
        return run();
    }

    void ended(End how) {
        end = how;
        progress = Progress.ENDED;
        if (isTaken()) {
            context.failing().succeeded(key());
        } else if (how == End.THREW) {
            context.failing().failed(key());
        }
    }

    void giveBack() {
        progress = Progress.GIVEN_BACK;
    }

    @Override
    protected boolean isStopping() {
        return context.calls().areClosing();
    }

    /** What the store is to be told: how the claim ended, or that it goes on. */
    @Override
    public Step<V> on(@Nullable JoinState<V> state) {
        Transition<?, K, V> transition = context.transition();
        long claim = flight().claim();
        if (progress == Progress.GIVEN_BACK) {
            return transition.givenBack(state, claim, context.now());
        }
        if (end == null) {
            return transition.renewed(state, claim, context.now());
        }
        return switch (end) {
            case RETURNED, POISONED -> transition.returned(state, claim, needsTime() ? context.now() : 0);
            case THREW -> transition.threw(state, claim, errorText(), context.now(), jitter());
            case INTERRUPTED -> transition.interrupted(state, claim, errorText(), context.now(), jitter());
        };
    }

    private boolean needsTime() {
        return context.transition().remembers() || context.functions().collects();
    }

    private double jitter() {
        return context.randomness().jitter();
    }

    /** No write of this event is a claim. */
    @Override
    public long loneClaim(Step<V> step) {
        return Flight.UNCLAIMED;
    }

    /**
     * The store was told of this claim.
     *
     * @param step what it came to; null if it could not be told
     * @param failure why not
     */
    void wrote(@Nullable Step<V> step, @Nullable Throwable failure) {
        unwritten = failure;
        isKnown = step != null && step.verdict() != Verdict.LOST;
        if (!isOpen()) {
            if (step != null && !step.parked().isEmpty()) {
                context.parked(key(), step.parked());
                isParked = true;
            }
        } else if (isKnown) {
            renewed(Objects.requireNonNull(step).claim(flight().claim()));
        } else if (isWaiting() && (step != null || several != null)) {
            progress = Progress.LOST;
        }
    }

    /** Whether no handler was called, so that others may have the join. */
    boolean wasGivenBack() {
        return progress == Progress.GIVEN_BACK;
    }

    /** Whether a handler was called. */
    boolean hasBegun() {
        return end != null;
    }

    /** Whether a handler took the join. */
    boolean isTaken() {
        return end == End.RETURNED || end == End.POISONED;
    }

    /** Adds what came of it to a tally, once the store was told. */
    void count(Tally tally) {
        if (end == null) {
            return;
        }
        tally.handedOver(cause(), end);
        tally.parked(isParked ? 1 : 0);
        if (!isTaken()) {
            tally.failed(key(), failure());
        } else if (unwritten != null) {
            tally.failed(key(), unwritten);
        }
    }

    /** What the call says of it, once the store was told. */
    Outcome<R> outcome() {
        if (end == null) {
            return new Outcome.Incomplete<>();
        }
        return end == End.RETURNED ? new Outcome.Joined<>(result(), isKnown) : new Outcome.Failed<>(failure(), true);
    }

    ProcessingException failure() {
        ProcessingException failure = failure(Objects.requireNonNull(end));
        if (unwritten != null) {
            failure.addSuppressed(unwritten);
        }
        return failure;
    }

    @Override
    public boolean renew() {
        if (context.functions().atMostOnce()) {
            return true;
        }
        if (several == null) {
            write();
        } else {
            several.write();
        }
        if (unwritten != null) {
            throw unwritten instanceof StoreException e
                    ? e
                    : new StoreException(
                            join() + ": the lease of key \"" + key() + "\" could not be renewed", unwritten);
        }
        return isKnown;
    }
}
