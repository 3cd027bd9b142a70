package dev.joiner.internal.spec;

import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.engine.HandOverScope;
import dev.joiner.engine.Sight;
import dev.joiner.spi.JoinState.Join;
import java.util.Objects;
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
         * @param sight how what it has collected is read
         */
        H of(Object key, Join<V> join, Sight sight);
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
    public R process(Join<V> join, HandOver<K> handOver, Sight sight) throws Exception {
        return process.process(view.of(handOver.key(), join, sight), handOver);
    }

    /** Calls {@code onExpired}, which there must be. */
    public void expired(Join<V> join, HandOver<K> handOver, Sight sight) throws Exception {
        handle(onExpired, join, handOver, sight);
    }

    /** Calls {@code onPoisoned}, which there must be. */
    public void poisoned(Join<V> join, HandOver<K> handOver, Sight sight) throws Exception {
        handle(onPoisoned, join, handOver, sight);
    }

    private void handle(
            JoinSpec.@Nullable Handler<K, ? super H> handler, Join<V> join, HandOver<K> handOver, Sight sight)
            throws Exception {
        Objects.requireNonNull(handler).handle(view.of(handOver.key(), join, sight), handOver);
    }
}
