package dev.joiner;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.Versioned;
import org.jspecify.annotations.Nullable;

/** A key, what one call last knew to be under it, and what the call wants to be there next. */
final class Cursor<V> {
    final Object key;

    @Nullable
    Versioned<V> held;
    /** Whether {@code held} was read from the store by the work that is going on, so that it is no guess. */
    boolean fresh;

    @Nullable
    Versioned<V> next;

    Cursor(Object key, @Nullable Versioned<V> held, boolean fresh) {
        this.key = key;
        this.held = held;
        this.fresh = fresh;
    }

    @Nullable
    JoinState<V> state() {
        return held == null ? null : held.state();
    }

    void read(@Nullable Versioned<V> found) {
        held = found;
        fresh = true;
    }
}
