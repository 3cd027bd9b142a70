package dev.joiner.internal.driver;

import dev.joiner.Outcome;
import dev.joiner.engine.Step;
import dev.joiner.internal.driver.KeyUpdater.StepEvent;
import dev.joiner.internal.driver.KeyUpdater.Update;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.Versioned;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One message on its way into its join; as an event, alone in its write. */
final class Arrival<M, K, V, R> implements StepEvent<V> {
    private static final Outcome<?> INCOMPLETE = new Outcome.Incomplete<>();

    private final Context<M, K, V, R> context;
    private final M message;
    private final K key;
    private final @Nullable String id;
    /** Where the store knows the id already, apart from the state. */
    private Map<String, Long> present = Map.of();

    /** @throws dev.joiner.InvalidMessageException if the message has no valid key, or an invalid id */
    Arrival(Context<M, K, V, R> context, M message) {
        this.context = context;
        this.message = message;
        key = context.functions().keyOf(message);
        id = context.functions().idOf(message);
    }

    K key() {
        return key;
    }

    @Override
    public Step<V> on(@Nullable JoinState<V> state) {
        return step(state, true);
    }

    /** @param alone whether nothing else is claimed by the write that this leads to */
    Step<V> step(@Nullable JoinState<V> state, boolean alone) {
        return context.transition()
                .message(key, state, message, id, context.now(), context.claim(), alone, context.apart(present));
    }

    @Override
    public Collection<String> inDoubt(@Nullable Step<V> step) {
        return step == null || step.verdict() == Step.Verdict.LATE ? unknownId() : List.of();
    }

    /** The id, unless the store is known to have it. */
    Collection<String> unknownId() {
        return id == null || present.containsKey(id) ? List.of() : List.of(id);
    }

    @Override
    public void present(Map<String, Long> ids) {
        Long number = id == null ? null : ids.get(id);
        if (number != null) {
            present = Map.of(Objects.requireNonNull(id), number);
        }
    }

    /** Takes the message in, and hands over what it completes. */
    Outcome<R> accept(@Nullable Turns turns) {
        return handedOver(turns == null ? written() : turns.take(key, this::written));
    }

    /** Does {@link #accept} when others were faster. */
    Outcome<R> acceptOn(@Nullable Versioned<V> witness) {
        return handedOver(context.updater().update(key, witness, true, this));
    }

    private Outcome<R> handedOver(Update<V, Step<V>> update) {
        Step<V> step = update.result();
        return step.verdict() == Step.Verdict.CLAIMED
                ? Claim.alone(context, key, update.held(), step.claimed().get(0))
                        .handOver()
                : told(step);
    }

    private Update<V, Step<V>> written() {
        return context.updater().update(key, this);
    }

    Outcome<R> told(Step<V> step) {
        return told(context, key, message, step);
    }

    /** Tells handlers and listeners of a message that claims nothing. What the handlers throw passes through. */
    static <M, K, V, R> Outcome<R> told(Context<M, K, V, R> context, K key, M message, Step<V> step) {
        switch (step.verdict()) {
            case DUPLICATE -> {
                context.listener().duplicate(key);
                return new Outcome.Duplicate<>();
            }
            case LATE -> {
                context.listener().late(key);
                context.functions().late(message);
                return new Outcome.Late<>();
            }
            case UNCHANGED -> {
                context.listener().unchanged(key);
                return new Outcome.Unchanged<>();
            }
            case DEFERRED -> {
                return incomplete();
            }
            default -> {
                Join<V> open = Objects.requireNonNull(
                        Objects.requireNonNull(step.next()).open());
                context.listener().merged(key, open.parts(), open.firstAt());
                context.functions().incomplete(open.value());
                return incomplete();
            }
        }
    }

    /** The most frequent outcome by far. */
    @SuppressWarnings("unchecked") // there is nothing of a type in it
    private static <R> Outcome<R> incomplete() {
        return (Outcome<R>) INCOMPLETE;
    }
}
