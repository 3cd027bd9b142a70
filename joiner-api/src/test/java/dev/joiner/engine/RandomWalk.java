package dev.joiner.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.engine.JoinModel.Message;
import dev.joiner.engine.JoinModel.Options;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.engine.Transition.Removal;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.PartList;
import dev.joiner.spi.StateCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A random sequence of events on one key with a random spec, through {@link Transition} and through {@link JoinModel}.
 * After each event both must agree, and the state must be sound.
 */
final class RandomWalk {
    private static final int MOST_LETTERS = 60; // each has a bit
    private static final StateCodec<String> CODEC = new StateCodec<>(Codec.string());
    private static final String LONG_ERROR = "x".repeat(499) + "\uD83D\uDE00";

    private final SplittableRandom random;
    private final Options options;
    private final Transition<Message, String, String> transition;
    private final JoinModel model;
    private final StringBuilder story = new StringBuilder();

    private @Nullable JoinState<String> state;
    /** What the drop under way takes out. */
    private @Nullable JoinState<String> dropped;

    private long now = JoinModel.START;
    private long nextClaim = 1;
    private final List<HandOver> handOvers = new ArrayList<>();

    private int letters;
    private final @Nullable String[] ids = new String[MOST_LETTERS];
    /** The letters of joins that were handed over for good, or dropped. */
    private long gone;
    /** How often the handler of each join has begun, but for what was given back or interrupted. */
    private final Map<String, Integer> begun = new HashMap<>();

    /** A handler that runs. Its claim may be lost by now. */
    private static final class HandOver {
        final Flight<String> flight;
        final String join;
        boolean poisoned;
        /** Whether it is a begin of the join's own handler. */
        boolean counts;

        HandOver(Flight<String> flight, String join) {
            this.flight = flight;
            this.join = join;
        }
    }

    RandomWalk(long seed) {
        random = new SplittableRandom(seed);
        options = Options.draw(random);
        model = new JoinModel(options, random.nextInt(1, 5));
        transition = new Transition<>(SpecFunctions.of(options.spec(() -> model.needed)));
    }

    void run() {
        for (int steps = random.nextInt(1, 40); steps > 0; steps--) {
            step();
        }
    }

    /** The options and all events up to the last. */
    String story() {
        return options + "\n" + story;
    }

    private void step() {
        if (random.nextInt(3) == 0) {
            now += random.nextInt(30);
        }
        long home = now;
        if (random.nextInt(10) == 0) {
            now += random.nextInt(-5, 5); // another node's clock
        }
        story.append("\nat ").append(now).append(": ");
        nextClaim += 100;
        model.begin(now, nextClaim);
        int event = random.nextInt(100);
        if (event < 45 && letters < MOST_LETTERS) {
            message();
        } else if (event < 75 && !handOvers.isEmpty()) {
            end(handOvers.get(random.nextInt(handOvers.size())));
        } else if (event < 85) {
            boolean alone = random.nextInt(3) == 0;
            story.append("sweep").append(alone ? " of one" : "");
            take(apply(0, 0, () -> transition.due("k", state, now, nextClaim, alone), () -> model.sweep(alone)));
        } else if (event < 89) {
            long token = state == null ? 0 : Math.max(0, state.token() - random.nextInt(2));
            story.append("release up to ").append(token);
            List<Boolean> older = state == null
                    ? List.of()
                    : state.inFlight().stream()
                            .map(flight -> flight.token() <= token)
                            .toList();
            take(
                    apply(
                            0,
                            0,
                            () -> transition.release("k", state, now, nextClaim, token),
                            () -> model.release(join -> older.get(model.inFlight.indexOf(join)))),
                    true);
        } else if (event < 92) {
            drop();
        } else if (event < 94) {
            evict();
        } else if (event < 95) {
            model.needed = Math.max(1, model.needed - 1);
            story.append("the spec asks for ").append(model.needed).append(" letters");
            take(apply(0, 0, () -> transition.reexamine("k", state, now, nextClaim, false), model::reexamine));
        } else if (!handOvers.isEmpty()) {
            HandOver handOver = handOvers.get(random.nextInt(handOvers.size()));
            long claim = handOver.flight.claim();
            if (event < 97) {
                story.append("crash of ").append(claim);
                handOvers.remove(handOver);
            } else if (event < 98) {
                story.append(claim).append(" is given back");
                handOvers.remove(handOver);
                if (!options.atMostOnce()) {
                    apply(0, 0, () -> transition.givenBack(state, claim, now), () -> model.givenBack(claim));
                }
                uncount(handOver);
            } else {
                story.append("renewal of ").append(claim);
                apply(0, 0, () -> transition.renewed(state, claim, now), () -> model.renewed(claim));
            }
        }
        now = home;
    }

    private void message() {
        String id = null;
        if (options.ids() && random.nextInt(10) != 0) {
            boolean again = letters > 0 && random.nextInt(4) == 0;
            id = again ? ids[random.nextInt(letters)] : String.valueOf((char) (JoinModel.FIRST_LETTER + letters));
        }
        Message message = new Message((char) (JoinModel.FIRST_LETTER + letters), id);
        ids[letters] = id;
        letters++;
        boolean mayBegin = random.nextInt(10) != 0;
        boolean alone = random.nextBoolean();
        story.append(message.letter())
                .append(id == null ? "" : " with id " + id)
                .append(mayBegin ? "" : ", nothing may begin")
                .append(alone ? "" : ", in a batch");
        boolean isHeld = id != null && state != null && holds(state, id);
        String pending =
                state == null || state.open() == null ? null : state.open().value();
        boolean isIgnored = pending != null && options.merge(message, pending).equals(pending);
        long bit = isHeld || isIgnored ? 0 : bits(String.valueOf(message.letter()));
        long claim = mayBegin ? nextClaim : Transition.NO_CLAIM;
        take(apply(
                bit,
                0,
                () -> transition.message("k", state, message, message.id(), now, claim, alone),
                () -> model.accept(message, mayBegin, alone)));
    }

    /** The id is known by a join, so that its message is not merged. */
    private static boolean holds(JoinState<String> state, String id) {
        return (state.open() != null && state.open().ids().contains(id))
                || state.inFlight().stream()
                        .anyMatch(flight -> flight.join().ids().contains(id));
    }

    private void end(HandOver handOver) {
        Flight<String> flight = handOver.flight;
        long claim = flight.claim();
        int how = random.nextInt(6);
        story.append(claim)
                .append(handOver.poisoned ? " (poisoned)" : "")
                .append(how == 0 ? " was interrupted" : how < 3 ? " threw" : " returned");
        boolean isLast = transition.isLastAttempt(flight) && !transition.parksPoisoned();
        if ((how == 1 || how == 2) && !handOver.poisoned && isLast) {
            handOver.poisoned = true;
            return;
        }
        handOvers.remove(handOver);
        if (options.atMostOnce()) {
            return;
        }
        double jitter = random.nextDouble();
        if (how == 0) {
            Step<String> step = transition.interrupted(state, claim, "interrupted", now, jitter);
            long retryAt = retryAt(step, flight, 1);
            apply(0, 0, () -> step, () -> model.interrupted(claim, retryAt));
            uncount(handOver);
        } else if (how < 3) {
            String error = random.nextInt(50) == 0 ? LONG_ERROR : "boom";
            Step<String> step = transition.threw(state, claim, error, now, jitter);
            boolean isParked = transition.parksPoisoned() && transition.isLastAttempt(flight);
            long retryAt = isParked ? 0 : retryAt(step, flight, transition.attempt(flight));
            apply(0, 0, () -> step, () -> model.threw(claim, retryAt));
        } else {
            apply(
                    0,
                    bits(flight.join().value()),
                    () -> transition.returned(state, claim, now),
                    () -> model.returned(claim));
        }
    }

    private void uncount(HandOver handOver) {
        if (handOver.counts) {
            begun.merge(handOver.join, -1, Integer::sum);
        }
    }

    /** When a flight is to be tried again: a random part of the backoff from now, and checked to be so. */
    private long retryAt(Step<String> step, Flight<String> flight, int attempt) {
        if (step.verdict() == Verdict.LOST || step.next() == null) {
            return 0;
        }
        double whole = Math.min(options.backoff() * Math.pow(2, attempt - 1), (double) options.maxBackoff());
        long[] tried = step.next().inFlight().stream()
                .filter(failed -> failed.token() == flight.token())
                .mapToLong(Flight::dueAt)
                .toArray();
        require(tried.length == 1, "the flight that failed is there once");
        long wait = tried[0] - now;
        require(wait >= 1 && wait >= Math.floor(whole / 2) && wait <= whole, "backoff");
        return tried[0];
    }

    private void drop() {
        story.append("drop");
        apply(
                0,
                0,
                () -> {
                    Removal<String> removal = transition.drop("k", state, now);
                    dropped = removal.removed();
                    return dropped == null
                            ? Step.unchanged(state, Verdict.NOTHING)
                            : Step.to(removal.next(), Verdict.DONE);
                },
                model::drop);
        equal(
                words(removed(dropped)),
                model.given.stream().map(join -> join.word).toList(),
                "dropped");
        dropped = null;
    }

    private static List<Join<String>> removed(@Nullable JoinState<String> taken) {
        List<Join<String>> removed = new ArrayList<>();
        if (taken != null) {
            taken.inFlight().forEach(flight -> removed.add(flight.join()));
            if (taken.open() != null) {
                removed.add(taken.open());
            }
        }
        return removed;
    }

    private void evict() {
        story.append("eviction");
        state = state == null ? null : state.evicted();
        model.evicted();
        check();
        checkIsSound(state);
    }

    /** Begins the hand-overs that the step claimed. */
    private void take(@Nullable Step<String> step) {
        take(step, false);
    }

    private void take(@Nullable Step<String> step, boolean isRelease) {
        if (step == null) {
            return;
        }
        require(step.claimed().size() == model.given.size(), "claimed");
        for (int i = 0; i < step.claimed().size(); i++) {
            Flight<String> flight = step.claimed().get(i);
            same(flight, model.given.get(i));
            // What is merged into a failed join comes behind its first letter. Kept values share that, and are settled.
            String word = flight.join().value();
            String join = options.keepAfterJoin() ? flight.cause() + word : word.substring(0, 1);
            HandOver handOver = new HandOver(flight, join);
            handOver.poisoned = transition.isPoisoned(flight);
            handOver.counts = !handOver.poisoned;
            handOvers.add(handOver);
            if (isRelease) {
                begun.put(join, 0);
            }
            if (handOver.counts) {
                int begins = begun.merge(join, 1, Integer::sum);
                require(begins <= (long) options.maxAttempts() + 1, "a handler begins once too often");
            }
            boolean isAlone = flight.status() == Flight.Status.CLAIMED_ALONE;
            require(!isAlone || step.claimed().size() == 1, "claimed alone");
            require(!flight.suspect() || isAlone, "a suspect is claimed together with others");
        }
    }

    /**
     * Lets the event happen to both.
     *
     * @param in the bit of the letter that the event brings, if it is to be merged
     * @param out the bits of the letters that it takes away
     * @return null if the event was refused
     */
    @SuppressWarnings("ReferenceEquality") // as below
    private @Nullable Step<String> apply(
            long in, long out, Supplier<Step<String>> event, Supplier<@Nullable Verdict> modelled) {
        Verdict expected = modelled.get();
        Step<String> step;
        try {
            step = event.get();
        } catch (ContentionException e) {
            equal(null, expected, "verdict");
            check();
            return null;
        }
        Verdict verdict = step.verdict();
        story.append(" -> ").append(verdict);
        equal(verdict, expected, "verdict");
        boolean writes = switch (verdict) {
            case MERGED, DEFERRED, CLAIMED, DONE, REMOVED_PARTS -> true;
            case UNCHANGED -> step.next() != state;
            case DUPLICATE, LATE, LOST, NOTHING -> false;
        };
        requireWritten(step, writes);
        equal(step.parked().size(), model.parked.size(), "parked");
        if (writes) {
            model.forget();
        }
        checkTokens(step);
        checkLetters(step, writes ? in : 0, writes ? out : 0);
        state = step.next();
        check();
        if (writes) {
            checkIsSound(state);
        }
        return step;
    }

    @SuppressWarnings("ReferenceEquality") // the very same object is the sign that there is nothing to write
    private void requireWritten(Step<String> step, boolean written) {
        require((step.next() != state || (state == null && written)) == written, "written");
    }

    private void checkTokens(Step<String> step) {
        long last = state == null ? 0 : state.token();
        for (Flight<String> flight : step.claimed()) {
            require(flight.token() > last && flight.token() >= now * 1000, "token");
            last = flight.token();
        }
        require(step.next() == null || step.next().token() == last, "token of the state");
    }

    /** Every letter that is taken in is in one place, and stays there until it is given out once. */
    private void checkLetters(Step<String> step, long in, long out) {
        long before = held(state) | in;
        long after = held(step.next());
        long leaving = out | bits(removed(dropped));
        if (options.atMostOnce()) {
            leaving |= bits(step.claimed().stream().map(Flight::join).toList());
        }
        require((before & ~(after | leaving | gone)) == 0, "a letter is lost");
        require(((after | leaving) & ~before) == 0, "a letter comes from nowhere");
        require(options.keepAfterJoin() || (after & leaving) == 0, "a letter is given out and kept");
        require(options.keepAfterJoin() || ((after | leaving) & gone) == 0, "a letter is given out again");
        gone |= leaving;
    }

    private long held(@Nullable JoinState<String> held) {
        if (held == null) {
            return 0;
        }
        long bits = held.open() == null ? 0 : bits(held.open().value());
        for (Flight<String> flight : held.inFlight()) {
            long more = bits(flight.join().value());
            require(options.keepAfterJoin() || (bits & more) == 0, "a letter is in two joins");
            bits |= more;
        }
        return bits;
    }

    private static long bits(List<Join<String>> joins) {
        long bits = 0;
        for (Join<String> join : joins) {
            bits |= bits(join.value());
        }
        return bits;
    }

    private static long bits(String word) {
        long bits = 0;
        for (int i = 0; i < word.length(); i++) {
            long bit = 1L << (word.charAt(i) - JoinModel.FIRST_LETTER);
            require((bits & bit) == 0, "a letter is in a word twice");
            bits |= bit;
        }
        return bits;
    }

    private static List<String> words(List<Join<String>> joins) {
        return joins.stream().map(Join::value).toList();
    }

    /** The state is what the model says. */
    private void check() {
        JoinState<String> held = state;
        if (held == null) {
            require(model.open == null && model.inFlight.isEmpty() && !model.remembers, "no state");
            return;
        }
        require(held.open() != null || !held.inFlight().isEmpty() || held.closed() != null, "a state of nothing");
        require((held.open() == null) == (model.open == null), "open");
        if (held.open() != null && model.open != null) {
            same(held.open(), model.open);
        }
        require(held.inFlight().size() == model.inFlight.size(), "in flight");
        for (int i = 0; i < held.inFlight().size(); i++) {
            Flight<String> flight = held.inFlight().get(i);
            same(flight, model.inFlight.get(i));
            for (Flight<String> other : held.inFlight().subList(0, i)) {
                require(other.claim() != flight.claim() || !flight.isClaimed(), "a claim id on two flights");
            }
        }
        require((held.closed() == null) == !model.remembers, "closed");
        if (held.closed() != null) {
            same(held.closed());
        }
    }

    private void same(Closed closed) {
        equal(closed.until(), model.closedUntil, "end of the closed key");
        equal(closed.dueAt(), model.rememberedUntil(), "end of the memory");
        equal(
                closed.ids().stream()
                        .map(kept -> Map.of(kept.until(), Set.copyOf(kept.ids())))
                        .collect(Collectors.groupingBy(kept -> kept, Collectors.counting())),
                model.kept.stream()
                        .map(kept -> Map.of(kept.until(), Set.copyOf(kept.ids())))
                        .collect(Collectors.groupingBy(kept -> kept, Collectors.counting())),
                "ids that are kept");
        JoinModel.Join last = model.lastEnded;
        equal(
                closed.last(),
                last == null ? null : new JoinState.Last(last.dueAt, last.cause, last.parts),
                "the last join that ended");
    }

    /** It survives a store, and there is something to do from {@code dueAt} on, and nothing before. */
    private void checkIsSound(@Nullable JoinState<String> held) {
        if (held == null) {
            return;
        }
        equal(CODEC.decode("k", CODEC.encode("k", held)), held, "the state from its bytes");
        long due = held.dueAt();
        boolean needed = held.inFlight().stream().anyMatch(flight -> !flight.isParked())
                || held.closed() != null
                || (held.open() != null && held.open().dueAt() != JoinState.NEVER);
        require((due != JoinState.NEVER) == needed, "dueAt");
        equal(transition.due("k", held, due - 1, 1, false).verdict(), Verdict.NOTHING, "before it is due");
        equal(transition.due("k", held, due - 1, 1, true).verdict(), Verdict.NOTHING, "before it is due, alone");
        if (needed) {
            try {
                Verdict verdict = transition.due("k", held, due, 1, true).verdict();
                require(verdict == Verdict.CLAIMED || verdict == Verdict.DONE, "when it is due");
            } catch (ContentionException crowded) {
                require(held.inFlight().size() >= options.maxInFlight(), "crowded");
            }
        }
    }

    private static void same(Flight<String> flight, JoinModel.Join expected) {
        same(flight.join(), expected);
        equal(flight.cause(), expected.cause, "cause");
        equal(flight.status().name(), expected.state.name(), "status");
        equal(flight.suspect(), expected.suspect, "suspect");
        equal(flight.claim(), expected.claim, "claim");
        equal(flight.attempts(), expected.attempts, "attempts");
        equal(flight.dueAt(), expected.dueAt, "dueAt of the flight");
    }

    private static void same(Join<String> join, JoinModel.Join expected) {
        equal(join.value(), expected.word, "word");
        equal(join.parts(), expected.parts, "parts");
        equal(join.firstAt(), expected.firstAt, "firstAt");
        equal(join.deadline(), expected.deadline, "deadline");
        equal(join.idleUntil(), expected.idleUntil, "idleUntil");
        equal(join.ids(), expected.ids, "ids");
        equal(join.joinedBefore(), expected.joinedBefore, "joinedBefore");
        StringBuilder collected = new StringBuilder();
        ((PartList) join.collected()).forEach(part -> collected.append(new String(part, UTF_8)));
        equal(collected.toString(), expected.collected, "what was collected");
    }

    private static void equal(@Nullable Object actual, @Nullable Object expected, String what) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(what + " is " + actual + ", the model says " + expected);
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("wrong: " + what);
        }
    }
}
