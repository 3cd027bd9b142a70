package dev.joiner;

import dev.joiner.engine.HandOverScope;
import dev.joiner.internal.Text;
import dev.joiner.internal.spec.CollectOption;
import dev.joiner.internal.spec.Handlers;
import dev.joiner.internal.spec.Handlers.View;
import dev.joiner.internal.spec.NeedsParts;
import dev.joiner.internal.spec.Spec;
import dev.joiner.internal.spec.Spec.Retry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Defines a join: which messages belong together, how they are merged, when the result is whole, and who receives it.
 *
 * <p>Immutable, and as thread-safe as the functions that it is given. Built in stages: {@link #joining(Class)},
 * {@code keyedBy}, {@code mergedBy}, {@code sufficientWhen}, then any options, then {@link Builder#build()}.
 *
 * <p>Defaults: the result is the merged value; a join waits forever; a key is forgotten with its join; a hand-over that throws
 * is retried without limit (after 1 second, doubling up to 1 minute); a lease is 1 minute; 64 joins of one key may be in
 * flight.
 *
 * <p>The key, merge, sufficiency, id and expiry functions must be pure: when two nodes meet on a key, they run again. What
 * they throw passes through {@link Joiner#accept}, and the store stays as it was.
 *
 * <pre>{@code
 * var spec = JoinSpec.joining(Order.class)
 *         .keyedBy(Order::id)
 *         .mergedBy(Order::merge)
 *         .sufficientWhen(Order::isWhole)
 *         .expireAfter(Duration.ofMinutes(10))
 *         .onExpired((order, handOver) -> deadLetters.add(order))
 *         .process(this::insert)
 *         .build();
 * }</pre>
 *
 * @param <M> the messages
 * @param <K> the keys
 * @param <V> the value that messages are merged into
 * @param <R> what {@code process} returns
 */
public sealed interface JoinSpec<M, K, V, R> permits Spec {

    /** The name that listeners, logs, metrics and exceptions carry. */
    String name();

    /**
     * Returns this spec with one more listener, which is told after those that it has. For code that is given a spec, such as an
     * integration with a system of metrics.
     */
    JoinSpec<M, K, V, R> withListener(JoinListener listener);

    /**
     * Returns this spec with a scope around each call of {@code process}, {@code onExpired} and {@code onPoisoned}: a span of a
     * trace, say. A scope that is set later is around those that were set before.
     */
    JoinSpec<M, K, V, R> withHandlerScope(HandOverScope scope);

    /** Merges a message into what is there. */
    @FunctionalInterface
    interface Merge<M, V> {
        /**
         * Returns the merged value, never null.
         *
         * @param pending what was merged so far, null for the first message of a join; must not be changed in place
         */
        V merge(M message, @Nullable V pending);
    }

    /** Receives whole joins, with what there is to know about the hand-over. */
    @FunctionalInterface
    interface Processor<K, V, R> {
        R process(V value, HandOver<K> handOver) throws Exception;
    }

    /** Receives whole joins. */
    @FunctionalInterface
    interface ValueProcessor<V, R> {
        R process(V value) throws Exception;
    }

    /** Receives joins that did not become whole, or that could not be processed. */
    @FunctionalInterface
    interface Handler<K, V> {
        void handle(V value, HandOver<K> handOver) throws Exception;
    }

    /**
     * Begins a spec.
     *
     * @param messages lets everything else be inferred, and gives the spec its default name; nothing checks messages against it
     */
    static <M> Joining<M> joining(Class<M> messages) {
        String name = Objects.requireNonNull(messages, "messages").getSimpleName();
        return new Joining<>(name.isEmpty() ? "join" : name);
    }

    /** Begins a spec for messages whose class has type parameters: {@code JoinSpec.<Event<Order>>joining()}. */
    static <M> Joining<M> joining() {
        return new Joining<>("join");
    }

    /** A spec that knows its messages. */
    final class Joining<M> {
        private final String name;

        private Joining(String name) {
            this.name = name;
        }

        /**
         * Sets what messages about one thing have in common.
         *
         * @param key returns the key of a message, never null; keys have {@code equals} and {@code hashCode}, and a String is
         *     1 to 500 bytes of UTF-8 without U+0000
         */
        public <K> Keyed<M, K> keyedBy(Function<? super M, ? extends K> key) {
            return new Keyed<>(name, Objects.requireNonNull(key, "keyedBy"));
        }
    }

    /** A spec that knows its key. */
    final class Keyed<M, K> {
        private final String name;
        private final Function<? super M, ? extends K> keyedBy;

        private Keyed(String name, Function<? super M, ? extends K> keyedBy) {
            this.name = name;
            this.keyedBy = keyedBy;
        }

        /**
         * Sets how a message goes into what is there.
         *
         * <p>A method reference says what the values are. Where {@code merge} is a lambda, use
         * {@link #mergedBy(Class, Merge)}, or {@code <List<Item>>mergedBy(...)} if their class has type parameters: the
         * compiler would take them for objects.
         */
        public <V> Merged<M, K, V> mergedBy(Merge<? super M, V> merge) {
            return new Merged<>(this, Objects.requireNonNull(merge, "mergedBy"));
        }

        /**
         * Sets how a message goes into what is there, by a lambda.
         *
         * @param values lets the compiler know what the values are; nothing checks them against it
         */
        public <V> Merged<M, K, V> mergedBy(Class<V> values, Merge<? super M, V> merge) {
            Objects.requireNonNull(values, "values");
            return mergedBy(merge);
        }
    }

    /** Says when a join is whole that collects. */
    @FunctionalInterface
    interface Sufficiency<V> {
        /**
         * Returns whether a join is whole.
         *
         * @param parts how many messages were merged into the value, and so how many parts were collected
         */
        boolean test(V value, int parts);
    }

    /** Says what a join lacks. */
    @FunctionalInterface
    interface Missing<V> {
        /**
         * Returns names, in the order in which they are shown.
         *
         * @param parts how many messages were merged into the value
         */
        Collection<String> of(V value, int parts);
    }

    /** A spec that knows its key and its merge. */
    final class Merged<M, K, V> {
        private final Keyed<M, K> keyed;
        private final Merge<? super M, V> mergedBy;

        private Merged(Keyed<M, K> keyed, Merge<? super M, V> mergedBy) {
            this.keyed = keyed;
            this.mergedBy = mergedBy;
        }

        /** Sets when a merged value is whole. Asked after each merge, and not again once it returned true. */
        public Builder<M, K, V, V, V> sufficientWhen(Predicate<? super V> sufficient) {
            Objects.requireNonNull(sufficient, "sufficientWhen");
            return new Builder<>(
                    keyed.name,
                    keyed.keyedBy,
                    mergedBy,
                    null,
                    (value, parts) -> sufficient.test(value),
                    (key, join, sight) -> join.value(),
                    (value, handOver) -> value);
        }

        /**
         * Keeps a part of each message beside the merged value, for joins of many messages: the value stays small (what is
         * expected, a sum), and handlers get the parts in the order of their arrival, as {@link Collected}.
         *
         * <p>{@code process} must be set. Not with {@code keepAfterJoin} or {@code atMostOnce}. A message does not go into a join
         * that failed.
         *
         * @param part returns the part of a message, never null; a message whose part cannot be written is refused alone
         * @param codec of the parts, on every store
         */
        public <P> CollectingMerge<M, K, V, P> collecting(Function<? super M, ? extends P> part, Codec<P> codec) {
            return new CollectingMerge<>(
                    this,
                    new CollectOption<>(
                            Objects.requireNonNull(part, "collecting"),
                            Objects.requireNonNull(codec, "collecting: codec")));
        }
    }

    /** A spec that knows its key, its merge, and what it collects beside the merged value. */
    final class CollectingMerge<M, K, V, P> {
        private final Merged<M, K, V> merged;
        private final CollectOption<M, P> collecting;

        private CollectingMerge(Merged<M, K, V> merged, CollectOption<M, P> collecting) {
            this.merged = merged;
            this.collecting = collecting;
        }

        /**
         * Sets when a join is whole, by its merged value and the number of its parts. Asked after each merge, and not again once it
         * returned true.
         */
        public Builder<M, K, V, Collected<V, P>, Collected<V, P>> sufficientWhen(Sufficiency<? super V> sufficient) {
            return new Builder<>(
                    merged.keyed.name,
                    merged.keyed.keyedBy,
                    merged.mergedBy,
                    collecting,
                    Objects.requireNonNull(sufficient, "sufficientWhen"),
                    collecting::of,
                    (collected, handOver) -> collected);
        }
    }

    /**
     * The options of a spec. Not thread-safe. Each option can be set once. {@link #build()} refuses options that contradict
     * each other, or that leave a value without a receiver.
     *
     * @param <M> the messages
     * @param <K> the keys
     * @param <V> the value that messages are merged into
     * @param <H> what handlers are given: the value, or {@link Collected} if the spec collects
     * @param <R> what {@code process} returns
     */
    final class Builder<M, K, V, H, R> {
        private static final int MAX_NAME_BYTES = 100;
        private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE - 1);

        private final Function<? super M, ? extends K> keyedBy;
        private final Merge<? super M, V> mergedBy;
        private final Sufficiency<? super V> sufficientWhen;
        private final View<V, H> view;
        private final Set<String> set = new HashSet<>();

        private @Nullable CollectOption<M, ?> collecting;
        private String name;
        private Processor<K, ? super H, ? extends R> process;
        private @Nullable Consumer<? super V> onIncomplete;
        private @Nullable Missing<? super V> missing;
        private @Nullable Function<? super M, ?> identifiedBy;
        private @Nullable Duration idsKept;
        private @Nullable Duration rememberFor;
        private @Nullable Consumer<? super M> onLate;
        private @Nullable Duration expireAfter;
        private @Nullable Duration expireAfterIdle;
        private @Nullable Function<? super V, @Nullable Instant> expireAt;
        private @Nullable Handler<K, ? super H> onExpired;
        private boolean joinOnExpiry;
        private boolean keepAfterJoin;
        private boolean atMostOnce;
        private @Nullable Retry retry;
        private @Nullable Handler<K, ? super H> onPoisoned;
        private boolean parkPoisoned;
        private Duration lease = Duration.ofMinutes(1);
        private int maxInFlight = 64;
        private @Nullable JoinListener listener;

        private Builder(
                String name,
                Function<? super M, ? extends K> keyedBy,
                Merge<? super M, V> mergedBy,
                @Nullable CollectOption<M, ?> collecting,
                Sufficiency<? super V> sufficientWhen,
                View<V, H> view,
                Processor<K, ? super H, ? extends R> process) {
            this.name = name;
            this.keyedBy = keyedBy;
            this.mergedBy = mergedBy;
            this.collecting = collecting;
            this.sufficientWhen = sufficientWhen;
            this.view = view;
            this.process = process;
        }

        /**
         * Names the join, for listeners, logs, metrics and exceptions. The default is the simple name of the messages' class.
         *
         * @param name 1 to 100 bytes of UTF-8
         */
        public Builder<M, K, V, H, R> named(String name) {
            setOnce("named");
            Objects.requireNonNull(name, "named");
            if (name.isBlank()) {
                throw new IllegalArgumentException("named is blank: \"" + name + "\"");
            }
            this.name = Text.checked("named", name, MAX_NAME_BYTES);
            return this;
        }

        /** Sets the handler of whole joins. It runs on the thread that calls the joiner, outside all locks. */
        public <T> Builder<M, K, V, H, T> process(ValueProcessor<? super H, ? extends T> process) {
            Objects.requireNonNull(process, "process");
            return process((value, handOver) -> process.process(value));
        }

        /** Sets the handler of whole joins, which also wants to know about the hand-over. */
        public <T> Builder<M, K, V, H, T> process(Processor<K, ? super H, ? extends T> process) {
            setOnce("process");
            // Only the type of what process returns changes, and nothing else of it is held: it is this very builder.
            @SuppressWarnings("unchecked")
            Builder<M, K, V, H, T> retyped = (Builder<M, K, V, H, T>) this;
            retyped.process = Objects.requireNonNull(process, "process");
            return retyped;
        }

        /** Sets a handler that sees the merged value after each message that leaves it waiting. What it throws passes through. */
        public Builder<M, K, V, H, R> onIncomplete(Consumer<? super V> handler) {
            setOnce("onIncomplete");
            onIncomplete = Objects.requireNonNull(handler, "onIncomplete");
            return this;
        }

        /**
         * Says what a value lacks, for people: {@link PendingJoin#missing()} and {@link HandOver#missing()} show it.
         *
         * @param missing returns names, in the order in which they are shown; asked when somebody looks
         */
        public Builder<M, K, V, H, R> missing(Function<? super V, ? extends Collection<String>> missing) {
            Objects.requireNonNull(missing, "missing");
            return missing((value, parts) -> missing.apply(value));
        }

        /** Says what a join lacks, as {@link #missing(Function)} does, by its value and the number of its messages. */
        public Builder<M, K, V, H, R> missing(Missing<? super V> missing) {
            setOnce("missing");
            this.missing = Objects.requireNonNull(missing, "missing");
            return this;
        }

        /**
         * Counts messages of one key with the same id once, as long as a join that has the id is held. A redelivery after the
         * join's hand-over begins a new join; to recognise it, say how long ids are
         * {@linkplain #identifiedBy(Function, Duration) kept}, or {@link #rememberFor} the key.
         *
         * @param id returns the id of a message, compared as text ({@code toString()}), 1 to 500 bytes of UTF-8; a message for
         *     which it returns null has none and always counts
         */
        public Builder<M, K, V, H, R> identifiedBy(Function<? super M, ?> id) {
            setOnce("identifiedBy");
            identifiedBy = Objects.requireNonNull(id, "identifiedBy");
            return this;
        }

        /**
         * Counts messages of one key with the same id once, until {@code kept} after the hand-over of the join that has the
         * id; messages with other ids are always accepted. Recommended: longer than the transport's longest redelivery.
         *
         * @param kept positive
         */
        public Builder<M, K, V, H, R> identifiedBy(Function<? super M, ?> id, Duration kept) {
            idsKept = positive("identifiedBy", kept);
            return identifiedBy(id);
        }

        /**
         * Closes a key once its join is claimed, until {@code duration} after the hand-over: messages that come then are
         * {@link Outcome.Late}. Recommended: longer than the transport's longest redelivery.
         *
         * @param duration positive
         */
        public Builder<M, K, V, H, R> rememberFor(Duration duration) {
            setOnce("rememberFor");
            rememberFor = positive("rememberFor", duration);
            return this;
        }

        /** Sets a handler that sees each message that is late. What it throws passes through. */
        public Builder<M, K, V, H, R> onLate(Consumer<? super M> handler) {
            setOnce("onLate");
            onLate = Objects.requireNonNull(handler, "onLate");
            return this;
        }

        /**
         * Expires a join {@code duration} after its first message. Needs {@link #onExpired} or {@link #joinOnExpiry}. Where
         * several expiries are set, the earliest counts; only {@link Joiner#sweep()} makes a join expire.
         *
         * @param duration positive
         */
        public Builder<M, K, V, H, R> expireAfter(Duration duration) {
            setOnce("expireAfter");
            expireAfter = positive("expireAfter", duration);
            return this;
        }

        /**
         * Expires a join {@code duration} after its last message. Needs {@link #onExpired} or {@link #joinOnExpiry}.
         *
         * @param duration positive
         */
        public Builder<M, K, V, H, R> expireAfterIdle(Duration duration) {
            setOnce("expireAfterIdle");
            expireAfterIdle = positive("expireAfterIdle", duration);
            return this;
        }

        /**
         * Expires a join when its data says so. Needs {@link #onExpired} or {@link #joinOnExpiry}.
         *
         * @param deadline asked after each merge; null leaves the deadline as it was
         */
        public Builder<M, K, V, H, R> expireAt(Function<? super V, @Nullable Instant> deadline) {
            setOnce("expireAt");
            expireAt = Objects.requireNonNull(deadline, "expireAt");
            return this;
        }

        /** Sets the handler of joins that expired or were evicted. If it throws, it is retried as {@link #retry} says. */
        public Builder<M, K, V, H, R> onExpired(Handler<K, ? super H> handler) {
            setOnce("onExpired");
            onExpired = Objects.requireNonNull(handler, "onExpired");
            return this;
        }

        /** Sends joins that expired or were evicted to {@code process}, incomplete as they are. */
        public Builder<M, K, V, H, R> joinOnExpiry() {
            setOnce("joinOnExpiry");
            joinOnExpiry = true;
            return this;
        }

        /**
         * Keeps a joined value, so that each further message that leaves it sufficient hands it over again (1:N joins). Needs
         * an expiry, at which a value that was handed over ends without a hand-over.
         */
        public Builder<M, K, V, H, R> keepAfterJoin() {
            setOnce("keepAfterJoin");
            keepAfterJoin = true;
            return this;
        }

        /**
         * Removes a join by the very write that completes it, before {@code process} runs: it is never handed over twice, and
         * perhaps not at all.
         */
        public Builder<M, K, V, H, R> atMostOnce() {
            setOnce("atMostOnce");
            atMostOnce = true;
            return this;
        }

        /** Limits the attempts of a hand-over as {@link #retry(int, Duration, Duration)} does, with the default backoff. */
        public Builder<M, K, V, H, R> retry(int maxAttempts) {
            return retry(maxAttempts, Retry.WITHOUT_END.backoff(), Retry.WITHOUT_END.maxBackoff());
        }

        /**
         * Limits the attempts of a hand-over as {@link #retry(int, Duration, Duration)} does, with a longest backoff of 1
         * minute, or {@code backoff} if that is longer.
         */
        public Builder<M, K, V, H, R> retry(int maxAttempts, Duration backoff) {
            Objects.requireNonNull(backoff, "retry: backoff");
            Duration cap = Retry.WITHOUT_END.maxBackoff();
            return retry(maxAttempts, backoff, backoff.compareTo(cap) > 0 ? backoff : cap);
        }

        /**
         * Limits the attempts of a hand-over. A failed attempt waits for {@code backoff}, doubled after each further one up to
         * {@code maxBackoff}, and each time shortened by a random part of up to a half. After the last attempt the join goes to
         * {@link #onPoisoned}, or is {@linkplain #parkPoisoned parked}; one of the two must be set.
         *
         * <p>An attempt counts once the handler began. If handlers may kill their process, set at least 2.
         *
         * @param maxAttempts at least 1
         * @param backoff positive
         * @param maxBackoff at least {@code backoff}
         */
        public Builder<M, K, V, H, R> retry(int maxAttempts, Duration backoff, Duration maxBackoff) {
            Objects.requireNonNull(backoff, "retry: backoff");
            Objects.requireNonNull(maxBackoff, "retry: maxBackoff");
            setOnce("retry");
            if (maxAttempts < 1) {
                throw new IllegalArgumentException("retry: maxAttempts is " + maxAttempts + ", must be at least 1");
            }
            if (maxBackoff.compareTo(backoff) < 0) {
                throw new IllegalArgumentException(
                        "retry: maxBackoff is " + maxBackoff + ", shorter than backoff " + backoff);
            }
            retry = new Retry(
                    maxAttempts, positive("retry: backoff", backoff), positive("retry: maxBackoff", maxBackoff));
            return this;
        }

        /** Sets the handler of joins whose last attempt threw. If it throws too, it is tried again. */
        public Builder<M, K, V, H, R> onPoisoned(Handler<K, ? super H> handler) {
            setOnce("onPoisoned");
            onPoisoned = Objects.requireNonNull(handler, "onPoisoned");
            return this;
        }

        /**
         * Keeps a join whose last attempt threw, until an operator {@linkplain KeyedJoiner#release releases} or
         * {@linkplain KeyedJoiner#drop drops} it. It blocks nothing meanwhile.
         */
        public Builder<M, K, V, H, R> parkPoisoned() {
            setOnce("parkPoisoned");
            parkPoisoned = true;
            return this;
        }

        /**
         * Limits how many parts a join may collect, and needs an expiry: a join that reached the limit would wait forever. A
         * message beyond it is refused with a {@link ValueTooLargeException}.
         *
         * @param parts at least 1
         */
        public Builder<M, K, V, H, R> collectAtMost(int parts) {
            return collectAtMost(parts, Long.MAX_VALUE);
        }

        /**
         * Limits what a join may collect as {@link #collectAtMost(int)} does, also in bytes.
         *
         * @param parts at least 1
         * @param bytes of all parts together, as their codec writes them; at least 1
         */
        public Builder<M, K, V, H, R> collectAtMost(int parts, long bytes) {
            setOnce("collectAtMost");
            if (parts < 1) {
                throw new IllegalArgumentException("collectAtMost: parts is " + parts + ", must be at least 1");
            }
            if (bytes < 1) {
                throw new IllegalArgumentException("collectAtMost: bytes is " + bytes + ", must be at least 1");
            }
            refuse(collecting == null, "collectAtMost needs collecting: nothing is collected");
            if (sufficientWhen instanceof NeedsParts needs && needs.atLeast() > parts) {
                throw new IllegalArgumentException("collectAtMost: parts is " + parts + ", and a join needs "
                        + needs.atLeast() + ": none would ever be whole");
            }
            collecting = Objects.requireNonNull(collecting).atMost(parts, bytes);
            return this;
        }

        /**
         * Sets how long a node may take for a hand-over before other nodes assume that it has died, and hand over again. Longer
         * than the longest hand-over plus the difference between the nodes' clocks.
         *
         * @param duration positive
         */
        public Builder<M, K, V, H, R> lease(Duration duration) {
            setOnce("lease");
            lease = positive("lease", duration);
            return this;
        }

        /**
         * Sets how many joins of one key may be in flight. A message that would complete one more is refused with a
         * {@link ContentionException}.
         *
         * @param max at least 1
         */
        public Builder<M, K, V, H, R> maxInFlight(int max) {
            setOnce("maxInFlight");
            if (max < 1) {
                throw new IllegalArgumentException("maxInFlight is " + max + ", must be at least 1");
            }
            maxInFlight = max;
            return this;
        }

        /** Sets the listener for join events. */
        public Builder<M, K, V, H, R> listener(JoinListener listener) {
            setOnce("listener");
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Builds the spec.
         *
         * @throws IllegalStateException if two options contradict each other, or one lacks another; names both
         */
        public JoinSpec<M, K, V, R> build() {
            String expiry = expireAfter != null
                    ? "expireAfter"
                    : expireAfterIdle != null ? "expireAfterIdle" : expireAt != null ? "expireAt" : null;
            if (expiry != null && onExpired == null && !joinOnExpiry) {
                throw new IllegalStateException(
                        expiry + " needs onExpired or joinOnExpiry: an expired join would have no receiver");
            }
            refuse(
                    onExpired != null && joinOnExpiry,
                    "onExpired and joinOnExpiry contradict: both would receive expired joins");
            refuse(
                    retry != null && onPoisoned == null && !parkPoisoned,
                    "retry needs onPoisoned or parkPoisoned: a join whose attempts are used up would have no receiver");
            refuse(
                    onPoisoned != null && parkPoisoned,
                    "onPoisoned and parkPoisoned contradict: both would receive poisoned joins");
            refuse(onPoisoned != null && retry == null, "onPoisoned needs retry: attempts without limit never end");
            refuse(parkPoisoned && retry == null, "parkPoisoned needs retry: attempts without limit never end");
            refuse(
                    keepAfterJoin && expiry == null,
                    "keepAfterJoin needs expireAfter, expireAfterIdle or expireAt: the value would stay forever");
            refuse(
                    keepAfterJoin && rememberFor != null,
                    "keepAfterJoin and rememberFor contradict: one goes on after a join, the other closes the key");
            refuse(
                    atMostOnce && retry != null,
                    "atMostOnce and retry contradict: a join is gone before its first attempt");
            refuse(
                    set.contains("collectAtMost") && expiry == null,
                    "collectAtMost needs expireAfter, expireAfterIdle or expireAt: a join that reached its limit would wait"
                            + " forever");
            refuse(
                    collecting != null && keepAfterJoin,
                    "collecting and keepAfterJoin contradict: what was collected is handed over once");
            refuse(
                    collecting != null && atMostOnce,
                    "collecting and atMostOnce contradict: what was collected is read while it is handed over");
            refuse(
                    collecting != null && !set.contains("process"),
                    "collecting needs process: what was collected can be read only by a handler");
            return new Spec<>(
                    name,
                    keyedBy,
                    mergedBy,
                    sufficientWhen,
                    collecting,
                    new Handlers<>(view, process, onExpired, onPoisoned),
                    onIncomplete,
                    missing,
                    identifiedBy,
                    idsKept,
                    rememberFor,
                    onLate,
                    expireAfter,
                    expireAfterIdle,
                    expireAt,
                    joinOnExpiry,
                    keepAfterJoin,
                    atMostOnce,
                    retry,
                    parkPoisoned,
                    lease,
                    maxInFlight,
                    listener);
        }

        private void setOnce(String option) {
            if (!set.add(option)) {
                throw new IllegalStateException(option + " is set twice");
            }
        }

        private static void refuse(boolean condition, String message) {
            if (condition) {
                throw new IllegalStateException(message);
            }
        }

        private static Duration positive(String option, Duration duration) {
            Objects.requireNonNull(duration, option);
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException(option + " is " + duration + ", must be positive");
            }
            // States keep milliseconds. Rounded up, as a positive duration must not become none.
            return duration.compareTo(LONGEST) >= 0
                    ? LONGEST
                    : Duration.ofMillis(duration.plusNanos(999_999).toMillis());
        }
    }
}
