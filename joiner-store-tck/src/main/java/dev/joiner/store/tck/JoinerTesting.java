package dev.joiner.store.tck;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A join under test: a joiner on a store in memory, with a clock that is set by hand. Everything runs on the thread that
 * calls, and nothing happens by itself.
 *
 * @param <M> the messages
 * @param <R> what {@code process} returns
 */
@NullMarked
public final class JoinerTesting<M, R> {
    /** When the clock begins. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final JoinStore<Object, ?> store;
    private final HandSetClock clock = new HandSetClock(START);
    private final Joiner<M, R> joiner;

    private <V> JoinerTesting(JoinSpec<M, V, R> spec, JoinStore<Object, V> store) {
        this.store = store;
        joiner = Joiner.create(spec, store, clock);
    }

    /** A joiner with nothing in its store. */
    public static <M, V, R> JoinerTesting<M, R> of(JoinSpec<M, V, R> spec) {
        return new JoinerTesting<>(spec, MapJoinStore.create());
    }

    public Joiner<M, R> joiner() {
        return joiner;
    }

    public HandSetClock clock() {
        return clock;
    }

    /** Accepts a message, for its outcome to be checked. What {@link Joiner#accept} throws passes through. */
    public Accepted<R> accept(M message) {
        return new Accepted<>(message, joiner.accept(message));
    }

    /** Lets time pass, and sweeps. */
    public SweepReport passes(Duration duration) {
        clock.advance(duration);
        return joiner.sweep();
    }

    /** Checks that no join waits, is in flight or is remembered. */
    public void isEmpty() {
        List<? extends Entry<Object, ?>> held = store.scan(null, 10).entries();
        if (!held.isEmpty()) {
            throw new AssertionError("expected nothing in the store, found " + held);
        }
    }

    /** A message that was accepted, and what became of it. */
    public static final class Accepted<R> {
        private final @Nullable Object message;
        private final Outcome<R> outcome;

        private Accepted(@Nullable Object message, Outcome<R> outcome) {
            this.message = message;
            this.outcome = outcome;
        }

        public Outcome<R> outcome() {
            return outcome;
        }

        /** Checks that the message completed a join, and that its hand-over returned this. */
        public void isJoined(@Nullable R result) {
            if (!(outcome instanceof Outcome.Joined<R> joined && Objects.equals(joined.result(), result))) {
                throw new AssertionError("expected " + message + " to join to " + result + ", found " + outcome);
            }
        }

        /** Checks that the message waits for others. */
        public void isIncomplete() {
            is(Outcome.Incomplete.class);
        }

        /** Checks that the message had been counted before. */
        public void isDuplicate() {
            is(Outcome.Duplicate.class);
        }

        /** Checks that the message came after its join. */
        public void isLate() {
            is(Outcome.Late.class);
        }

        @SuppressWarnings("rawtypes")
        private void is(Class<? extends Outcome> expected) {
            if (!expected.isInstance(outcome)) {
                throw new AssertionError(
                        "expected " + message + " to be " + expected.getSimpleName() + ", found " + outcome);
            }
        }
    }
}
