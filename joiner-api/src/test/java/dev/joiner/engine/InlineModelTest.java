package dev.joiner.engine;

import dev.joiner.ContentionException;
import dev.joiner.Outcome;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.engine.JoinModel.Message;
import dev.joiner.engine.JoinModel.Options;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.explorer.PartTable;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random events through the inline driver, compared with the model that the explorer's core is compared with. */
class InlineModelTest {
    private static final String KEY = "k";
    /** So few that what larger joins leave is removed in several steps. */
    private static final int PARTS_AT_ONCE = 2;

    private static final int SEQUENCES = 20_000;

    /** What each call of a handler does: drawn once, for both. */
    private enum Call {
        RETURNS,
        THROWS
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Walk implements InlineJoiner.Host<String, String, String> {
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
        private final boolean keepsApart;
        private PartTable parts = PartTable.EMPTY;
        /** What the driver has handed over, and the model. */
        private final List<String> handed = new ArrayList<>();

        private final List<String> expected = new ArrayList<>();
        private long now = JoinModel.START;
        private int letters;

        Walk(long seed) {
            random = new SplittableRandom(seed);
            Options drawn = Options.draw(random);
            while (drawn.atMostOnce()) {
                drawn = Options.draw(random);
            }
            options = drawn;
            keepsApart = random.nextBoolean();
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
            SpecFunctions<Message, String, String, String> functions =
                    SpecFunctions.of(options.spec(() -> model.needed, (word, handOver) -> {
                        handed.add(word);
                        if (call(called++) == Call.THROWS) {
                            throw new Refused();
                        }
                    }));
            joiner = new InlineJoiner<>(
                    functions, new Transition<>(functions, PARTS_AT_ONCE), InstantSource.system(), claims);
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
                boolean isRefused = refused(() -> {
                    boolean more = joiner.due(KEY, state, now, OnException.RETRY, this, tally);
                    if (random.nextBoolean()) {
                        while (more) {
                            more = joiner.removeParts(KEY, state, now, this);
                        }
                    }
                });
                expect(isRefused, sweepAll());
            } else if (event == 7) {
                story.append("release");
                boolean isRefused = refused(() -> joiner.release(KEY, state, now, OnException.RETRY, this));
                expect(isRefused, releaseAll());
            } else if (event == 8) {
                story.append("drop");
                joiner.drop(KEY, state, now, this);
                model.drop();
            } else {
                model.needed = Math.max(1, model.needed - 1);
                story.append("the spec asks for ").append(model.needed);
                boolean isRefused = refused(() -> joiner.reexamine(KEY, state, now, OnException.RETRY, this, tally));
                Verdict verdict = model.reexamine();
                handOver();
                expect(isRefused, verdict == null);
            }
        }

        @Override
        public void write(String key, @Nullable JoinState<String> next, PartsChange change) {
            Versioned<String> stored = PartTable.asStored(next == null ? null : Versioned.of(1, next));
            state = stored == null ? null : stored.state();
            parts = parts.after(change);
            hasWritten = true;
        }

        @Override
        public boolean collects() {
            return keepsApart;
        }

        @Override
        public PartReader parts(String key) {
            return PartReader.of(parts::read);
        }

        @Override
        public @Nullable Long present(String key, Collection<Long> numbers, String id) {
            return parts.present(numbers, List.of(id)).get(id);
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
            boolean isRefused =
                    refused(() -> outcome[0] = joiner.message(KEY, state, message, now, OnException.RETRY, this));
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
                boolean isTaken = before < options.maxAttempts() && handed(join);
                if (!isTaken && attempt >= options.maxAttempts() && !options.parks()) {
                    expected.add(join.word);
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

        private boolean handed(JoinModel.Join join) {
            expected.add(join.word);
            return call(modelled++) == Call.RETURNS;
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
            JoinState<String> held = state == null ? null : gathered(state);
            String found = held == null ? "nothing" : text(held);
            String expected = model.open == null && model.inFlight.isEmpty() && !model.remembers ? "nothing" : text();
            expect(found, expected);
            expect(handed, this.expected);
            if (!options.collects() || !keepsApart) {
                expect(parts, PartTable.EMPTY);
            }
        }

        /** With its parts in it; null if there were only rests of joins that ended. */
        private @Nullable JoinState<String> gathered(JoinState<String> held) {
            JoinState<String> all = parts(KEY).gathered(held);
            expect(PartsChange.numbers(held), parts.rows().keySet());
            for (JoinState.Ended ended : held.ended()) {
                List<Part> left = parts.read(ended.number(), 0, Integer.MAX_VALUE);
                expect(left.size(), ended.rows());
                expect(left.stream().filter(part -> part.bytes() != null).count(), (long) ended.parts());
            }
            return all.open() == null && all.inFlight().isEmpty() && all.closed() == null ? null : all;
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
