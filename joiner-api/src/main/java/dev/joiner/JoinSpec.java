package dev.joiner;

import dev.joiner.spi.KeyCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What makes messages parts of one thing, when the thing is whole, and who receives it.
 *
 * <p>Immutable and thread-safe, as far as the functions given are. Built in stages: {@link #keyedBy}, {@code mergedBy},
 * {@code sufficientWhen}, then any options, then {@link Builder#build()}. Defaults: the result is the merged value, a
 * join waits without end, a key is forgotten with its join, a hand-over that throws is tried again without end (1
 * second, doubling up to 1 minute), a lease is 1 minute, 64 joins of one key may be in flight.
 *
 * <p>The key, merge, sufficiency, id and expiry functions must be pure: on a conflict between nodes they run again.
 * What they throw passes through {@link Joiner#accept}, and the store stays as it was.
 *
 * @param <M> the messages
 * @param <V> the value that they are merged into
 * @param <R> what {@code process} returns
 */
public final class JoinSpec<M, V, R> {

    /** Merges a message into what is there. */
    @FunctionalInterface
    public interface Merge<M, V> {
        /**
         * The merged value, never null.
         *
         * @param pending what was merged so far, null for the first message of a join; not to be changed in place
         */
        V merge(M message, @Nullable V pending);
    }

    /** Receives whole joins. */
    @FunctionalInterface
    public interface Processor<V, R> {
        R process(V value, HandOver handOver) throws Exception;
    }

    /** Receives whole joins, and needs nothing but the value. */
    @FunctionalInterface
    public interface ValueProcessor<V, R> {
        R process(V value) throws Exception;
    }

    /** Receives joins that did not become whole, or that nobody could process. */
    @FunctionalInterface
    public interface Handler<V> {
        void handle(V value, HandOver handOver) throws Exception;
    }

    /** What an engine puts around each call of a handler: a transaction, say. */
    public interface HandOverScope {
        /**
         * Calls the handler and returns what it returned, or throws what it threw.
         *
         * @param handler {@code process}, {@code onExpired} or {@code onPoisoned}, on a value
         */
        <T> T call(HandOver handOver, Callable<T> handler) throws Exception;
    }

    private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE - 1);

    private final Options<M, V, R> options;

    private JoinSpec(Options<M, V, R> options) {
        this.options = options;
    }

    /** What a builder fills in, and a spec has a copy of. */
    private static final class Options<M, V, R> implements Cloneable {
        final Function<? super M, ?> keyedBy;
        final Merge<? super M, V> mergedBy;
        final Predicate<? super V> sufficientWhen;
        Processor<? super V, ? extends R> process;
        Consumer<? super V> onIncomplete = value -> {};

        @Nullable
        Function<? super M, ?> identifiedBy;

        @Nullable
        Duration idsKept;

        @Nullable
        Duration rememberFor;

        Consumer<? super M> onLate = message -> {};

        @Nullable
        Duration expireAfter;

        @Nullable
        Duration expireAfterIdle;

        @Nullable
        Function<? super V, @Nullable Instant> expireAt;

        @Nullable
        Handler<? super V> onExpired;

        boolean joinOnExpiry;
        boolean keepAfterJoin;
        boolean atMostOnce;
        boolean retrySet;
        int maxAttempts = Integer.MAX_VALUE;
        Duration backoff = Duration.ofSeconds(1);
        Duration maxBackoff = Duration.ofMinutes(1);

        @Nullable
        Handler<? super V> onPoisoned;

        Duration lease = Duration.ofMinutes(1);
        int maxInFlight = 64;
        JoinListener listener = Events.NOBODY;

        Options(
                Function<? super M, ?> keyedBy,
                Merge<? super M, V> mergedBy,
                Predicate<? super V> sufficientWhen,
                Processor<? super V, ? extends R> process) {
            this.keyedBy = keyedBy;
            this.mergedBy = mergedBy;
            this.sufficientWhen = sufficientWhen;
            this.process = process;
        }

        @Override
        @SuppressWarnings("unchecked")
        protected Options<M, V, R> clone() {
            try {
                return (Options<M, V, R>) super.clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /**
     * Begins a spec with what messages about one thing have in common.
     *
     * @param key of a message, never null; has {@code equals} and {@code hashCode}, and a String is 1 to 500 bytes of
     *     UTF-8 without U+0000
     */
    public static <M> Keyed<M> keyedBy(Function<? super M, ?> key) {
        return new Keyed<>(Objects.requireNonNull(key, "keyedBy"));
    }

    /** A spec that knows its key. */
    public static final class Keyed<M> {
        private final Function<? super M, ?> keyedBy;

        private Keyed(Function<? super M, ?> keyedBy) {
            this.keyedBy = keyedBy;
        }

        /** How a message goes into what is there. */
        public <V> Merged<M, V> mergedBy(Merge<? super M, V> merge) {
            return new Merged<>(keyedBy, Objects.requireNonNull(merge, "mergedBy"));
        }
    }

    /** A spec that knows its key and its merge. */
    public static final class Merged<M, V> {
        private final Function<? super M, ?> keyedBy;
        private final Merge<? super M, V> mergedBy;

        private Merged(Function<? super M, ?> keyedBy, Merge<? super M, V> mergedBy) {
            this.keyedBy = keyedBy;
            this.mergedBy = mergedBy;
        }

        /** When a merged value is whole. Asked after each merge, and not again once it said yes. */
        public Builder<M, V, V> sufficientWhen(Predicate<? super V> sufficient) {
            return new Builder<>(new Options<>(
                    keyedBy,
                    mergedBy,
                    Objects.requireNonNull(sufficient, "sufficientWhen"),
                    (value, handOver) -> value));
        }
    }

    /**
     * The options of a spec. Not thread-safe. {@link #build()} refuses options that contradict each other, or that
     * leave a value without a receiver.
     */
    public static final class Builder<M, V, R> {
        private final Options<M, V, R> options;

        private Builder(Options<M, V, R> options) {
            this.options = options;
        }

        /** Who receives whole joins. Runs on the thread that calls the joiner, outside all locks. */
        public <T> Builder<M, V, T> process(ValueProcessor<? super V, ? extends T> process) {
            Objects.requireNonNull(process, "process");
            return process((value, handOver) -> process.process(value));
        }

        /** Who receives whole joins, and wants to know more about the hand-over. */
        public <T> Builder<M, V, T> process(Processor<? super V, ? extends T> process) {
            Objects.requireNonNull(process, "process");
            // Only the type of what process returns changes, and nothing else of it is held: it is this very builder.
            @SuppressWarnings("unchecked")
            Builder<M, V, T> retyped = (Builder<M, V, T>) this;
            retyped.options.process = process;
            return retyped;
        }

        /** Is given the merged value after each message that leaves it waiting. What it throws passes through. */
        public Builder<M, V, R> onIncomplete(Consumer<? super V> handler) {
            options.onIncomplete = Objects.requireNonNull(handler, "onIncomplete");
            return this;
        }

        /**
         * Messages of one key with the same id count once, while the key has a state: until its join was handed over,
         * and no longer. A redelivery after that begins a new join; to recognise it, say how long ids are
         * {@linkplain #identifiedBy(Function, Duration) kept}, or {@link #rememberFor} the key.
         *
         * @param id of a message, never null; compared as text ({@code toString()}), 1 to 500 bytes of UTF-8
         */
        public Builder<M, V, R> identifiedBy(Function<? super M, ?> id) {
            options.identifiedBy = Objects.requireNonNull(id, "identifiedBy");
            return this;
        }

        /**
         * Messages of one key with the same id count once, until so long after the key's last hand-over; other ids of
         * the key are welcome all the time. Recommended: longer than the transport's longest redelivery.
         *
         * @param kept positive
         */
        public Builder<M, V, R> identifiedBy(Function<? super M, ?> id, Duration kept) {
            options.idsKept = positive("identifiedBy", kept);
            return identifiedBy(id);
        }

        /**
         * A key takes no more messages once its join is handed over, and for so long after: they are
         * {@link Outcome.Late}. Recommended: longer than the transport's longest redelivery.
         *
         * @param duration positive
         */
        public Builder<M, V, R> rememberFor(Duration duration) {
            options.rememberFor = positive("rememberFor", duration);
            return this;
        }

        /** Is given each message that is late. What it throws passes through. */
        public Builder<M, V, R> onLate(Consumer<? super M> handler) {
            options.onLate = Objects.requireNonNull(handler, "onLate");
            return this;
        }

        /**
         * A join expires so long after its first message. Needs {@link #onExpired} or {@link #joinOnExpiry}. Where
         * several expiries are set, the earliest counts; only {@link Joiner#sweep()} makes a join expire.
         *
         * @param duration positive
         */
        public Builder<M, V, R> expireAfter(Duration duration) {
            options.expireAfter = positive("expireAfter", duration);
            return this;
        }

        /**
         * A join expires so long after its last message. Needs {@link #onExpired} or {@link #joinOnExpiry}.
         *
         * @param duration positive
         */
        public Builder<M, V, R> expireAfterIdle(Duration duration) {
            options.expireAfterIdle = positive("expireAfterIdle", duration);
            return this;
        }

        /**
         * A join expires when its data says so. Needs {@link #onExpired} or {@link #joinOnExpiry}.
         *
         * @param deadline asked after each merge; null leaves the deadline as it was
         */
        public Builder<M, V, R> expireAt(Function<? super V, @Nullable Instant> deadline) {
            options.expireAt = Objects.requireNonNull(deadline, "expireAt");
            return this;
        }

        /** Who receives joins that expired or were evicted. If it throws, it is tried again as {@link #retry} says. */
        public Builder<M, V, R> onExpired(Handler<? super V> handler) {
            options.onExpired = Objects.requireNonNull(handler, "onExpired");
            return this;
        }

        /** Joins that expired or were evicted go to {@code process}, incomplete as they are. */
        public Builder<M, V, R> joinOnExpiry() {
            options.joinOnExpiry = true;
            return this;
        }

        /**
         * A joined value stays, and each further message that leaves it sufficient hands it over again (1:N joins).
         * Needs an expiry, at which a value that was handed over ends quietly.
         */
        public Builder<M, V, R> keepAfterJoin() {
            options.keepAfterJoin = true;
            return this;
        }

        /** A join is removed by the very write that completes it, before {@code process} runs: never twice, maybe never. */
        public Builder<M, V, R> atMostOnce() {
            options.atMostOnce = true;
            return this;
        }

        /** {@link #retry(int, Duration, Duration)} with the default backoff. */
        public Builder<M, V, R> retry(int maxAttempts) {
            return retry(maxAttempts, options.backoff, options.maxBackoff);
        }

        /** {@link #retry(int, Duration, Duration)} with a cap of 1 minute, or {@code backoff} where that is longer. */
        public Builder<M, V, R> retry(int maxAttempts, Duration backoff) {
            Duration cap = Duration.ofMinutes(1);
            return retry(maxAttempts, backoff, backoff.compareTo(cap) > 0 ? backoff : cap);
        }

        /**
         * How often a hand-over is begun, and how long a failed one waits: {@code backoff} after the first attempt,
         * doubling, at most {@code maxBackoff}, each shortened by a random part of up to a half. After the last attempt
         * the join goes to {@link #onPoisoned}, which must be set too.
         *
         * @param maxAttempts at least 1
         * @param backoff positive
         * @param maxBackoff at least {@code backoff}
         */
        public Builder<M, V, R> retry(int maxAttempts, Duration backoff, Duration maxBackoff) {
            if (maxAttempts < 1) {
                throw new IllegalArgumentException("retry: maxAttempts is " + maxAttempts + ", must be at least 1");
            }
            if (maxBackoff.compareTo(backoff) < 0) {
                throw new IllegalArgumentException(
                        "retry: maxBackoff is " + maxBackoff + ", shorter than backoff " + backoff);
            }
            options.retrySet = true;
            options.maxAttempts = maxAttempts;
            options.backoff = positive("retry: backoff", backoff);
            options.maxBackoff = positive("retry: maxBackoff", maxBackoff);
            return this;
        }

        /** Who receives joins whose last attempt threw. If it throws too, it is tried again. */
        public Builder<M, V, R> onPoisoned(Handler<? super V> handler) {
            options.onPoisoned = Objects.requireNonNull(handler, "onPoisoned");
            return this;
        }

        /**
         * How long a claim holds: a node that has not come back from a hand-over by then is taken to be dead, and any
         * other may hand over again. Longer than the longest hand-over plus the difference between the nodes' clocks.
         *
         * @param duration positive
         */
        public Builder<M, V, R> lease(Duration duration) {
            options.lease = positive("lease", duration);
            return this;
        }

        /**
         * How many joins of one key may be in flight; a message that would complete one more is refused with a
         * {@link ContentionException}.
         *
         * @param max at least 1
         */
        public Builder<M, V, R> maxInFlight(int max) {
            if (max < 1) {
                throw new IllegalArgumentException("maxInFlight is " + max + ", must be at least 1");
            }
            options.maxInFlight = max;
            return this;
        }

        /** Is told what happens. */
        public Builder<M, V, R> listener(JoinListener listener) {
            options.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * The spec.
         *
         * @throws IllegalStateException if two options contradict each other, or one lacks another; names both
         */
        public JoinSpec<M, V, R> build() {
            Options<M, V, R> o = options.clone();
            String expiry = o.expireAfter != null
                    ? "expireAfter"
                    : o.expireAfterIdle != null ? "expireAfterIdle" : o.expireAt != null ? "expireAt" : null;
            if (expiry != null && o.onExpired == null && !o.joinOnExpiry) {
                throw new IllegalStateException(
                        expiry + " needs onExpired or joinOnExpiry: an expired join would have no receiver");
            }
            refuse(
                    o.onExpired != null && o.joinOnExpiry,
                    "onExpired and joinOnExpiry both receive expired joins: set one");
            refuse(
                    o.maxAttempts < Integer.MAX_VALUE && o.onPoisoned == null,
                    "retry needs onPoisoned: a join whose attempts are used up would have no receiver");
            refuse(
                    o.onPoisoned != null && !o.retrySet,
                    "onPoisoned needs retry: attempts are not limited, it never runs");
            refuse(
                    o.keepAfterJoin && expiry == null,
                    "keepAfterJoin needs expireAfter, expireAfterIdle or expireAt: the value would stay for ever");
            refuse(
                    o.keepAfterJoin && o.rememberFor != null,
                    "keepAfterJoin and rememberFor contradict: one goes on after a join, the other closes the key");
            refuse(
                    o.atMostOnce && o.retrySet,
                    "atMostOnce and retry contradict: a join is gone before its first attempt");
            return new JoinSpec<>(o);
        }

        private static void refuse(boolean condition, String message) {
            if (condition) {
                throw new IllegalStateException(message);
            }
        }

        private static Duration positive(String option, Duration duration) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException(option + " is " + duration + ", must be positive");
            }
            // States keep milliseconds. Rounded up, as a positive duration must not become none.
            return duration.compareTo(LONGEST) >= 0
                    ? LONGEST
                    : Duration.ofMillis(duration.plusNanos(999_999).toMillis());
        }
    }

    /**
     * The key of a message.
     *
     * @throws IllegalArgumentException if it is null, or a text that not every store can keep
     */
    public Object keyOf(M message) {
        Object key = options.keyedBy.apply(message);
        if (key == null) {
            throw new IllegalArgumentException("keyedBy returned null");
        }
        return checkedKey(key);
    }

    static Object checkedKey(Object key) {
        if (key == null) {
            throw new IllegalArgumentException("key is null");
        }
        return key instanceof String text ? KeyCodec.checked("key", text) : key;
    }

    /**
     * The id of a message, null without {@code identifiedBy}.
     *
     * @throws IllegalArgumentException if the id is null, or a text that not every store can keep
     */
    public @Nullable String idOf(M message) {
        if (options.identifiedBy == null) {
            return null;
        }
        Object id = options.identifiedBy.apply(message);
        if (id == null) {
            throw new IllegalArgumentException("identifiedBy returned null");
        }
        return KeyCodec.checked("id (identifiedBy)", id.toString());
    }

    /** Merges a message into what is pending, which is null for the first message. */
    public V merge(M message, @Nullable V pending) {
        return options.mergedBy.merge(message, pending);
    }

    public boolean isSufficient(V value) {
        return options.sufficientWhen.test(value);
    }

    /** The deadline in the data, null if it names none. */
    public @Nullable Instant expiresAt(V value) {
        return options.expireAt == null ? null : options.expireAt.apply(value);
    }

    /** Calls {@code onIncomplete}. */
    public void incomplete(V value) {
        options.onIncomplete.accept(value);
    }

    /** Calls {@code onLate}. */
    public void late(M message) {
        options.onLate.accept(message);
    }

    /** Calls the receiver of joins with the hand-over's cause; what {@code process} returned, null from {@code onExpired}. */
    public @Nullable R handOver(V value, HandOver handOver) throws Exception {
        if (isProcessed(handOver.cause())) {
            return options.process.process(value, handOver);
        }
        if (options.onExpired == null) {
            throw new IllegalStateException("no onExpired for a join with cause " + handOver.cause());
        }
        options.onExpired.handle(value, handOver);
        return null;
    }

    /** This spec with its handlers called within a scope. For engines. */
    public JoinSpec<M, V, R> within(HandOverScope scope) {
        Options<M, V, R> within = options.clone();
        Processor<? super V, ? extends R> process = options.process;
        within.process = (value, handOver) -> scope.call(handOver, () -> process.process(value, handOver));
        within.onExpired = within(scope, options.onExpired);
        within.onPoisoned = within(scope, options.onPoisoned);
        return new JoinSpec<>(within);
    }

    private static <V> @Nullable Handler<? super V> within(HandOverScope scope, @Nullable Handler<? super V> handler) {
        return handler == null
                ? null
                : (value, handOver) -> scope.call(handOver, () -> {
                    handler.handle(value, handOver);
                    return true;
                });
    }

    /** Whether joins with this cause go to {@code process}. */
    public boolean isProcessed(Cause cause) {
        return cause == Cause.COMPLETE || cause == Cause.FORCED || options.joinOnExpiry;
    }

    /** Whether there is a receiver for joins that expire or are evicted. */
    public boolean receivesExpired() {
        return options.joinOnExpiry || options.onExpired != null;
    }

    /** Calls {@code onPoisoned}. */
    public void poisoned(V value, HandOver handOver) throws Exception {
        if (options.onPoisoned == null) {
            throw new IllegalStateException("no onPoisoned for a join that failed " + handOver.attempt() + " times");
        }
        options.onPoisoned.handle(value, handOver);
    }

    public Optional<Duration> idsKept() {
        return Optional.ofNullable(options.idsKept);
    }

    public Optional<Duration> rememberFor() {
        return Optional.ofNullable(options.rememberFor);
    }

    public Optional<Duration> expireAfter() {
        return Optional.ofNullable(options.expireAfter);
    }

    public Optional<Duration> expireAfterIdle() {
        return Optional.ofNullable(options.expireAfterIdle);
    }

    public boolean keepAfterJoin() {
        return options.keepAfterJoin;
    }

    public boolean atMostOnce() {
        return options.atMostOnce;
    }

    /** At most so many attempts; {@link Integer#MAX_VALUE} without {@code retry}. */
    public int maxAttempts() {
        return options.maxAttempts;
    }

    public Duration backoff() {
        return options.backoff;
    }

    public Duration maxBackoff() {
        return options.maxBackoff;
    }

    public Duration lease() {
        return options.lease;
    }

    public int maxInFlight() {
        return options.maxInFlight;
    }

    public JoinListener listener() {
        return options.listener;
    }
}
