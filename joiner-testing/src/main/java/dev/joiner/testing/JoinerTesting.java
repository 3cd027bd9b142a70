package dev.joiner.testing;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A join under test: a joiner on a store in memory, with a clock that is set by hand. Everything runs on the thread that
 * calls, and nothing happens by itself.
 *
 * <pre>{@code
 * @Test
 * void halvesAreJoinedUnlessTheSecondIsLate() {
 *     var join = JoinerTesting.of(halves());
 *     join.accept("abc").isIncomplete();
 *     join.accept("abc").isDuplicate();
 *     join.accept("ade").isJoined("abcde");
 *     join.accept("xyz").isIncomplete();
 *     assertThat(join.passes(Duration.ofMinutes(10)).expired()).isEqualTo(1);
 *     join.isEmpty();
 * }
 * }</pre>
 *
 * <p>What an operator does, {@code find}, {@code release} and {@code drop}, is there through {@link #joiner()}.
 *
 * @param <M> the messages
 * @param <K> the keys
 * @param <V> the value that messages are merged into
 * @param <R> what {@code process} returns
 */
public final class JoinerTesting<M, K, V, R> {
    /** When the clock begins. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final JoinStore<K, V> store;
    private final HandSetClock clock;
    private final KeyedJoiner<M, K, V, R> joiner;

    private JoinerTesting(JoinSpec<M, K, V, R> spec, JoinStore<K, V> store, HandSetClock clock) {
        this.store = store;
        this.clock = clock;
        joiner = Joiner.create(spec, store, clock);
    }

    /** Creates a joiner with nothing in its store, which holds keys and values as they are. */
    public static <M, K, V, R> JoinerTesting<M, K, V, R> of(JoinSpec<M, K, V, R> spec) {
        return new JoinerTesting<>(spec, MapJoinStore.create(), new HandSetClock(START));
    }

    /**
     * Creates a joiner as {@link #of(JoinSpec)} does, of a spec that reads the clock itself, as with
     * {@link dev.joiner.merge.PartsMerge#waitFor(dev.joiner.merge.Part, Duration, InstantSource) waitFor}.
     *
     * @param spec makes the spec, with the joiner's clock
     */
    public static <M, K, V, R> JoinerTesting<M, K, V, R> of(
            Function<? super InstantSource, ? extends JoinSpec<M, K, V, R>> spec) {
        HandSetClock clock = new HandSetClock(START);
        return new JoinerTesting<>(spec.apply(clock), MapJoinStore.create(), clock);
    }

    /**
     * Creates a joiner with nothing in its store, in which each key and each value goes through its codec, as it does on a
     * database. A message whose key or value does not come back equal is refused with a {@link dev.joiner.CodecException}
     * that says what differs.
     */
    public static <M, K, V, R> JoinerTesting<M, K, V, R> of(
            JoinSpec<M, K, V, R> spec, KeyCodec<K> keys, Codec<V> values) {
        JoinStoreConfig<K, V> config = JoinStoreConfig.of("test", keys, values);
        return new JoinerTesting<>(spec, new EncodingStore<>(config, MapJoinStore.create()), new HandSetClock(START));
    }

    /** The joiner under test, for everything that has no short form here. */
    public KeyedJoiner<M, K, V, R> joiner() {
        return joiner;
    }

    /** The clock of the joiner. */
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
        List<Entry<K, V>> held = store.scan(null, 10).entries();
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

        /** What {@link Joiner#accept} returned. */
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

        /** Checks that the message left a value as it was that had been handed over before ({@code keepAfterJoin}). */
        public void isUnchanged() {
            is(Outcome.Unchanged.class);
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
