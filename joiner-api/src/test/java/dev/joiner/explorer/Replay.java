package dev.joiner.explorer;

import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.StoreException;
import dev.joiner.explorer.Answer.Disturbance;
import dev.joiner.explorer.Effect.Receiver;
import dev.joiner.internal.driver.DeterministicJoiner;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of an operation on a fresh joiner, whose effects are answered from a log; it is unwound at the first effect
 * that the log does not answer.
 */
final class Replay implements JoinStore<String, String>, InstantSource {
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
    private final boolean keepsPartsApart;
    private int answered;
    private long numbers;
    private @Nullable KeyedJoiner<String, String, String, String> joiner;
    private @Nullable Effect awaited;
    private @Nullable Object returned;
    private @Nullable Throwable thrown;
    private boolean isInterrupted;

    /**
     * @param numbers where the random numbers begin
     * @param keepsPartsApart whether the store does
     * @param immediate answers effects that nothing can come before; null for those that have to wait
     */
    Replay(long numbers, boolean keepsPartsApart, List<Answer> log, Function<Effect, @Nullable Answer> immediate) {
        this.numbers = numbers;
        this.keepsPartsApart = keepsPartsApart;
        this.log = new ArrayList<>(log);
        this.immediate = immediate;
    }

    void run(JoinSpec<String, String, String, String> spec, Operation operation) {
        KeyedJoiner<String, String, String, String> run = DeterministicJoiner.create(spec, this, this, () -> ++numbers);
        joiner = run;
        if (operation.isInterrupted()) {
            Thread.currentThread().interrupt();
        }
        try {
            returned = operation.call(run);
        } catch (Suspended e) {
            return;
        } catch (Throwable e) { // it is for the promises to say what may be thrown
            thrown = e;
        } finally {
            isInterrupted = Thread.interrupted();
        }
    }

    /** Whether the operation left its thread interrupted. */
    boolean leftInterrupted() {
        return isInterrupted;
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
        Answer.Time known = lastTime();
        return Instant.ofEpochMilli((known == null ? (Answer.Time) ask(new Effect.Clock()) : known).millis());
    }

    private Answer.@Nullable Time lastTime() {
        for (int i = answered - 1; i >= 0; i--) {
            if (log.get(i) instanceof Answer.Time time) {
                return time;
            }
            if (!(log.get(i) instanceof Answer.Look)) {
                return null;
            }
        }
        return null;
    }

    @Override
    public @Nullable Versioned<String> guess(String key) {
        return ((Answer.Holds) ask(new Effect.Guess())).held();
    }

    @Override
    public @Nullable Versioned<String> find(String key) {
        return ((Answer.Holds) ask(new Effect.Find())).held();
    }

    @Override
    public Exchange<String> compareAndExchange(
            String key, @Nullable Versioned<String> expected, @Nullable Versioned<String> next) {
        Answer.Exchanged answer = (Answer.Exchanged) ask(new Effect.Exchange(expected, next));
        if (!answer.present().isEmpty()) {
            return Exchange.present(answer.present());
        }
        return answer.won() ? Exchange.written() : Exchange.lost(answer.witness());
    }

    @Override
    public boolean collects() {
        return keepsPartsApart;
    }

    @Override
    public List<Part> parts(String key, long number, int from, int limit) {
        return ((Answer.Parts) ask(new Effect.Parts(number, from, limit))).parts();
    }

    @Override
    public Map<String, Long> present(String key, Collection<Long> numbers, Collection<String> ids) {
        return ((Answer.Present) ask(new Effect.Present(Set.copyOf(numbers), Set.copyOf(ids)))).ids();
    }

    @Override
    public List<Due<String>> due(Instant from, Instant upTo, int limit) {
        Answer.Look look = (Answer.Look) ask(new Effect.Due(from.toEpochMilli(), upTo.toEpochMilli()));
        // Since when does not matter to a sweep, as long as it was due when that began.
        return look.isDue() ? List.of(Due.of(Setting.KEY, from.toEpochMilli(), 0)) : List.of();
    }

    void handOver(Receiver receiver, String word, HandOver<String> handOver) throws Exception {
        Effect effect = new Effect.HandOver(
                receiver, word, handOver.cause(), handOver.attempt(), handOver.parts(), handOver.token());
        Answer answer = ask(effect);
        if (answer instanceof Answer.Threw) {
            throw HandlerFailed.INSTANCE;
        }
        if (answer instanceof Answer.Interrupted) {
            Thread.currentThread().interrupt();
            Thread.sleep(1); // throws, as it would have while it slept
        }
        Disturbance disturbance = ((Answer.Returned) answer).disturbance();
        if (disturbance == Disturbance.INTERRUPT) {
            Thread.currentThread().interrupt();
        } else if (disturbance == Disturbance.CLOSE) {
            DeterministicJoiner.beginToClose(Objects.requireNonNull(joiner));
        }
    }

    @Override
    public Page<String, String> scan(@Nullable String cursor, int limit) {
        Versioned<String> held = find(Setting.KEY);
        return new Page<>(held == null ? List.of() : List.of(new Entry<>(Setting.KEY, held)), null);
    }

    @Override
    public long size() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
