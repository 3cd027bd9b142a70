package dev.joiner.internal.spec;

import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.engine.HandOverScope;
import dev.joiner.spi.JoinState.Join;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a spec, and what they are given of a join.
 *
 * @param <K> the keys
 * @param <V> the values
 * @param <H> what handlers are given
 * @param <R> what {@code process} returns
 */
public record Handlers<K, V, H, R>(
        View<V, H> view,
        JoinSpec.Processor<K, ? super H, ? extends R> process,
        JoinSpec.@Nullable Handler<K, ? super H> onExpired,
        JoinSpec.@Nullable Handler<K, ? super H> onPoisoned) {

    /** What handlers are given of a join. */
    @FunctionalInterface
    public interface View<V, H> {
        /**
         * Shows a join.
         *
         * @param key for the messages of exceptions
         * @param isOver whether the hand-over has ended, so that nothing of the join may be read any more
         */
        H of(Object key, Join<V> join, BooleanSupplier isOver);
    }

    /** Returns the same handlers, each called within a scope. */
    Handlers<K, V, H, R> within(HandOverScope scope) {
        return new Handlers<>(
                view,
                (value, handOver) -> scope.call(handOver, () -> process.process(value, handOver)),
                within(scope, onExpired),
                within(scope, onPoisoned));
    }

    private static <K, H> JoinSpec.@Nullable Handler<K, H> within(
            HandOverScope scope, JoinSpec.@Nullable Handler<K, H> handler) {
        if (handler == null) {
            return null;
        }
        return (value, handOver) -> scope.call(handOver, () -> {
            handler.handle(value, handOver);
            return true;
        });
    }

    /** Calls {@code process}. */
    public R process(Join<V> join, HandOver<K> handOver, BooleanSupplier isOver) throws Exception {
        return process.process(view.of(handOver.key(), join, isOver), handOver);
    }

    /** Calls {@code onExpired}, which there must be. */
    public void expired(Join<V> join, HandOver<K> handOver, BooleanSupplier isOver) throws Exception {
        handle(onExpired, join, handOver, isOver);
    }

    /** Calls {@code onPoisoned}, which there must be. */
    public void poisoned(Join<V> join, HandOver<K> handOver, BooleanSupplier isOver) throws Exception {
        handle(onPoisoned, join, handOver, isOver);
    }

    private void handle(
            JoinSpec.@Nullable Handler<K, ? super H> handler,
            Join<V> join,
            HandOver<K> handOver,
            BooleanSupplier isOver)
            throws Exception {
        Objects.requireNonNull(handler).handle(view.of(handOver.key(), join, isOver), handOver);
    }
}
