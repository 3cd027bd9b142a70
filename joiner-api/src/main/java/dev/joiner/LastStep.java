package dev.joiner;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.Step;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One event on one key, and the step it came to at the last try; earlier tries saw states that were not there. */
final class LastStep<V> implements Exchanger.Rewrite<V> {
    private final Function<@Nullable JoinState<V>, Step<V>> event;
    private @Nullable Step<V> step;

    LastStep(Function<@Nullable JoinState<V>, Step<V>> event) {
        this.event = event;
    }

    @Override
    public @Nullable JoinState<V> of(@Nullable JoinState<V> state) {
        step = event.apply(state);
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
