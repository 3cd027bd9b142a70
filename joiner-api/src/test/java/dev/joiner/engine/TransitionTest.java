package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.engine.Step.Verdict;
import dev.joiner.engine.Transition.Removal;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Flight.Status;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinState.KeptIds;
import dev.joiner.spi.JoinState.Last;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Every row of the table of states. Messages are letters, merged into words; a word of two letters is whole. The id of a
 * message is its letter.
 */
class TransitionTest {
    private static final long AT = 1_000_000;
    private static final long TOKEN = AT * 1000;
    private static final long NEVER = JoinState.NEVER;
    private static final long LEASE = 60_000;
    private static final long CLAIM = 77;
    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

    private static JoinSpec.Builder<String, String, String, String, String> words() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> "k")
                .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                .sufficientWhen(word -> word.length() >= 2);
    }

    private static Transition<String, String, String> of(
            JoinSpec.Builder<String, String, String, String, String> spec) {
        return new Transition<>(SpecFunctions.of(spec.build()));
    }

    private static Transition<String, String, String> with(
            UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> options) {
        return of(options.apply(words()));
    }

    private static JoinSpec.Builder<String, String, String, String, String> keeping(
            JoinSpec.Builder<String, String, String, String, String> spec) {
        return spec.keepAfterJoin().expireAfter(Duration.ofMillis(100)).joinOnExpiry();
    }

    private static JoinSpec.Builder<String, String, String, String, String> retrying(
            JoinSpec.Builder<String, String, String, String, String> spec, int max) {
        return spec.retry(max, Duration.ofMillis(100), Duration.ofMillis(350)).onPoisoned((word, handOver) -> {});
    }

    private static JoinSpec.Builder<String, String, String, String, String> parking(
            JoinSpec.Builder<String, String, String, String, String> spec, int max) {
        return spec.retry(max, Duration.ofMillis(100), Duration.ofMillis(350)).parkPoisoned();
    }

    private final Transition<String, String, String> plain = with(spec -> spec);
    private final Transition<String, String, String> withIds = with(spec -> spec.identifiedBy(letter -> letter));
    private final Transition<String, String, String> remembering =
            with(spec -> spec.identifiedBy(letter -> letter).rememberFor(HALF_A_SECOND));
    private final Transition<String, String, String> poisoning = with(spec -> retrying(spec, 3));
    private final Transition<String, String, String> parking = with(spec -> parking(spec, 3));

    private static Ids ids(String... ids) {
        return Ids.of(List.of(ids));
    }

    private static Join<String> join(String word, String... ids) {
        return new Join<>(word, word.length(), AT - 10, NEVER, NEVER, ids(ids), false);
    }

    private static Join<String> due(String word, long at) {
        return new Join<>(word, word.length(), AT - 10, at, NEVER, Ids.NONE, false);
    }

    private static Join<String> joined(Join<String> join) {
        return new Join<>(
                join.value(), join.parts(), join.firstAt(), join.deadline(), join.idleUntil(), join.ids(), true);
    }

    private static Flight<String> flight(
            Join<String> join, Cause cause, Status status, long claim, int attempts, long dueAt) {
        String error = status == Status.THREW || status == Status.PARKED ? "boom" : null;
        return new Flight<>(join, cause, status, false, claim, 5, attempts, error, dueAt);
    }

    private static Flight<String> alone(String word, long claim, int attempts, long dueAt, String... ids) {
        return flight(join(word, ids), Cause.COMPLETE, Status.CLAIMED_ALONE, claim, attempts, dueAt);
    }

    private static Flight<String> together(String word, long claim, int attempts, long dueAt, String... ids) {
        return flight(join(word, ids), Cause.COMPLETE, Status.CLAIMED_TOGETHER, claim, attempts, dueAt);
    }

    private static Flight<String> threw(String word, Cause cause, int attempts, long dueAt, String... ids) {
        return flight(join(word, ids), cause, Status.THREW, Flight.UNCLAIMED, attempts, dueAt);
    }

    private static Flight<String> givenBack(String word, Cause cause, int attempts, long dueAt, String... ids) {
        return flight(join(word, ids), cause, Status.GIVEN_BACK, Flight.UNCLAIMED, attempts, dueAt);
    }

    private static Flight<String> parked(String word, int attempts, String... ids) {
        return flight(join(word, ids), Cause.COMPLETE, Status.PARKED, Flight.UNCLAIMED, attempts, NEVER);
    }

    private static Flight<String> suspect(Flight<String> flight) {
        return new Flight<>(
                flight.join(),
                flight.cause(),
                flight.status(),
                true,
                flight.claim(),
                flight.token(),
                flight.attempts(),
                flight.lastError(),
                flight.dueAt());
    }

    private static JoinState<String> open(Join<String> open) {
        return new JoinState<>(open, List.of(), null, 5);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static JoinState<String> flying(@Nullable Join<String> open, Flight<String>... flights) {
        return new JoinState<>(open, List.of(flights), null, 5);
    }

    private static JoinState<String> closed(long until, KeptIds... kept) {
        return new JoinState<>(
                null, List.of(), new Closed(until, new Last(AT - 50, Cause.COMPLETE, 2), List.of(kept)), 5);
    }

    private static KeptIds kept(long until, String... ids) {
        return new KeptIds(ids(ids), until);
    }

    private static Step<String> message(
            Transition<String, String, String> transition, @Nullable JoinState<String> state, String message) {
        return transition.message("k", state, message, null, AT, CLAIM, true);
    }

    private static Step<String> identified(
            Transition<String, String, String> transition, @Nullable JoinState<String> state, String message) {
        return transition.message("k", state, message, message, AT, CLAIM, true);
    }

    private static void assertUnchanged(Step<String> step, @Nullable JoinState<String> state, Verdict verdict) {
        assertThat(step.verdict()).isEqualTo(verdict);
        assertThat(step.next()).isSameAs(state);
        assertThat(step.claimed()).isEmpty();
        assertThat(step.parked()).isEmpty();
    }

    private static List<String> words(List<Flight<String>> flights) {
        return flights.stream().map(flight -> flight.join().value()).toList();
    }

    private static Flight<String> only(Step<String> step) {
        assertThat(step.next()).isNotNull();
        assertThat(step.next().inFlight()).hasSize(1);
        return step.next().inFlight().get(0);
    }

    @Nested
    class Messages {

        @Test
        void firstOneOpensAJoin() {
            Step<String> step = message(plain, null, "a");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.claimed()).isEmpty();
            assertThat(step.next())
                    .isEqualTo(
                            new JoinState<>(new Join<>("a", 1, AT, NEVER, NEVER, Ids.NONE, false), List.of(), null, 0));
        }

        @Test
        void lastOneMovesTheJoinIntoFlight() {
            Step<String> step = message(plain, open(join("a")), "b");

            Flight<String> flight = new Flight<>(
                    join("ab"), Cause.COMPLETE, Status.CLAIMED_ALONE, false, CLAIM, TOKEN, 1, null, AT + LEASE);
            assertThat(step)
                    .isEqualTo(
                            Step.claiming(new JoinState<>(null, List.of(flight), null, TOKEN), List.of(flight), false));
        }

        @Test
        void oneThatIsWholeByItselfFliesAtOnce() {
            Step<String> step = message(plain, null, "ab");

            Join<String> whole = new Join<>("ab", 1, AT, NEVER, NEVER, Ids.NONE, false);
            Flight<String> flight =
                    new Flight<>(whole, Cause.COMPLETE, Status.CLAIMED_ALONE, false, CLAIM, TOKEN, 1, null, AT + LEASE);
            assertThat(step)
                    .isEqualTo(
                            Step.claiming(new JoinState<>(null, List.of(flight), null, TOKEN), List.of(flight), false));
        }

        @Test
        void inABatchTheAttemptIsNotCountedYet() {
            Step<String> step = plain.message("k", open(join("a")), "b", null, AT, CLAIM, false);

            assertThat(only(step))
                    .isEqualTo(new Flight<>(
                            join("ab"),
                            Cause.COMPLETE,
                            Status.CLAIMED_TOGETHER,
                            false,
                            CLAIM,
                            TOKEN,
                            0,
                            null,
                            AT + LEASE));
            assertThat(plain.attempt(only(step))).isEqualTo(1);
        }

        @Test
        void whereNoHandlerMayBeginACompleteJoinIsDueAtOnce() {
            Step<String> step = plain.message("k", open(join("a")), "b", null, AT, Transition.NO_CLAIM, true);

            assertThat(step.verdict()).isEqualTo(Verdict.DEFERRED);
            assertThat(step.claimed()).isEmpty();
            assertThat(step.next().open()).isNull();
            assertThat(only(step))
                    .isEqualTo(new Flight<>(
                            join("ab"), Cause.COMPLETE, Status.GIVEN_BACK, false, Flight.UNCLAIMED, 0, 0, null, AT));
        }

        @Test
        void whereNoHandlerMayBeginThereHasToBeRoomToo() {
            Transition<String, String, String> one = with(spec -> spec.maxInFlight(1));
            JoinState<String> full = flying(join("a"), alone("cd", 3, 1, AT + 5));

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> one.message("k", full, "b", null, AT, Transition.NO_CLAIM, true));
        }

        @Test
        void nextOneOpensTheNextJoinBesideTheFlight() {
            JoinState<String> state = flying(null, alone("ab", 1, 1, AT + 5));

            Step<String> step = message(plain, state, "c");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.next().open().value()).isEqualTo("c");
            assertThat(step.next().inFlight()).isEqualTo(state.inFlight());
        }

        @Test
        void oneBesideAFlightMayCompleteItsOwnJoin() {
            JoinState<String> state = flying(join("c"), alone("ab", 1, 1, AT + 5));

            Step<String> step = message(plain, state, "d");

            assertThat(words(step.claimed())).containsExactly("cd");
            assertThat(words(step.next().inFlight())).containsExactly("ab", "cd");
            assertThat(step.next().open()).isNull();
        }

        @Test
        void oneThatMakesNothingWholeNeedsNoRoom() {
            Transition<String, String, String> one = with(spec -> spec.maxInFlight(1));

            assertThat(message(one, flying(null, alone("ab", 1, 1, AT + 5)), "c")
                            .verdict())
                    .isEqualTo(Verdict.MERGED);
        }

        @Test
        void moreThanMaxInFlightIsRefused() {
            Transition<String, String, String> two = with(spec -> spec.maxInFlight(2));
            JoinState<String> state = flying(join("e"), alone("ab", 1, 1, AT + 5), alone("cd", 2, 1, AT + 5));

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> message(two, state, "f"))
                    .withMessage("String: key \"k\" has 2 joins in flight, as many as maxInFlight allows");
            assertThat(message(two, flying(join("c"), state.inFlight().get(0)), "d")
                            .claimed())
                    .hasSize(1);
        }

        @Test
        void parkedJoinsTakeNoRoom() {
            Transition<String, String, String> one = with(spec -> spec.maxInFlight(1));

            assertThat(message(one, flying(join("c"), parked("ab", 3)), "d").claimed())
                    .hasSize(1);
        }

        @Test
        void nullMergeResultIsAnErrorThatNamesTheOption() {
            Transition<String, String, String> nothing = of(JoinSpec.joining(String.class)
                    .keyedBy(m -> "k")
                    .<String>mergedBy((m, pending) -> null)
                    .sufficientWhen(word -> true));

            assertThatExceptionOfType(NullPointerException.class)
                    .isThrownBy(() -> message(nothing, null, "a"))
                    .withMessage("String: mergedBy returned null for key \"k\"");
        }

        @Test
        void tokenIsTheTimeInMicroseconds() {
            assertThat(message(plain, open(join("a")), "b").claimed())
                    .extracting(Flight::token)
                    .containsExactly(AT * 1000);
        }

        @Test
        void tokenGrowsEvenWhenTheClockGoesBack() {
            JoinState<String> ahead = new JoinState<>(join("a"), List.of(), null, TOKEN + 1_000_000);

            assertThat(message(plain, ahead, "b").claimed())
                    .extracting(Flight::token)
                    .containsExactly(TOKEN + 1_000_001);
        }

        @Test
        void tokenGrowsAtTheEndOfTime() {
            long lastMicros = Long.MAX_VALUE / 1000;

            assertThat(plain.message("k", open(join("a")), "b", null, lastMicros - 1, CLAIM, true)
                            .claimed())
                    .extracting(Flight::token)
                    .containsExactly((lastMicros - 1) * 1000);
            assertThat(plain.message("k", open(join("a")), "b", null, lastMicros, CLAIM, true)
                            .claimed())
                    .extracting(Flight::token)
                    .containsExactly(6L);
        }

        @Test
        void atMostOnceLeavesNothingBehind() {
            Transition<String, String, String> once = with(spec -> spec.atMostOnce());

            Step<String> step = message(once, open(join("a")), "b");

            assertThat(words(step.claimed())).containsExactly("ab");
            assertThat(step.claimed()).extracting(Flight::token).containsExactly(TOKEN);
            assertThat(step.next()).isNull();
        }

        @Test
        void atMostOnceIsNotHeldUpByRoom() {
            Transition<String, String, String> once =
                    with(spec -> spec.atMostOnce().maxInFlight(1));

            assertThat(message(once, flying(join("a"), givenBack("xy", Cause.COMPLETE, 0, AT)), "b")
                            .claimed())
                    .hasSize(1);
        }

        @Test
        void atMostOnceClosesTheKeyThatIsRemembered() {
            Transition<String, String, String> once =
                    with(spec -> spec.atMostOnce().rememberFor(HALF_A_SECOND).identifiedBy(m -> m));

            Step<String> step = identified(once, open(join("a", "a")), "b");

            assertThat(step.next())
                    .isEqualTo(new JoinState<>(
                            null,
                            List.of(),
                            new Closed(AT + 500, new Last(AT, Cause.COMPLETE, 2), List.of(kept(AT + 500, "a", "b"))),
                            TOKEN));
        }
    }

    @Nested
    class KnownIds {

        @Test
        void areDuplicatesWhereverTheyAreKnown() {
            List<JoinState<String>> states = List.of(
                    open(join("a", "a")),
                    flying(null, alone("ab", 1, 1, AT + 5, "b", "a")),
                    flying(null, together("ab", 1, 1, AT + 5, "b", "a")),
                    flying(null, alone("ab", 1, 1, AT - 5, "b", "a")),
                    flying(null, threw("ab", Cause.EXPIRED, 1, AT + 5, "b", "a")),
                    flying(null, threw("ab", Cause.FORCED, 1, AT + 5, "b", "a")),
                    flying(null, parked("ab", 3, "b", "a")),
                    flying(null, suspect(threw("ab", Cause.COMPLETE, 1, AT + 5, "b", "a"))),
                    closed(0, kept(AT + 1, "b", "a")),
                    closed(0, kept(AT + 1, "c"), kept(AT + 1, "a")));

            assertThat(states)
                    .allSatisfy(state -> assertUnchanged(identified(withIds, state, "a"), state, Verdict.DUPLICATE));
        }

        @Test
        void areNoneWhereNothingIsHeld() {
            Step<String> step = identified(withIds, null, "a");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.next().open().ids()).containsExactly("a");
        }

        @Test
        void endEachAtItsOwnTime() {
            JoinState<String> state = closed(0, kept(AT, "a", "b"), kept(AT + 1, "c"));

            Step<String> step = identified(withIds, state, "a");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.next().closed().ids()).containsExactly(kept(AT + 1, "c"));
            assertThat(step.next().closed().last()).isEqualTo(state.closed().last());
            assertUnchanged(identified(withIds, state, "c"), state, Verdict.DUPLICATE);
        }

        @Test
        void endThoughTheirKeyIsClosedForLonger() {
            JoinState<String> state = new JoinState<>(
                    null,
                    List.of(alone("cd", CLAIM, 1, AT)),
                    closed(AT + 1, kept(AT, "a")).closed(),
                    5);

            Step<String> step = remembering.renewed(state, CLAIM, AT);

            assertThat(step.next().closed())
                    .isEqualTo(new Closed(AT + 1, state.closed().last(), List.of()));
        }

        @Test
        void outliveTheNextJoin() {
            Closed closed = closed(0, kept(AT + 1, "x")).closed();
            JoinState<String> state = new JoinState<>(join("a", "a"), List.of(), closed, 5);

            assertThat(identified(withIds, state, "b").next().closed()).isEqualTo(closed);
        }

        @Test
        void leaveTheStateWithTheLastOfThem() {
            Step<String> step = identified(withIds, closed(0, kept(AT, "a")), "a");

            assertThat(step.next().closed()).isNull();
        }

        @Test
        void takeAFailedJoinUpAgainAsItIs() {
            JoinState<String> state = flying(
                    join("c", "c"),
                    alone("fg", 2, 1, AT + 5, "f", "g"),
                    threw("ab", Cause.COMPLETE, 1, AT + 500, "a", "b"),
                    alone("de", 1, 1, AT + 5, "d", "e"));

            Step<String> step = identified(withIds, state, "b");

            Flight<String> again = new Flight<>(
                    join("ab", "a", "b"),
                    Cause.COMPLETE,
                    Status.CLAIMED_ALONE,
                    false,
                    CLAIM,
                    TOKEN,
                    2,
                    "boom",
                    AT + LEASE);
            assertThat(step.claimed()).containsExactly(again);
            assertThat(step.next().inFlight())
                    .containsExactly(
                            state.inFlight().get(0), again, state.inFlight().get(2));
            assertThat(step.next().open()).isEqualTo(state.open());
        }

        @Test
        void takeUpAJoinThatWasGivenBackToo() {
            Step<String> step = withIds.message(
                    "k", flying(null, givenBack("ab", Cause.COMPLETE, 0, AT, "a", "b")), "a", "a", AT, CLAIM, false);

            assertThat(step.claimed()).singleElement().satisfies(again -> {
                assertThat(again.status()).isEqualTo(Status.CLAIMED_TOGETHER);
                assertThat(again.attempts()).isZero();
            });
        }

        @Test
        void takeNothingUpWhereNoHandlerMayBegin() {
            JoinState<String> state = flying(null, threw("ab", Cause.COMPLETE, 1, AT + 500, "a", "b"));

            assertUnchanged(
                    withIds.message("k", state, "b", "b", AT, Transition.NO_CLAIM, true), state, Verdict.DUPLICATE);
        }

        @Test
        void doNotConcernAMessageWithoutOne() {
            Step<String> step = message(withIds, flying(null, threw("ab", Cause.COMPLETE, 1, AT + 500, "a", "b")), "z");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.next().open().ids()).isEmpty();
        }
    }

    @Nested
    class FailedJoinsWithoutIds {

        @Test
        void theNewestTakesTheMessageIn() {
            JoinState<String> state = flying(
                    null,
                    threw("ab", Cause.COMPLETE, 1, AT + 500),
                    threw("cd", Cause.COMPLETE, 2, AT + 500),
                    alone("ef", 1, 1, AT + 5));

            Step<String> step = message(plain, state, "b");

            assertThat(step.claimed()).singleElement().satisfies(again -> {
                assertThat(again.join()).isEqualTo(join("cdb"));
                assertThat(again.attempts()).isEqualTo(3);
                assertThat(again.claim()).isEqualTo(CLAIM);
                assertThat(again.status()).isEqualTo(Status.CLAIMED_ALONE);
            });
            assertThat(step.next().inFlight().get(1)).isEqualTo(step.claimed().get(0));
        }

        @Test
        void whatIsCompleteIsNotAskedAgainWhetherItIsSufficient() {
            Transition<String, String, String> exactlyTwo = of(JoinSpec.joining(String.class)
                    .keyedBy(m -> "k")
                    .<String>mergedBy((m, pending) -> pending == null ? m : pending + m)
                    .sufficientWhen(word -> word.length() == 2));

            Step<String> step = message(exactlyTwo, flying(null, threw("ab", Cause.COMPLETE, 1, AT + 500)), "b");

            assertThat(words(step.claimed())).containsExactly("abb");
        }

        @Test
        void areSettledIfTheSpecLimitsTheirAttempts() {
            assertSettled(poisoning, threw("ab", Cause.COMPLETE, 1, AT + 500));
        }

        @Test
        void areSettledIfTheyExpiredWereForcedOrGivenBackOrMayKill() {
            assertSettled(plain, threw("a", Cause.EXPIRED, 1, AT + 5));
            assertSettled(plain, threw("a", Cause.FORCED, 1, AT + 5));
            assertSettled(plain, givenBack("ab", Cause.COMPLETE, 1, AT + 5));
            assertSettled(plain, suspect(threw("ab", Cause.COMPLETE, 1, AT + 5)));
            assertSettled(plain, parked("ab", 3));
        }

        @Test
        void olderOnesAreSettledBehindOneThatIs() {
            assertSettled(plain, threw("ab", Cause.COMPLETE, 1, AT + 5), threw("c", Cause.EXPIRED, 1, AT + 5));
        }

        @SafeVarargs
        @SuppressWarnings("varargs")
        private void assertSettled(Transition<String, String, String> transition, Flight<String>... flights) {
            JoinState<String> state = flying(null, flights);

            Step<String> step = message(transition, state, "z");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.next().open().value()).isEqualTo("z");
            assertThat(step.next().inFlight()).isEqualTo(state.inFlight());
        }

        @Test
        void whereNoHandlerMayBeginTheMessageGoesInAndTheJoinIsDue() {
            JoinState<String> state = flying(null, threw("ab", Cause.COMPLETE, 1, AT + 500));

            Step<String> step = plain.message("k", state, "c", null, AT, Transition.NO_CLAIM, true);

            assertThat(step.verdict()).isEqualTo(Verdict.DEFERRED);
            assertThat(only(step)).isEqualTo(threw("abc", Cause.COMPLETE, 1, AT));
        }
    }

    @Nested
    class ClosedKeys {

        @Test
        void closedKeyOrAnythingInFlightMakesAMessageLate() {
            List<JoinState<String>> states = List.of(
                    closed(AT + 1, kept(AT + 1, "a")),
                    closed(AT + 1),
                    flying(null, alone("ab", 1, 1, AT + 5, "a", "b")),
                    flying(null, threw("a", Cause.EXPIRED, 1, AT + 5, "a")),
                    flying(null, parked("ab", 3), givenBack("cd", Cause.COMPLETE, 0, AT)));

            assertThat(states)
                    .allSatisfy(state -> assertUnchanged(identified(remembering, state, "z"), state, Verdict.LATE));
        }

        @Test
        void parkedJoinsCloseNoKey() {
            assertThat(identified(remembering, flying(null, parked("ab", 3, "a", "b")), "z")
                            .verdict())
                    .isEqualTo(Verdict.MERGED);
        }

        @Test
        void openJoinAloneClosesNoKey() {
            assertThat(identified(remembering, open(join("a", "a")), "b").verdict())
                    .isEqualTo(Verdict.CLAIMED);
        }

        @Test
        void keyIsOpenAgainWhenItsTimeIsOverAlthoughItsIdsAreKeptLonger() {
            Transition<String, String, String> both = with(
                    spec -> spec.identifiedBy(letter -> letter, HALF_A_SECOND).rememberFor(Duration.ofMillis(200)));
            JoinState<String> ended = both.returned(flying(null, alone("ab", CLAIM, 1, AT + 5, "a", "b")), CLAIM, AT)
                    .next();

            assertThat(ended.closed())
                    .isEqualTo(
                            new Closed(AT + 200, new Last(AT, Cause.COMPLETE, 2), List.of(kept(AT + 500, "a", "b"))));
            assertUnchanged(both.message("k", ended, "z", "z", AT + 199, CLAIM, true), ended, Verdict.LATE);
            assertUnchanged(both.message("k", ended, "a", "a", AT + 499, CLAIM, true), ended, Verdict.DUPLICATE);
            Step<String> next = both.message("k", ended, "z", "z", AT + 200, CLAIM, true);
            assertThat(next.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(next.next().closed()).isEqualTo(ended.closed());
        }

        @Test
        void idsAreKnownAsLongAsTheKeyIsClosed() {
            JoinState<String> ended = remembering
                    .returned(flying(null, alone("ab", CLAIM, 1, AT + 5, "a", "b")), CLAIM, AT)
                    .next();

            assertUnchanged(remembering.message("k", ended, "a", "a", AT + 499, CLAIM, true), ended, Verdict.DUPLICATE);
        }

        @Test
        void keyMayBeClosedForEver() {
            Transition<String, String, String> closing =
                    with(spec -> spec.rememberFor(ChronoUnit.FOREVER.getDuration()));

            JoinState<String> closed = closing.returned(flying(null, alone("ab", CLAIM, 1, AT + 5)), CLAIM, AT)
                    .next();

            long inAThousandYears = AT + Duration.ofDays(365_000).toMillis();
            assertUnchanged(
                    closing.message("k", closed, "z", null, inAThousandYears, CLAIM, true), closed, Verdict.LATE);
        }

        @Test
        void withoutARememberedKeyAFlightMakesNobodyLate() {
            assertThat(message(plain, flying(null, alone("ab", 1, 1, AT + 5)), "z")
                            .verdict())
                    .isEqualTo(Verdict.MERGED);
        }
    }

    @Nested
    class KeptValues {
        private final Transition<String, String, String> keeping = with(spec -> keeping(spec));

        @Test
        void stayAndACopyFlies() {
            Step<String> first = message(keeping, open(join("a")), "b");
            Step<String> second = message(keeping, first.next(), "c");

            assertThat(first.next().open().joinedBefore()).isTrue();
            assertThat(words(second.claimed())).containsExactly("abc");
            assertThat(words(second.next().inFlight())).containsExactly("ab", "abc");
            assertThat(second.next().open().value()).isEqualTo("abc");
            assertThat(second.next().token()).isEqualTo(TOKEN + 1);
        }

        @Test
        void stayWhereNoHandlerMayBegin() {
            Step<String> step = keeping.message("k", open(join("a")), "b", null, AT, Transition.NO_CLAIM, true);

            assertThat(step.next().open().joinedBefore()).isTrue();
            assertThat(only(step).status()).isEqualTo(Status.GIVEN_BACK);
        }

        @Test
        void areNotMergedIntoAFailedCopy() {
            JoinState<String> state = flying(join("ab"), threw("ab", Cause.COMPLETE, 1, AT + 5));

            Step<String> step = message(keeping, state, "c");

            assertThat(words(step.claimed())).containsExactly("abc");
            assertThat(step.next().inFlight().get(0)).isEqualTo(state.inFlight().get(0));
        }

        @Test
        void leaveTheirIdsBehindWhenTheyEnd() {
            Join<String> over = joined(new Join<>("ab", 2, AT - 10, AT, NEVER, ids("a", "b", "c"), false));

            Step<String> step = keepingIds().due("k", open(over), AT, CLAIM, false);

            assertThat(step.verdict()).isEqualTo(Verdict.DONE);
            assertThat(step.next())
                    .isEqualTo(new JoinState<>(
                            null, List.of(), new Closed(0, null, List.of(kept(AT + 500, "a", "b", "c"))), 5));
        }

        @Test
        void haveTheIdsThatTheirCopiesHaveInCommonKeptOnce() {
            assertThat(idsAfter(kept(AT + 400, "a", "b"), kept(AT + 400, "x"), kept(AT + 500, "b")))
                    .containsExactly(kept(AT + 400, "x"), kept(AT + 500, "a", "b", "c"));
        }

        @Test
        void haveNoIdsKeptAgainThatAreKeptAsLong() {
            assertThat(idsAfter(kept(AT + 500, "a", "b", "c", "d")))
                    .containsExactly(kept(AT + 500, "a", "b", "c", "d"));
        }

        @Test
        void haveIdsKeptAgainThatWouldEndBefore() {
            assertThat(idsAfter(kept(AT + 499, "a", "b", "c", "d")))
                    .containsExactly(kept(AT + 499, "a", "b", "c", "d"), kept(AT + 500, "a", "b", "c"));
        }

        private Transition<String, String, String> keepingIds() {
            return with(spec -> keeping(spec).identifiedBy(letter -> letter, HALF_A_SECOND));
        }

        /** What is kept of ids when a copy of abc was handed over beside what others have left. */
        private List<KeptIds> idsAfter(KeptIds... before) {
            JoinState<String> state = new JoinState<>(
                    null,
                    List.of(alone("abc", CLAIM, 1, AT + 5, "a", "b", "c")),
                    closed(0, before).closed(),
                    5);
            return keepingIds().returned(state, CLAIM, AT).next().closed().ids();
        }

        @Test
        void thatAMessageLeavesAsTheyAreAreNotHandedOverAgain() {
            Transition<String, String, String> lastWins = ignoring(spec -> spec.identifiedBy(m -> m));
            Join<String> before = joined(new Join<>("b", 2, AT - 10, AT + 90, AT + 5, ids("b"), false));

            Step<String> step = identified(lastWins, open(before), "a");

            assertThat(step.verdict()).isEqualTo(Verdict.UNCHANGED);
            assertThat(step.claimed()).isEmpty();
            assertThat(step.next())
                    .isEqualTo(open(joined(new Join<>("b", 2, AT - 10, AT + 90, AT + 50, ids("a", "b"), false))));
        }

        @Test
        void thatAMessageWithoutAnIdLeavesAsTheyAreAreNotEvenWritten() {
            JoinState<String> state = open(joined(join("b")));

            assertUnchanged(message(ignoring(spec -> spec), state, "a"), state, Verdict.UNCHANGED);
        }

        @Test
        void countAsChangedUntilTheyWereHandedOver() {
            Step<String> step = message(ignoring(spec -> spec), open(join("b")), "a");

            assertThat(step.verdict()).isEqualTo(Verdict.CLAIMED);
            assertThat(step.claimed().get(0).join().parts()).isEqualTo(2);
        }

        @Test
        void areAskedForOnlyWhereTheSpecKeepsThem() {
            Transition<String, String, String> forgetting = of(lastInTheAlphabet());

            assertThat(message(forgetting, open(joined(join("b"))), "a").verdict())
                    .isEqualTo(Verdict.CLAIMED);
        }

        private JoinSpec.Builder<String, String, String, String, String> lastInTheAlphabet() {
            return JoinSpec.joining(String.class)
                    .keyedBy(m -> "k")
                    .<String>mergedBy((m, pending) -> pending != null && pending.compareTo(m) > 0 ? pending : m)
                    .sufficientWhen(word -> true);
        }

        private Transition<String, String, String> ignoring(
                UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> options) {
            return of(options.apply(lastInTheAlphabet()
                    .keepAfterJoin()
                    .expireAfter(Duration.ofMillis(100))
                    .expireAfterIdle(Duration.ofMillis(50))
                    .joinOnExpiry()));
        }
    }

    @Nested
    class Deadlines {

        private Join<String> first(UnaryOperator<JoinSpec.Builder<String, String, String, String, String>> expiry) {
            return message(with(expiry), null, "a").next().open();
        }

        @Test
        void firstMessageSetsTheOneFromTheFirst() {
            assertThat(first(spec -> spec.expireAfter(Duration.ofMillis(100)).joinOnExpiry())
                            .dueAt())
                    .isEqualTo(AT + 100);
        }

        @Test
        void laterMessageMovesOnlyTheIdleOne() {
            Transition<String, String, String> both = with(spec -> spec.expireAfter(Duration.ofMillis(100))
                    .expireAfterIdle(Duration.ofMillis(30))
                    .joinOnExpiry());
            Join<String> waiting = new Join<>("", 1, AT - 20, AT + 80, AT + 10, Ids.NONE, false);

            Join<String> moved = message(both, open(waiting), "b").next().open();

            assertThat(moved.deadline()).isEqualTo(AT + 80);
            assertThat(moved.idleUntil()).isEqualTo(AT + 30);
            assertThat(moved.dueAt()).isEqualTo(AT + 30);
        }

        @Test
        void dataMaySetOneAndSilenceKeepsIt() {
            Transition<String, String, String> inData = with(spec -> spec.expireAt(
                            word -> word.endsWith("!") ? Instant.ofEpochMilli(AT + word.length()) : null)
                    .expireAfter(Duration.ofMillis(100))
                    .joinOnExpiry());
            Join<String> waiting = new Join<>("", 1, AT - 20, AT + 7, NEVER, Ids.NONE, false);

            assertThat(message(inData, null, "a").next().open().deadline()).isEqualTo(AT + 100);
            assertThat(message(inData, open(waiting), "!").next().open().deadline())
                    .isEqualTo(AT + 1);
            assertThat(message(inData, open(waiting), "a").next().open().deadline())
                    .isEqualTo(AT + 7);
        }

        @Test
        void dataCannotOutliveTheOneFromTheFirst() {
            Join<String> open = first(spec -> spec.expireAt(word -> Instant.MAX)
                    .expireAfter(Duration.ofMillis(100))
                    .joinOnExpiry());

            assertThat(open.deadline()).isEqualTo(AT + 100);
            assertThat(first(spec -> spec.expireAt(word -> Instant.MAX).joinOnExpiry())
                            .deadline())
                    .isEqualTo(NEVER);
            assertThat(first(spec -> spec.expireAt(word -> Instant.MIN).joinOnExpiry())
                            .deadline())
                    .isEqualTo(Long.MIN_VALUE);
        }

        @Test
        void longestDurationNeverComes() {
            assertThat(first(spec -> spec.expireAfter(Duration.ofSeconds(Long.MAX_VALUE))
                                    .joinOnExpiry())
                            .dueAt())
                    .isEqualTo(NEVER);
        }
    }

    @Nested
    class DueTogether {

        private Step<String> due(Transition<String, String, String> transition, @Nullable JoinState<String> state) {
            return transition.due("k", state, AT, CLAIM, false);
        }

        @Test
        void nothingDueIsNothingToWrite() {
            JoinState<String> state = new JoinState<>(
                    TransitionTest.due("a", AT + 1),
                    List.of(threw("bc", Cause.COMPLETE, 1, AT + 1), alone("de", 1, 1, AT + 1), parked("fg", 3)),
                    new Closed(AT + 1, null, List.of(kept(AT - 1, "q"))),
                    5);

            assertUnchanged(due(plain, state), state, Verdict.NOTHING);
            assertThat(due(plain, state).more()).isFalse();
            assertUnchanged(due(plain, null), null, Verdict.NOTHING);
        }

        @Test
        void everythingButSuspectsIsClaimedInOneStepAndCountsNoAttempt() {
            JoinState<String> state = new JoinState<>(
                    TransitionTest.due("e", AT),
                    List.of(
                            alone("ab", 9, 1, AT),
                            alone("xy", 8, 1, AT + 1),
                            threw("cd", Cause.FORCED, 2, AT - 1),
                            suspect(threw("fg", Cause.COMPLETE, 1, AT)),
                            givenBack("hi", Cause.COMPLETE, 0, AT)),
                    new Closed(AT, null, List.of(kept(AT, "q"))),
                    5);

            Step<String> step = due(plain, state);

            assertThat(step.verdict()).isEqualTo(Verdict.CLAIMED);
            assertThat(words(step.claimed())).containsExactly("cd", "hi", "e");
            assertThat(step.claimed()).extracting(Flight::claim).containsExactly(CLAIM, CLAIM + 1, CLAIM + 2);
            assertThat(step.claimed()).extracting(Flight::token).containsExactly(TOKEN, TOKEN + 1, TOKEN + 2);
            assertThat(step.claimed()).extracting(Flight::attempts).containsExactly(2, 0, 0);
            assertThat(step.claimed()).extracting(plain::attempt).containsExactly(3, 1, 1);
            assertThat(step.claimed()).extracting(Flight::status).containsOnly(Status.CLAIMED_TOGETHER);
            assertThat(step.claimed()).extracting(Flight::suspect).containsOnly(false);
            assertThat(step.claimed())
                    .extracting(Flight::cause)
                    .containsExactly(Cause.FORCED, Cause.COMPLETE, Cause.EXPIRED);
            assertThat(step.more()).as("there are suspects").isTrue();
            assertThat(step.next().open()).isNull();
            assertThat(step.next().closed()).isNull();
            assertThat(step.next().inFlight().subList(0, 2))
                    .isEqualTo(state.inFlight().subList(0, 2));
            assertThat(step.next().inFlight().get(3)).isEqualTo(state.inFlight().get(3));
        }

        @Test
        void suspectsAloneAreNothingToWrite() {
            JoinState<String> state = flying(null, alone("ab", 9, 1, AT));

            assertUnchanged(due(plain, state), state, Verdict.NOTHING);
            assertThat(due(plain, state).more()).isTrue();
        }

        @Test
        void idleJoinExpiresToo() {
            Step<String> step = due(plain, open(new Join<>("e", 1, AT, NEVER, AT, Ids.NONE, false)));

            assertThat(step.claimed()).extracting(Flight::cause).containsExactly(Cause.EXPIRED);
            assertThat(step.more()).isFalse();
        }

        @Test
        void keptValueThatWasJoinedEnds() {
            Transition<String, String, String> keeping = with(spec -> keeping(spec));
            Join<String> overdue = TransitionTest.due("ab", AT);

            assertThat(due(keeping, open(joined(overdue)))).isEqualTo(Step.to(null, Verdict.DONE));
            assertThat(due(keeping, open(overdue)).claimed()).hasSize(1);
            assertThat(due(plain, open(joined(overdue))).claimed()).hasSize(1);
        }

        @Test
        void keptValueEndsBesideWhatIsClaimed() {
            Transition<String, String, String> keeping = with(spec -> keeping(spec));

            Step<String> step =
                    due(keeping, flying(joined(TransitionTest.due("ab", AT)), threw("ab", Cause.COMPLETE, 1, AT)));

            assertThat(words(step.claimed())).containsExactly("ab");
            assertThat(step.next().open()).isNull();
        }

        @Test
        void memoryIsForgottenWhenTheLastOfItIsOver() {
            assertThat(due(remembering, closed(AT, kept(AT, "a")))).isEqualTo(Step.to(null, Verdict.DONE));
            for (JoinState<String> kept : List.of(
                    closed(AT - 1, kept(AT + 1, "a")),
                    closed(AT + 1, kept(AT, "a")),
                    closed(0, kept(AT - 5, "b"), kept(AT + 1, "a")))) {
                assertUnchanged(due(remembering, kept), kept, Verdict.NOTHING);
            }
        }

        @Test
        void atMostOnceExpiresWithoutAFlight() {
            Transition<String, String, String> once = with(spec -> spec.atMostOnce());

            Step<String> step = due(once, open(TransitionTest.due("a", AT)));

            assertThat(step.claimed()).hasSize(1);
            assertThat(step.next()).isNull();
        }

        @Test
        void openJoinWaitsForRoomInFlight() {
            Transition<String, String, String> one = with(spec -> spec.maxInFlight(1));
            Join<String> overdue = TransitionTest.due("e", AT);

            Step<String> behindAnother = due(one, flying(overdue, threw("ab", Cause.COMPLETE, 1, AT)));
            assertThat(words(behindAnother.claimed())).containsExactly("ab");
            assertThat(behindAnother.more()).isTrue();
            assertThat(behindAnother.next().open()).isEqualTo(overdue);

            Step<String> behindASuspect = due(one, flying(overdue, alone("ab", 1, 1, AT)));
            assertThat(behindASuspect.claimed()).isEmpty();
            assertThat(behindASuspect.more()).isTrue();

            JoinState<String> ending =
                    new JoinState<>(overdue, List.of(alone("ab", 1, 1, AT + 1)), new Closed(AT, null, List.of()), 5);
            assertThat(due(one, ending).verdict()).isEqualTo(Verdict.DONE);
            assertThat(due(one, ending).next().closed()).isNull();

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> due(one, flying(overdue, threw("ab", Cause.COMPLETE, 1, AT + 1))));
        }

        @Test
        void usedUpAttemptsGoToOnPoisonedTogetherWithOthers() {
            Step<String> step = due(
                    poisoning, flying(null, threw("ab", Cause.COMPLETE, 3, AT), threw("cd", Cause.COMPLETE, 2, AT)));

            assertThat(words(step.claimed())).containsExactly("ab", "cd");
            assertThat(step.claimed()).extracting(poisoning::isPoisoned).containsExactly(true, false);
            assertThat(step.claimed()).extracting(poisoning::isLastAttempt).containsExactly(true, true);
            assertThat(step.claimed()).extracting(poisoning::attempt).containsExactly(3, 3);
        }

        @Test
        void usedUpAttemptsAreParked() {
            Step<String> step =
                    due(parking, flying(null, threw("ab", Cause.COMPLETE, 3, AT), threw("cd", Cause.COMPLETE, 2, AT)));

            assertThat(step.parked()).containsExactly(parked("ab", 3));
            assertThat(words(step.claimed())).containsExactly("cd");
            assertThat(step.next().inFlight().get(0)).isEqualTo(parked("ab", 3));
        }

        @Test
        void parkingAloneIsDone() {
            Step<String> step = due(parking, flying(null, threw("ab", Cause.COMPLETE, 3, AT)));

            assertThat(step.verdict()).isEqualTo(Verdict.DONE);
            assertThat(step.parked()).hasSize(1);
            assertThat(only(step)).isEqualTo(parked("ab", 3));
        }

        @Test
        void thereIsRoomForSixtyFourParkedJoins() {
            List<Flight<String>> flights = new ArrayList<>();
            for (int i = 0; i < 63; i++) {
                flights.add(parked("ab", 3));
            }
            flights.add(threw("cd", Cause.COMPLETE, 3, AT));
            flights.add(threw("ef", Cause.COMPLETE, 3, AT));

            Step<String> step = due(parking, new JoinState<>(null, flights, null, 5));

            assertThat(words(step.parked())).containsExactly("cd");
            assertThat(step.claimed()).isEmpty();
            assertThat(step.next().inFlight().get(64)).isEqualTo(threw("ef", Cause.COMPLETE, 3, AT + 350));
        }

        @Test
        void evictedJoinIsHandedOverAsSuch() {
            JoinState<String> evicted = open(join("a")).evicted();

            assertThat(evicted.dueAt()).isLessThanOrEqualTo(AT);
            assertThat(due(plain, evicted).claimed()).singleElement().satisfies(flight -> {
                assertThat(flight.cause()).isEqualTo(Cause.EVICTED);
                assertThat(plain.attempt(flight)).isEqualTo(1);
            });
            JoinState<String> noneOpen = flying(null, alone("ab", 1, 1, AT));
            assertThat(noneOpen.evicted()).isSameAs(noneOpen);
        }

        @Test
        void evictedValueThatWasJoinedEnds() {
            Flight<String> copy = alone("ab", 1, 1, AT);

            assertThat(open(joined(join("ab"))).evicted()).isNull();
            assertThat(flying(joined(join("ab")), copy).evicted()).isEqualTo(flying(null, copy));
        }
    }

    @Nested
    class DueAlone {

        private Step<String> due(Transition<String, String, String> transition, JoinState<String> state) {
            return transition.due("k", state, AT, CLAIM, true);
        }

        @Test
        void suspectIsClaimedAloneAndItsAttemptCounts() {
            JoinState<String> state = flying(null, together("ab", 9, 1, AT), threw("cd", Cause.COMPLETE, 1, AT));

            Step<String> step = due(plain, state);

            assertThat(step.claimed())
                    .containsExactly(suspect(new Flight<>(
                            join("ab"),
                            Cause.COMPLETE,
                            Status.CLAIMED_ALONE,
                            false,
                            CLAIM,
                            TOKEN,
                            2,
                            null,
                            AT + LEASE)));
            assertThat(step.more()).isTrue();
            assertThat(step.next().inFlight().get(1)).isEqualTo(state.inFlight().get(1));
        }

        @Test
        void suspectStaysOneWhetherItThrowsOrIsGivenBack() {
            JoinState<String> claimed =
                    due(plain, flying(null, alone("ab", 9, 1, AT))).next();

            assertThat(only(plain.threw(claimed, CLAIM, "boom", AT, 0)).suspect())
                    .isTrue();
            assertThat(only(plain.givenBack(claimed, CLAIM, AT)).suspect()).isTrue();
            assertThat(only(plain.interrupted(claimed, CLAIM, "boom", AT, 0)).suspect())
                    .isTrue();
            assertThat(only(plain.renewed(claimed, CLAIM, AT)).suspect()).isTrue();
            JoinState<String> given = plain.givenBack(claimed, CLAIM, AT).next();
            assertThat(only(due(plain, given)).suspect()).isTrue();
        }

        @Test
        void everythingDueIsClaimedOneByOne() {
            JoinState<String> state =
                    flying(TransitionTest.due("e", AT), threw("ab", Cause.COMPLETE, 1, AT), alone("cd", 3, 1, AT + 1));

            Step<String> first = due(plain, state);
            assertThat(words(first.claimed())).containsExactly("ab");
            assertThat(first.claimed().get(0).attempts()).isEqualTo(2);
            assertThat(first.more()).isTrue();
            Step<String> second =
                    due(plain, plain.returned(first.next(), CLAIM, AT).next());
            assertThat(words(second.claimed())).containsExactly("e");
            assertThat(second.claimed().get(0).attempts()).isEqualTo(1);
            assertThat(second.more()).isFalse();
        }

        @Test
        void usedUpSuspectGoesToOnPoisoned() {
            Step<String> step = due(poisoning, flying(null, alone("ab", 9, 3, AT)));

            Flight<String> claimed = step.claimed().get(0);
            assertThat(claimed.attempts()).isEqualTo(4);
            assertThat(poisoning.isPoisoned(claimed)).isTrue();
            assertThat(poisoning.attempt(claimed)).isEqualTo(3);
        }

        @Test
        void usedUpSuspectIsParkedInThatWrite() {
            Step<String> step = due(parking, flying(null, alone("ab", 9, 3, AT), alone("cd", 8, 2, AT)));

            assertThat(step.parked())
                    .containsExactly(suspect(
                            new Flight<>(join("ab"), Cause.COMPLETE, Status.PARKED, false, 0, 5, 3, null, NEVER)));
            assertThat(words(step.claimed())).containsExactly("cd");
            assertThat(step.more()).isFalse();
        }

        @Test
        void onPoisonedThatDiesAsOftenAsAttemptsAreAllowedIsNotCalledAgain() {
            assertThat(due(poisoning, flying(null, alone("ab", 9, 5, AT))).claimed())
                    .hasSize(1);
            Step<String> step = due(poisoning, flying(null, alone("ab", 9, 6, AT)));
            assertThat(step.claimed()).isEmpty();
            assertThat(words(step.parked())).containsExactly("ab");
        }

        @Test
        void keptValueThatWasJoinedEndsEvenThen() {
            Transition<String, String, String> keeping = with(spec -> keeping(spec));

            Step<String> step =
                    due(keeping, flying(joined(TransitionTest.due("ab", AT)), threw("ab", Cause.COMPLETE, 1, AT)));

            assertThat(step.next().open()).isNull();
            assertThat(step.more()).isFalse();
        }

        @Test
        void atMostOnceTakesOneOutAsItClaimsIt() {
            Transition<String, String, String> once =
                    with(spec -> spec.atMostOnce().identifiedBy(letter -> letter, HALF_A_SECOND));
            JoinState<String> evicted = new JoinState<>(
                            join("c", "c"), open(join("a", "a")).evicted().inFlight(), null, 5)
                    .evicted();

            Step<String> first = due(once, evicted);
            assertThat(words(first.claimed())).containsExactly("a");
            assertThat(words(first.next().inFlight())).containsExactly("c");
            assertThat(first.next().closed())
                    .isEqualTo(new Closed(0, new Last(AT, Cause.EVICTED, 1), List.of(kept(AT + 500, "a"))));
            assertThat(first.more()).isTrue();
            assertThat(due(once, first.next()).next().inFlight()).isEmpty();
        }
    }

    @Nested
    class EndsOfHandOvers {

        @Test
        void returningRemovesTheFlightAndThenTheKey() {
            JoinState<String> two = flying(null, alone("ab", CLAIM, 1, AT), alone("cd", 3, 1, AT));

            Step<String> one = plain.returned(two, CLAIM, AT);

            assertThat(one.next().inFlight()).extracting(Flight::claim).containsExactly(3L);
            assertThat(plain.returned(one.next(), 3, AT)).isEqualTo(Step.to(null, Verdict.DONE));
        }

        @Test
        void returningLeavesTheOpenJoinAndWhatIsRememberedAlone() {
            Closed closed = new Closed(AT + 1, null, List.of());
            List<Flight<String>> ended = List.of(alone("ab", CLAIM, 1, AT));

            assertThat(plain.returned(new JoinState<>(join("c"), ended, null, 5), CLAIM, AT)
                            .next())
                    .isEqualTo(open(join("c")));
            assertThat(plain.returned(new JoinState<>(null, ended, closed, 5), CLAIM, AT)
                            .next())
                    .isEqualTo(new JoinState<>(null, List.of(), closed, 5));
        }

        @Test
        void endOfAHandOverConcernsTheFlightWithItsClaimOnly() {
            Flight<String> other = alone("ab", 3, 1, AT);
            JoinState<String> two = flying(null, other, alone("cd", CLAIM, 1, AT));

            assertThat(plain.returned(two, CLAIM, AT).next().inFlight()).containsExactly(other);
            assertThat(List.of(
                            plain.threw(two, CLAIM, "boom", AT, 0),
                            plain.interrupted(two, CLAIM, "boom", AT, 0),
                            plain.givenBack(two, CLAIM, AT),
                            plain.renewed(two, CLAIM, AT)))
                    .allSatisfy(step -> {
                        assertThat(step.next().inFlight().get(0)).isEqualTo(other);
                        assertThat(step.next().inFlight().get(1))
                                .isNotEqualTo(two.inFlight().get(1));
                    });
        }

        @Test
        void returningIsRememberedWhereTheSpecSaysSo() {
            JoinState<String> state = new JoinState<>(
                    null,
                    List.of(alone("ab", CLAIM, 1, AT, "a", "b")),
                    new Closed(AT + 501, new Last(AT - 5, Cause.EXPIRED, 1), List.of(kept(AT + 1, "x"), kept(AT, "y"))),
                    5);

            assertThat(remembering.returned(state, CLAIM, AT).next().closed())
                    .isEqualTo(new Closed(
                            AT + 501,
                            new Last(AT, Cause.COMPLETE, 2),
                            List.of(kept(AT + 1, "x"), kept(AT + 500, "a", "b"))));
            assertThat(remembering
                            .returned(flying(null, state.inFlight().get(0)), CLAIM, AT)
                            .next()
                            .closed())
                    .isEqualTo(
                            new Closed(AT + 500, new Last(AT, Cause.COMPLETE, 2), List.of(kept(AT + 500, "a", "b"))));
        }

        @Test
        void onlyIdsThatAreThereAreKept() {
            Transition<String, String, String> idsKept = with(spec -> spec.identifiedBy(m -> m, HALF_A_SECOND));

            assertThat(idsKept.returned(flying(null, alone("ab", CLAIM, 1, AT)), CLAIM, AT)
                            .next())
                    .isNull();
            assertThat(idsKept.remembers()).isTrue();
            assertThat(withIds.remembers()).isFalse();
            assertThat(withIds.returned(flying(null, alone("ab", CLAIM, 1, AT, "a")), CLAIM, AT)
                            .next())
                    .isNull();
        }

        @Test
        void keyWithoutIdsIsClosedAllTheSame() {
            Transition<String, String, String> closing = with(spec -> spec.rememberFor(HALF_A_SECOND));

            assertThat(closing.returned(flying(null, alone("ab", CLAIM, 1, AT)), CLAIM, AT)
                            .next()
                            .closed())
                    .isEqualTo(new Closed(AT + 500, new Last(AT, Cause.COMPLETE, 2), List.of()));
        }

        @Test
        void lostClaimChangesNothing() {
            JoinState<String> state = flying(join("c"), alone("ab", 1, 2, AT + 5));

            assertUnchanged(plain.returned(state, CLAIM, AT), state, Verdict.LOST);
            assertUnchanged(plain.threw(state, CLAIM, "e", AT, 0), state, Verdict.LOST);
            assertUnchanged(plain.interrupted(state, CLAIM, "e", AT, 0), state, Verdict.LOST);
            assertUnchanged(plain.givenBack(state, CLAIM, AT), state, Verdict.LOST);
            assertUnchanged(plain.renewed(state, CLAIM, AT), state, Verdict.LOST);
            assertUnchanged(plain.returned(null, CLAIM, AT), null, Verdict.LOST);
        }

        @Test
        void failedFlightIsNobodysClaim() {
            JoinState<String> state = flying(null, threw("ab", Cause.COMPLETE, 1, AT + 5));

            assertUnchanged(plain.returned(state, CLAIM, AT), state, Verdict.LOST);
        }

        @Test
        void throwingCountsTheAttemptOfAJoinThatWasClaimedWithOthers() {
            assertThat(only(plain.threw(flying(null, together("ab", CLAIM, 1, AT)), CLAIM, "boom", AT, 1)))
                    .isEqualTo(threw("ab", Cause.COMPLETE, 2, AT + 2_000));
            assertThat(only(plain.threw(flying(null, alone("ab", CLAIM, 2, AT)), CLAIM, "boom", AT, 1)))
                    .isEqualTo(threw("ab", Cause.COMPLETE, 2, AT + 2_000));
        }

        @Test
        void attemptsEndAtTheirMaximum() {
            assertThat(only(poisoning.threw(flying(null, alone("ab", CLAIM, 5, AT)), CLAIM, "boom", AT, 0))
                            .attempts())
                    .isEqualTo(3);
            assertThat(only(poisoning.threw(flying(null, together("ab", CLAIM, 3, AT)), CLAIM, "boom", AT, 0))
                            .attempts())
                    .isEqualTo(3);
        }

        @Test
        void lastAttemptThatThrowsIsParked() {
            Step<String> step = parking.threw(flying(null, together("ab", CLAIM, 2, AT)), CLAIM, "boom", AT, 0);

            assertThat(step.parked()).containsExactly(parked("ab", 3));
            assertThat(only(step)).isEqualTo(parked("ab", 3));
            assertThat(step.next().dueAt()).isEqualTo(NEVER);
            assertThat(parking.threw(flying(null, together("ab", CLAIM, 1, AT)), CLAIM, "boom", AT, 0)
                            .parked())
                    .isEmpty();
        }

        @Test
        void interruptedAttemptDoesNotCount() {
            assertThat(only(poisoning.interrupted(flying(null, alone("ab", CLAIM, 3, AT)), CLAIM, "boom", AT, 1)))
                    .isEqualTo(threw("ab", Cause.COMPLETE, 2, AT + 100));
            assertThat(only(poisoning.interrupted(flying(null, together("ab", CLAIM, 2, AT)), CLAIM, "boom", AT, 0)))
                    .isEqualTo(threw("ab", Cause.COMPLETE, 2, AT + 50));
        }

        @Test
        void whatIsGivenBackIsDueAtOnceAndCountsNoAttempt() {
            assertThat(only(poisoning.givenBack(flying(null, alone("ab", CLAIM, 1, AT + 5)), CLAIM, AT)))
                    .isEqualTo(givenBack("ab", Cause.COMPLETE, 0, AT));
            assertThat(only(poisoning.givenBack(flying(null, together("ab", CLAIM, 1, AT + 5)), CLAIM, AT)))
                    .isEqualTo(givenBack("ab", Cause.COMPLETE, 1, AT));
        }

        @Test
        void whatIsGivenBackKeepsItsLastError() {
            JoinState<String> claimed = plain.due(
                            "k", flying(null, threw("ab", Cause.COMPLETE, 1, AT)), AT, CLAIM, false)
                    .next();

            assertThat(only(plain.givenBack(claimed, CLAIM, AT)).lastError()).isEqualTo("boom");
        }

        @Test
        void backoffDoublesUpToItsCapAndIsShortenedByHalfAtMost() {
            Transition<String, String, String> retrying = with(spec -> retrying(spec, 9));

            assertThat(List.of(1, 2, 3, 8))
                    .extracting(attempt -> dueIn(retrying, attempt, 1))
                    .containsExactly(100L, 200L, 350L, 350L);
            assertThat(List.of(1, 2, 3, 8))
                    .extracting(attempt -> dueIn(retrying, attempt, 0))
                    .containsExactly(50L, 100L, 175L, 175L);
        }

        @Test
        void backoffIsAtLeastAMillisecond() {
            Transition<String, String, String> hasty =
                    with(spec -> spec.retry(9, Duration.ofMillis(1)).onPoisoned((word, handOver) -> {}));

            assertThat(dueIn(hasty, 1, 0)).isEqualTo(1);
        }

        private long dueIn(Transition<String, String, String> transition, int attempt, double jitter) {
            JoinState<String> state = flying(null, alone("ab", CLAIM, attempt, AT + 5));
            Flight<String> flight = only(transition.threw(state, CLAIM, "boom", AT, jitter));
            assertThat(flight.status()).isEqualTo(Status.THREW);
            assertThat(flight.claim()).isEqualTo(Flight.UNCLAIMED);
            assertThat(flight.lastError()).isEqualTo("boom");
            assertThat(flight.attempts()).isEqualTo(attempt);
            return flight.dueAt() - AT;
        }

        @Test
        void longErrorIsCut() {
            assertThat(errorOf("x".repeat(10_000))).hasSize(500);
        }

        @Test
        void errorMayHaveNoText() {
            assertThat(errorOf("")).isEmpty();
        }

        @Test
        void errorIsKeptAsTextThatEveryStoreCanHold() {
            String face = "\uD83D\uDE00";

            assertThat(errorOf("x".repeat(499) + face)).isEqualTo("x".repeat(499));
            assertThat(errorOf("\uDE00!")).isEqualTo("?!");
            assertThat(errorOf("x".repeat(498) + face)).isEqualTo("x".repeat(498) + face);
        }

        private @Nullable String errorOf(String error) {
            JoinState<String> state = flying(null, alone("ab", CLAIM, 1, AT + 5));
            return only(plain.threw(state, CLAIM, error, AT, 0)).lastError();
        }

        @Test
        void renewingGivesTheWholeLeaseAgain() {
            Flight<String> renewed = only(plain.renewed(flying(null, alone("ab", CLAIM, 3, AT + 5)), CLAIM, AT));

            assertThat(renewed).isEqualTo(alone("ab", CLAIM, 3, AT + LEASE));
        }

        @Test
        void attemptsAreUsedUpAtTheirMaximum() {
            assertThat(List.of(2, 3, 4))
                    .extracting(attempts -> poisoning.isLastAttempt(alone("ab", 1, attempts, AT)))
                    .containsExactly(false, true, true);
            assertThat(List.of(2, 3, 4))
                    .extracting(attempts -> poisoning.isPoisoned(alone("ab", 1, attempts, AT)))
                    .containsExactly(false, false, true);
            assertThat(List.of(1, 2, 3))
                    .extracting(attempts -> poisoning.isLastAttempt(together("ab", 1, attempts, AT)))
                    .containsExactly(false, true, true);
            assertThat(List.of(1, 2, 3))
                    .extracting(attempts -> poisoning.isPoisoned(together("ab", 1, attempts, AT)))
                    .containsExactly(false, false, true);
            assertThat(parking.parksPoisoned()).isTrue();
            assertThat(poisoning.parksPoisoned()).isFalse();
        }

        @Test
        void attemptsWithoutLimitDoNotOverflow() {
            Flight<String> tried = alone("ab", CLAIM, Integer.MAX_VALUE, AT);

            assertThat(plain.attempt(tried)).isEqualTo(Integer.MAX_VALUE);
            Step<String> again = plain.due("k", flying(null, tried), AT, CLAIM, true);
            assertThat(again.claimed().get(0).attempts()).isEqualTo(Integer.MAX_VALUE);
            assertThat(plain.attempt(together("ab", CLAIM, Integer.MAX_VALUE, AT)))
                    .isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Nested
    class Releases {
        private final JoinState<String> all = flying(
                join("e", "e"),
                threw("ab", Cause.EXPIRED, 1, AT + 5, "a"),
                alone("cd", 3, 1, AT + 1, "c"),
                alone("xy", 4, 1, AT, "x"),
                parked("gh", 3, "g"));

        private Step<String> release(Transition<String, String, String> transition, @Nullable JoinState<String> state) {
            return transition.release("k", state, AT, CLAIM, 5);
        }

        @Test
        void claimWhatNobodyHandsOverWithAttemptsFromZero() {
            Step<String> step = release(poisoning, all);

            assertThat(words(step.claimed())).containsExactly("ab", "gh", "e");
            assertThat(step.claimed())
                    .extracting(Flight::cause)
                    .containsExactly(Cause.EXPIRED, Cause.COMPLETE, Cause.FORCED);
            assertThat(step.claimed()).extracting(Flight::claim).containsExactly(CLAIM, CLAIM + 1, CLAIM + 2);
            assertThat(step.claimed()).extracting(Flight::attempts).containsOnly(0);
            assertThat(step.claimed()).extracting(poisoning::attempt).containsOnly(1);
            assertThat(step.claimed()).extracting(Flight::lastError).containsOnlyNulls();
            assertThat(step.claimed()).noneMatch(poisoning::isPoisoned);
            assertThat(step.claimed()).extracting(Flight::status).containsOnly(Status.CLAIMED_TOGETHER);
            assertThat(step.more()).as("there is a suspect").isTrue();
            assertThat(step.next().inFlight().get(1)).isEqualTo(all.inFlight().get(1));
            assertThat(step.next().open()).isNull();
        }

        @Test
        void claimASuspectAloneWhenNothingElseIsLeft() {
            JoinState<String> rest = flying(
                    null,
                    alone("cd", 3, 1, AT + 1),
                    alone("xy", 4, 3, AT),
                    suspect(givenBack("gh", Cause.COMPLETE, 2, AT + 9)));

            Step<String> step = release(poisoning, rest);

            assertThat(step.claimed()).singleElement().satisfies(flight -> {
                assertThat(flight.join().value()).isEqualTo("xy");
                assertThat(flight.status()).isEqualTo(Status.CLAIMED_ALONE);
                assertThat(flight.attempts()).isEqualTo(1);
                assertThat(flight.suspect()).isTrue();
            });
            assertThat(step.more()).isTrue();
            Step<String> last = release(poisoning, step.next());
            assertThat(words(last.claimed())).containsExactly("gh");
            assertThat(last.more()).isFalse();
        }

        @Test
        void countTheAttemptOfALoneClaim() {
            Step<String> open = release(plain, open(join("e")));
            Step<String> failed = release(plain, flying(null, threw("ab", Cause.COMPLETE, 7, AT + 5)));

            for (Step<String> step : List.of(open, failed)) {
                assertThat(step.claimed()).singleElement().satisfies(flight -> {
                    assertThat(flight.status()).isEqualTo(Status.CLAIMED_ALONE);
                    assertThat(flight.attempts()).isEqualTo(1);
                });
                assertThat(step.more()).isFalse();
            }
        }

        @Test
        void leaveAloneWhatWasClaimedSinceTheyBegan() {
            JoinState<String> state = new JoinState<>(
                    null,
                    List.of(
                            threw("ab", Cause.COMPLETE, 1, AT + 5),
                            new Flight<>(join("cd"), Cause.COMPLETE, Status.THREW, false, 0, 6, 1, "boom", AT + 9)),
                    null,
                    6);

            assertThat(words(release(plain, state).claimed())).containsExactly("ab");
            assertThat(release(plain, state).more()).isFalse();
        }

        @Test
        void keepWithinTheRoomInFlight() {
            Transition<String, String, String> two = with(spec -> spec.maxInFlight(2));
            JoinState<String> state = flying(join("e"), alone("cd", 3, 1, AT + 1), parked("gh", 3), parked("ij", 3));

            Step<String> step = release(two, state);

            assertThat(words(step.claimed())).containsExactly("gh");
            assertThat(step.more()).isTrue();
            assertThat(step.next().open()).isEqualTo(state.open());
            Transition<String, String, String> one = with(spec -> spec.maxInFlight(1));
            assertThatExceptionOfType(ContentionException.class).isThrownBy(() -> release(one, state));
            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> release(one, flying(join("e"), alone("cd", 3, 1, AT + 1))));
        }

        @Test
        void makeRoomWithASuspectFirst() {
            Transition<String, String, String> one = with(spec -> spec.maxInFlight(1));

            Step<String> step = release(one, flying(join("e"), alone("xy", 4, 1, AT), parked("gh", 3)));

            assertThat(words(step.claimed())).containsExactly("xy");
            assertThat(step.more()).isTrue();
        }

        @Test
        void takeOneAfterTheOtherAtMostOnce() {
            Transition<String, String, String> once = with(spec -> spec.atMostOnce());
            JoinState<String> state =
                    flying(join("e"), givenBack("ab", Cause.EVICTED, 0, AT), givenBack("cd", Cause.EVICTED, 0, AT));

            Step<String> first = release(once, state);
            assertThat(words(first.claimed())).containsExactly("ab");
            assertThat(words(first.next().inFlight())).containsExactly("cd");
            assertThat(first.more()).isTrue();
            Step<String> second = release(once, first.next());
            assertThat(words(second.claimed())).containsExactly("cd");
            assertThat(second.more()).isTrue();
            Step<String> third = release(once, second.next());
            assertThat(words(third.claimed())).containsExactly("e");
            assertThat(third.more()).isFalse();
            assertThat(third.next()).isNull();
        }

        @Test
        void mayHaveNothingToDo() {
            JoinState<String> live = flying(null, alone("cd", 3, 1, AT + 1));

            assertUnchanged(release(plain, live), live, Verdict.NOTHING);
            assertUnchanged(release(plain, null), null, Verdict.NOTHING);
        }
    }

    @Nested
    class Drops {
        private final JoinState<String> all = flying(
                join("e", "e"),
                threw("ab", Cause.EXPIRED, 1, AT + 5, "a"),
                alone("cd", 3, 1, AT + 1, "c"),
                alone("xy", 4, 1, AT, "x"),
                parked("gh", 3, "g"));

        @Test
        void takeOutWhatNobodyHandsOver() {
            Removal<String> removal = withIds.drop("k", all, AT);

            assertThat(removal.removed())
                    .isEqualTo(new JoinState<>(
                            all.open(),
                            List.of(
                                    all.inFlight().get(0),
                                    all.inFlight().get(2),
                                    all.inFlight().get(3)),
                            null,
                            0));
            assertThat(removal.next()).isEqualTo(flying(null, all.inFlight().get(1)));
        }

        @Test
        void areRememberedButNotAsAHandOver() {
            assertThat(remembering.drop("k", open(join("a", "a")), AT).next())
                    .isEqualTo(new JoinState<>(
                            null, List.of(), new Closed(AT + 500, null, List.of(kept(AT + 500, "a"))), 5));
            Last last = new Last(AT - 7, Cause.COMPLETE, 2);
            JoinState<String> again =
                    new JoinState<>(join("a", "a"), List.of(), new Closed(AT + 5, last, List.of()), 5);
            assertThat(remembering.drop("k", again, AT).next().closed().last()).isEqualTo(last);
            assertThat(remembering
                            .drop("k", flying(null, parked("gh", 3, "g")), AT)
                            .next()
                            .closed())
                    .isEqualTo(new Closed(AT + 500, null, List.of(kept(AT + 500, "g"))));
        }

        @Test
        void mayHaveNothingToDo() {
            JoinState<String> live = flying(null, alone("cd", 3, 1, AT + 1));

            assertThat(plain.drop("k", live, AT).removed()).isNull();
            assertThat(plain.drop("k", live, AT).next()).isSameAs(live);
            assertThat(plain.drop("k", null, AT)).isEqualTo(new Removal<String>(null, null));
        }
    }

    @Nested
    class Reexaminations {

        private Step<String> reexamine(
                Transition<String, String, String> transition, @Nullable JoinState<String> state) {
            return transition.reexamine("k", state, AT, CLAIM, false);
        }

        @Test
        void claimWhatIsWholeNow() {
            Step<String> step = reexamine(plain, open(join("ab", "a")));

            assertThat(step.verdict()).isEqualTo(Verdict.CLAIMED);
            assertThat(step.claimed()).singleElement().satisfies(flight -> {
                assertThat(flight.join()).isEqualTo(join("ab", "a"));
                assertThat(flight.cause()).isEqualTo(Cause.COMPLETE);
                assertThat(flight.status()).isEqualTo(Status.CLAIMED_TOGETHER);
            });
            assertThat(step.next().open()).isNull();
        }

        @Test
        void keepWhatTheSpecKeeps() {
            Step<String> step = reexamine(with(spec -> keeping(spec)), open(join("ab")));

            assertThat(step.claimed()).hasSize(1);
            assertThat(step.next().open()).isEqualTo(joined(join("ab")));
        }

        @Test
        void leaveEverythingElse() {
            for (JoinState<String> state : List.of(
                    open(join("a")), open(joined(join("ab"))), flying(null, threw("ab", Cause.COMPLETE, 1, AT)))) {
                assertUnchanged(reexamine(plain, state), state, Verdict.NOTHING);
            }
            assertUnchanged(reexamine(plain, null), null, Verdict.NOTHING);
        }

        @Test
        void needRoom() {
            Transition<String, String, String> one = with(spec -> spec.maxInFlight(1));

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> reexamine(one, flying(join("ab"), alone("cd", 3, 1, AT + 1))));
        }
    }

    @Test
    void setOfIdsIsTheUnionOfItsMessages() {
        assertThat(identified(withIds, open(join("", "x")), "a").next().open().ids())
                .isEqualTo(Set.of("x", "a"));
    }
}
