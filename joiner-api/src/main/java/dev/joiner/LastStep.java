package dev.joiner;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.Step;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One event on one key, and the step it came to at the last try; earlier tries saw states that were not there. */
abstract class LastStep<V> implements Exchanger.Rewrite<V> {
    private @Nullable Step<V> step;

    static <V> LastStep<V> of(Function<@Nullable JoinState<V>, Step<V>> event) {
        return new LastStep<>() {
            @Override
            Step<V> step(@Nullable JoinState<V> state) {
                return event.apply(state);
            }
        };
    }

    abstract Step<V> step(@Nullable JoinState<V> state);

    @Override
    public final @Nullable JoinState<V> of(@Nullable JoinState<V> state) {
        step = step(state);
        return step.next();
    }

    Step<V> get() {
        return Objects.requireNonNull(step);
    }

    /** Whether there was a try, and it was to take the key out. */
    boolean removesKey() {
        return step != null && step.next() == null && !step.removed().isEmpty();
    }
}
