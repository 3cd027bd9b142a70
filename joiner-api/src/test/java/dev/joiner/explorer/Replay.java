package dev.joiner.explorer;

import dev.joiner.DeterministicJoiner;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.StoreException;
import dev.joiner.explorer.Effect.Receiver;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of an operation on a fresh joiner, whose effects are answered from a log; it is unwound at the first effect
 * that the log does not answer.
 */
final class Replay implements JoinStore<Object, String>, InstantSource {
    /** More than any operation draws. */
    static final long NUMBERS = 1_000;

    /** Unwinds the run. The joiner has to survive whatever a handler throws, so each further effect throws it again. */
    private static final class Suspended extends Error {
        private static final long serialVersionUID = 1L;
        static final Suspended INSTANCE = new Suspended();

        private Suspended() {
            super("suspended", null, false, false);
        }
    }

    private static final class HandlerFailed extends Exception {
        private static final long serialVersionUID = 1L;
        static final HandlerFailed INSTANCE = new HandlerFailed();

        private HandlerFailed() {
            super("the handler failed", null, false, false);
        }
    }

    private final List<Answer> log;
    private final Function<Effect, @Nullable Answer> immediate;
    private int answered;
    private long numbers;
    private @Nullable Effect awaited;
    private @Nullable Object returned;
    private @Nullable Throwable thrown;

    /**
     * @param numbers where the random numbers begin
     * @param immediate answers effects that nothing can come before; null for those that have to wait
     */
    Replay(long numbers, List<Answer> log, Function<Effect, @Nullable Answer> immediate) {
        this.numbers = numbers;
        this.log = new ArrayList<>(log);
        this.immediate = immediate;
    }

    void run(JoinSpec<String, String, String> spec, Operation operation) {
        Joiner<String, String> joiner = DeterministicJoiner.create(spec, this, this, () -> ++numbers);
        try {
            returned = operation.call(joiner);
        } catch (Suspended e) {
            return;
        } catch (Throwable e) { // it is for the promises to say what may be thrown
            thrown = e;
        }
    }

    List<Answer> log() {
        return List.copyOf(log);
    }

    /** The effect that the operation waits for; null if it has ended. */
    @Nullable
    Effect awaited() {
        return awaited;
    }

    /** What the operation threw or else returned. */
    Object outcome() {
        if (thrown != null) {
            return thrown;
        }
        if (returned == null) {
            throw new IllegalStateException("the operation has not ended");
        }
        return returned;
    }

    private Answer ask(Effect effect) {
        if (awaited != null) {
            throw Suspended.INSTANCE;
        }
        if (answered == log.size()) {
            Answer answer = immediate.apply(effect);
            if (answer == null) {
                awaited = effect;
                throw Suspended.INSTANCE;
            }
            log.add(answer);
        }
        Answer answer = log.get(answered++);
        if (answer instanceof Answer.StoreFailed) {
            throw new StoreException("the store failed");
        }
        return answer;
    }

    /** Time does not go on between two looks at the clock, unless there is another effect between them. */
    @Override
    public Instant instant() {
        if (awaited != null) {
            throw Suspended.INSTANCE;
        }
        Answer answer =
                answered > 0 && log.get(answered - 1) instanceof Answer.Time time ? time : ask(new Effect.Clock());
        return Instant.ofEpochMilli(((Answer.Time) answer).millis());
    }

    @Override
    public @Nullable Versioned<String> guess(Object key) {
        return ((Answer.Holds) ask(new Effect.Guess())).held();
    }

    @Override
    public @Nullable Versioned<String> find(Object key) {
        return ((Answer.Holds) ask(new Effect.Find())).held();
    }

    @Override
    public Exchange<String> compareAndExchange(
            Object key, @Nullable Versioned<String> expected, @Nullable Versioned<String> next) {
        Answer.Exchanged answer = (Answer.Exchanged) ask(new Effect.Exchange(expected, next));
        return new Exchange<>(answer.won(), answer.witness());
    }

    @Override
    public List<Entry<Object, String>> due(Instant now, int limit) {
        Versioned<String> due = ((Answer.Holds) ask(new Effect.Due(now.toEpochMilli()))).held();
        return due == null ? List.of() : List.of(new Entry<>(Setting.KEY, due));
    }

    void handOver(Receiver receiver, String word, HandOver handOver) throws HandlerFailed {
        Effect effect = new Effect.HandOver(
                receiver, word, handOver.cause(), handOver.attempt(), handOver.parts(), handOver.token());
        if (ask(effect) instanceof Answer.Threw) {
            throw HandlerFailed.INSTANCE;
        }
    }

    @Override
    public Page<Object, String> scan(@Nullable String cursor, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long size() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
