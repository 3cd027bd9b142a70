package dev.joiner.internal.spec;

import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.engine.HandOverScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a spec: what was given to its builder, checked. Users see a {@link JoinSpec}, which has none of this.
 *
 * @param collecting null unless the spec collects
 * @param retry null unless it was set
 */
public record Spec<M, K, V, R>(
        String name,
        Function<? super M, ? extends K> keyedBy,
        JoinSpec.Merge<? super M, V> mergedBy,
        JoinSpec.Sufficiency<? super V> sufficientWhen,
        @Nullable CollectOption<M, ?> collecting,
        Handlers<K, V, ?, R> handlers,
        @Nullable Consumer<? super V> onIncomplete,
        JoinSpec.@Nullable Missing<? super V> missing,
        @Nullable Function<? super M, ?> identifiedBy,
        @Nullable Duration idsKept,
        @Nullable Duration rememberFor,
        @Nullable Consumer<? super M> onLate,
        @Nullable Duration expireAfter,
        @Nullable Duration expireAfterIdle,
        @Nullable Function<? super V, @Nullable Instant> expireAt,
        boolean joinOnExpiry,
        boolean keepAfterJoin,
        boolean atMostOnce,
        @Nullable Retry retry,
        boolean parkPoisoned,
        Duration lease,
        int maxInFlight,
        @Nullable JoinListener listener)
        implements JoinSpec<M, K, V, R> {

    /** How often a hand-over is begun, and how long a failed one waits. */
    public record Retry(int maxAttempts, Duration backoff, Duration maxBackoff) {
        /** What holds without {@code retry}. */
        public static final Retry WITHOUT_END =
                new Retry(Integer.MAX_VALUE, Duration.ofSeconds(1), Duration.ofMinutes(1));
    }

    /** The retry that was set, or the default. */
    public Retry retries() {
        return retry == null ? Retry.WITHOUT_END : retry;
    }

    @Override
    public Spec<M, K, V, R> withListener(JoinListener added) {
        Objects.requireNonNull(added, "withListener");
        return with(handlers, listener == null ? added : new BothListeners(listener, added));
    }

    @Override
    public Spec<M, K, V, R> withHandlerScope(HandOverScope scope) {
        Objects.requireNonNull(scope, "withHandlerScope");
        return with(handlers.within(scope), listener);
    }

    private Spec<M, K, V, R> with(Handlers<K, V, ?, R> otherHandlers, @Nullable JoinListener otherListener) {
        return new Spec<>(
                name,
                keyedBy,
                mergedBy,
                sufficientWhen,
                collecting,
                otherHandlers,
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
                otherListener);
    }

    /** The name and the options that are not functions. */
    @Override
    public String toString() {
        List<String> options = new ArrayList<>();
        if (identifiedBy != null) {
            options.add("identifiedBy" + (idsKept == null ? "" : "=" + idsKept));
        }
        add(options, "rememberFor", rememberFor);
        add(options, "expireAfter", expireAfter);
        add(options, "expireAfterIdle", expireAfterIdle);
        flag(options, "expireAt", expireAt != null);
        flag(options, "joinOnExpiry", joinOnExpiry);
        if (collecting != null) {
            options.add("collecting"
                    + (collecting.atMost() == Integer.MAX_VALUE ? "" : "=" + collecting.atMost())
                    + (collecting.bytesAtMost() == Long.MAX_VALUE ? "" : "/" + collecting.bytesAtMost() + " bytes"));
        }
        flag(options, "keepAfterJoin", keepAfterJoin);
        flag(options, "atMostOnce", atMostOnce);
        if (retry != null) {
            options.add("retry=" + retry.maxAttempts + "/" + retry.backoff + "/" + retry.maxBackoff);
        }
        flag(options, "parkPoisoned", parkPoisoned);
        options.add("lease=" + lease);
        options.add("maxInFlight=" + maxInFlight);
        return "JoinSpec[" + name + ", " + String.join(", ", options) + "]";
    }

    private static void add(List<String> options, String name, @Nullable Duration duration) {
        Optional.ofNullable(duration).ifPresent(set -> options.add(name + "=" + set));
    }

    private static void flag(List<String> options, String name, boolean isSet) {
        if (isSet) {
            options.add(name);
        }
    }
}
