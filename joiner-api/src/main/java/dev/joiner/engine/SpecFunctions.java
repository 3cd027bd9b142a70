package dev.joiner.engine;

import dev.joiner.Cause;
import dev.joiner.Collected;
import dev.joiner.HandOver;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.internal.SafeText;
import dev.joiner.internal.spec.CollectOption;
import dev.joiner.internal.spec.Handlers;
import dev.joiner.internal.spec.Spec;
import dev.joiner.spi.CollectedParts;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.PartReader;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A spec as an engine calls it: its functions, with what Joiner checks around them.
 *
 * <p>Immutable, and as thread-safe as the functions of the spec. What those throw passes through.
 *
 * @param <M> the messages
 * @param <K> the keys
 * @param <V> the value that messages are merged into
 * @param <R> what {@code process} returns
 */
public final class SpecFunctions<M, K, V, R> {
    private final Spec<M, K, V, R> spec;

    private SpecFunctions(Spec<M, K, V, R> spec) {
        this.spec = spec;
    }

    /** Returns the functions of a spec. */
    public static <M, K, V, R> SpecFunctions<M, K, V, R> of(JoinSpec<M, K, V, R> spec) {
        return new SpecFunctions<>((Spec<M, K, V, R>) spec);
    }

    /** Returns the same functions, with handlers called within a scope. */
    public SpecFunctions<M, K, V, R> within(HandOverScope scope) {
        return new SpecFunctions<>(spec.withHandlerScope(scope));
    }

    Spec<M, K, V, R> spec() {
        return spec;
    }

    /** The name of the spec. */
    public String name() {
        return spec.name();
    }

    /**
     * Returns the key of a message.
     *
     * @throws InvalidMessageException if the message or its key is null, or the key is a String that not every store can keep
     */
    public K keyOf(@Nullable M message) {
        if (message == null) {
            throw new InvalidMessageException(name() + ": the message is null");
        }
        K key = spec.keyedBy().apply(message);
        if (key == null) {
            throw new InvalidMessageException(name() + ": keyedBy returned null");
        }
        if (key instanceof String text) {
            checked("the key", text);
        }
        return key;
    }

    /** Whether messages have ids. */
    public boolean hasIds() {
        return spec.identifiedBy() != null;
    }

    /** Whether a message with an id that comes once more is known as such after its join, too: for some time, by its id or key. */
    public boolean remembersIds() {
        return hasIds() && (spec.idsKept() != null || spec.rememberFor() != null);
    }

    /**
     * Returns the id of a message, null if it has none.
     *
     * @throws InvalidMessageException if the id is a text that not every store can keep
     */
    public @Nullable String idOf(M message) {
        if (spec.identifiedBy() == null) {
            return null;
        }
        Object id = spec.identifiedBy().apply(message);
        return id == null ? null : checked("the id (identifiedBy)", id.toString());
    }

    private String checked(String what, String text) {
        try {
            return KeyCodec.checked(what, text);
        } catch (IllegalArgumentException e) {
            throw new InvalidMessageException(name() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Merges a message into what is pending, which is null for the first message.
     *
     * @param key for the message of the exception
     * @throws NullPointerException if the merge returns null
     */
    public V merge(K key, M message, @Nullable V pending) {
        V merged = spec.mergedBy().merge(message, pending);
        if (merged == null) {
            throw new NullPointerException(name() + ": mergedBy returned null for key \"" + SafeText.of(key) + "\"");
        }
        return merged;
    }

    /**
     * Whether a join is whole.
     *
     * @param parts how many messages were merged into the value
     */
    public boolean isSufficient(V value, int parts) {
        return spec.sufficientWhen().test(value, parts);
    }

    /** Whether the parts of messages are collected. */
    public boolean collects() {
        return spec.collecting() != null;
    }

    /**
     * Adds the part of a message to what was collected; returns that as it is if the spec collects nothing.
     *
     * @param id of the message, null if it has none
     * @throws InvalidMessageException if the message has no part
     * @throws dev.joiner.CodecException if the part cannot be written
     * @throws dev.joiner.ValueTooLargeException if the join may have no more
     */
    CollectedParts collected(K key, CollectedParts parts, M message, @Nullable String id) {
        CollectOption<M, ?> collecting = spec.collecting();
        return collecting == null ? parts : collecting.with(parts, message, id, name(), key);
    }

    /** Returns what a join has collected, for people; empty if the spec collects nothing. */
    Optional<Collected<V, ?>> collected(@Nullable K key, Join<V> join, PartReader parts) {
        CollectOption<M, ?> collecting = spec.collecting();
        return collecting == null
                ? Optional.empty()
                : Optional.of(collecting.of(key, join, new Sight(parts, () -> false)));
    }

    /** Returns the deadline in the data, null if it names none. */
    public @Nullable Instant expiresAt(V value) {
        return spec.expireAt() == null ? null : spec.expireAt().apply(value);
    }

    /** Whether there is an {@code onIncomplete}. */
    public boolean hearsOfIncomplete() {
        return spec.onIncomplete() != null;
    }

    /** Calls {@code onIncomplete}, if there is one. */
    public void incomplete(V value) {
        if (spec.onIncomplete() != null) {
            spec.onIncomplete().accept(value);
        }
    }

    /**
     * Returns what the spec says that a value lacks; nothing if it cannot say. For people, so a function that throws costs them
     * no more than its answer.
     *
     * @param parts how many messages were merged into the value
     */
    public List<String> missing(V value, int parts) {
        if (spec.missing() == null) {
            return List.of();
        }
        try {
            return List.copyOf(spec.missing().of(value, parts));
        } catch (Throwable e) {
            return List.of("(missing threw " + SafeText.of(e) + ")");
        }
    }

    /** Calls {@code onLate}, if there is one. */
    public void late(M message) {
        if (spec.onLate() != null) {
            spec.onLate().accept(message);
        }
    }

    /**
     * Calls the handler of joins with the hand-over's cause. Returns what {@code process} returned, null from
     * {@code onExpired}.
     *
     * @param sight how what the join has collected is read
     */
    public @Nullable R handOver(Join<V> join, HandOver<K> handOver, Sight sight) throws Exception {
        Handlers<K, V, ?, R> handlers = spec.handlers();
        if (isProcessed(handOver.cause())) {
            return handlers.process(join, handOver, sight);
        }
        require(handlers.onExpired(), "onExpired, for a join with cause " + handOver.cause());
        handlers.expired(join, handOver, sight);
        return null;
    }

    /**
     * Calls {@code onPoisoned}.
     *
     * @param sight as for {@link #handOver}
     */
    public void poisoned(Join<V> join, HandOver<K> handOver, Sight sight) throws Exception {
        Handlers<K, V, ?, R> handlers = spec.handlers();
        require(handlers.onPoisoned(), "onPoisoned, for a join that failed " + handOver.attempt() + " times");
        handlers.poisoned(join, handOver, sight);
    }

    private void require(@Nullable Object handler, String what) {
        if (handler == null) {
            throw new IllegalStateException(name() + ": the spec has no " + what);
        }
    }

    /** Whether joins with this cause go to {@code process}. */
    public boolean isProcessed(Cause cause) {
        return cause == Cause.COMPLETE || cause == Cause.FORCED || spec.joinOnExpiry();
    }

    /** Whether there is a handler of joins that expire or are evicted. */
    public boolean receivesExpired() {
        return spec.joinOnExpiry() || spec.handlers().onExpired() != null;
    }

    /** Whether a join leaves its store before it is handed over. */
    public boolean atMostOnce() {
        return spec.atMostOnce();
    }

    /** Whether the attempts of a hand-over are limited, or their backoff set. */
    public boolean hasRetry() {
        return spec.retry() != null;
    }

    /** How long a claim holds, in milliseconds. */
    public long leaseMillis() {
        return spec.lease().toMillis();
    }

    /** The listener, if there is one. */
    public Optional<JoinListener> listener() {
        return Optional.ofNullable(spec.listener());
    }

    /** The spec's own text: its name and the options that are not functions. */
    @Override
    public String toString() {
        return spec.toString();
    }
}
