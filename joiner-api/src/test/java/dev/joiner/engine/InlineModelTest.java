package dev.joiner.engine;

import dev.joiner.ContentionException;
import dev.joiner.Outcome;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.engine.JoinModel.Message;
import dev.joiner.engine.JoinModel.Options;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.spi.JoinState;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random events through the inline driver, compared with the model that the explorer's core is compared with. */
class InlineModelTest {
    private static final int SEQUENCES = 20_000;

    /** What each call of a handler does: drawn once, for both. */
    private enum Call {
        RETURNS,
        THROWS
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Walk {
        private final SplittableRandom random;
        private final Options options;
        private final JoinModel model;
        private final InlineJoiner<Message, String, String, String> joiner;
        private final StringBuilder story = new StringBuilder();
        private final List<Call> calls = new ArrayList<>();
        /** How many of them the driver has made, and the model. */
        private int called;

        private int modelled;
        private boolean hasWritten;
        private @Nullable JoinState<String> state;
        private long now = JoinModel.START;
        private int letters;

        Walk(long seed) {
            random = new SplittableRandom(seed);
            Options drawn = Options.draw(random);
            while (drawn.atMostOnce()) {
                drawn = Options.draw(random);
            }
            options = drawn;
            model = new JoinModel(options, random.nextInt(1, 5));
            RandomGenerator claims = new RandomGenerator() {
                @Override
                public long nextLong() {
                    return random.nextLong();
                }

                @Override
                public double nextDouble() {
                    return 0.5;
                }
            };
            joiner = InlineJoiner.of(
                    options.spec(() -> model.needed, (word, handOver) -> {
                        if (call(called++) == Call.THROWS) {
                            throw new Refused();
                        }
                    }),
                    InstantSource.system(),
                    claims);
        }

        private Call call(int index) {
            while (calls.size() <= index) {
                calls.add(random.nextInt(3) == 0 ? Call.THROWS : Call.RETURNS);
            }
            return calls.get(index);
        }

        void run() {
            for (int steps = random.nextInt(1, 40); steps > 0; steps--) {
                now += random.nextInt(3) == 0 ? random.nextInt(60) : 0;
                called = 0;
                calls.clear();
                model.begin(now, 1_000);
                story.append("\nat ").append(now).append(": ");
                step(random.nextInt(10));
                story.append(' ').append(calls);
                check();
            }
        }

        private void step(int event) {
            Tally tally = new Tally(joiner.functions());
            if (event < 5) {
                message();
            } else if (event < 7) {
                story.append("due");
                boolean isRefused = refused(() -> joiner.due("k", state, now, OnException.RETRY, this::write, tally));
                expect(isRefused, sweepAll());
            } else if (event == 7) {
                story.append("release");
                boolean isRefused = refused(() -> joiner.release("k", state, now, OnException.RETRY, this::write));
                expect(isRefused, releaseAll());
            } else if (event == 8) {
                story.append("drop");
                joiner.drop("k", state, now, this::write);
                model.drop();
            } else {
                model.needed = Math.max(1, model.needed - 1);
                story.append("the spec asks for ").append(model.needed);
                boolean isRefused =
                        refused(() -> joiner.reexamine("k", state, now, OnException.RETRY, this::write, tally));
                Verdict verdict = model.reexamine();
                handOver();
                expect(isRefused, verdict == null);
            }
        }

        private void write(String key, @Nullable JoinState<String> next) {
            state = next;
            hasWritten = true;
        }

        private static boolean refused(Runnable event) {
            try {
                event.run();
                return false;
            } catch (ContentionException e) {
                return true;
            }
        }

        private void message() {
            String id = options.ids()
                    ? String.valueOf((char) (JoinModel.FIRST_LETTER + random.nextInt(letters + 1)))
                    : null;
            Message message = new Message((char) (JoinModel.FIRST_LETTER + letters++), id);
            story.append(message);
            Outcome<?>[] outcome = new Outcome<?>[1];
            boolean isRefused = refused(
                    () -> outcome[0] = joiner.message("k", state, message, now, OnException.RETRY, this::write));
            Verdict verdict = model.accept(message, true, true);
            handOver();
            expect(isRefused, verdict == null);
            if (verdict != null) {
                expect(outcome[0] instanceof Outcome.Duplicate, verdict == Verdict.DUPLICATE);
                expect(outcome[0] instanceof Outcome.Late, verdict == Verdict.LATE);
                expect(outcome[0] instanceof Outcome.Unchanged, verdict == Verdict.UNCHANGED);
                expect(outcome[0] instanceof Outcome.Incomplete, verdict == Verdict.MERGED);
            }
        }

        /** Whether the model refuses the event as the very first step does. */
        private boolean sweepAll() {
            Verdict verdict = model.sweep(false);
            if (verdict == null) {
                return true;
            }
            handOver();
            boolean more = true;
            while (more) {
                model.begin(now, 1_000);
                Verdict next = model.sweep(true);
                more = next == Verdict.CLAIMED;
                handOver();
            }
            return false;
        }

        private boolean releaseAll() {
            List<JoinModel.Join> old = new ArrayList<>(model.inFlight);
            boolean isFirst = true;
            while (true) {
                model.begin(now, 1_000);
                List<JoinModel.Join> left = old;
                Verdict verdict = model.release(join -> left.stream().anyMatch(each -> each == join));
                if (verdict != Verdict.CLAIMED) {
                    return isFirst && verdict == null;
                }
                isFirst = false;
                old = new ArrayList<>(old);
                old.removeAll(model.given);
                handOver();
            }
        }

        /** Calls the handlers of what the model gave out, as they were drawn. */
        private void handOver() {
            for (JoinModel.Join join : List.copyOf(model.given)) {
                boolean isAlone = join.state == JoinModel.State.CLAIMED_ALONE;
                int before = join.attempts - (isAlone ? 1 : 0);
                int attempt = Math.min(before + 1, options.maxAttempts());
                boolean isTaken = before < options.maxAttempts() && call(modelled++) == Call.RETURNS;
                if (!isTaken && attempt >= options.maxAttempts() && !options.parks()) {
                    isTaken = call(modelled++) == Call.RETURNS;
                }
                if (isTaken) {
                    model.returned(join.claim);
                } else {
                    model.threw(join.claim, now + backoff(attempt));
                }
            }
            model.given.clear();
        }

        private long backoff(int attempt) {
            double whole = Math.min(options.backoff() * Math.pow(2, attempt - 1), (double) options.maxBackoff());
            return Math.max(1, (long) (whole * 0.75));
        }

        private void check() {
            modelled = 0;
            if (hasWritten) {
                model.forget();
                hasWritten = false;
            }
            JoinState<String> held = state;
            String found = held == null ? "nothing" : text(held);
            String expected = model.open == null && model.inFlight.isEmpty() && !model.remembers ? "nothing" : text();
            expect(found, expected);
        }

        private static String text(JoinState<String> held) {
            StringBuilder text = new StringBuilder();
            if (held.open() != null) {
                text.append("open ").append(held.open().value());
            }
            held.inFlight()
                    .forEach(flight -> text.append(", ")
                            .append(flight.join().value())
                            .append(' ')
                            .append(flight.status())
                            .append(' ')
                            .append(flight.attempts())
                            .append(" due ")
                            .append(flight.dueAt()));
            return text.append(
                            held.closed() == null
                                    ? ""
                                    : ", closed until " + held.closed().dueAt())
                    .toString();
        }

        private String text() {
            StringBuilder text = new StringBuilder();
            if (model.open != null) {
                text.append("open ").append(model.open.word);
            }
            model.inFlight.forEach(join -> text.append(", ")
                    .append(join.word)
                    .append(' ')
                    .append(join.state)
                    .append(' ')
                    .append(join.attempts)
                    .append(" due ")
                    .append(join.dueAt));
            return text.append(model.remembers ? ", closed until " + model.rememberedUntil() : "")
                    .toString();
        }

        private void expect(Object found, Object expected) {
            if (!Objects.equals(found, expected)) {
                throw new AssertionError("found " + found + ", the model says " + expected + "\n" + options + story);
            }
        }
    }

    @Test
    void randomEventsAgreeWithTheModel() {
        long first = Long.getLong("seed", System.nanoTime());
        for (long seed = first; seed < first + SEQUENCES; seed++) {
            try {
                new Walk(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dseed=" + seed + " replays this: " + e.getMessage(), e);
            }
        }
    }
}
