package dev.joiner.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.Step.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Every row of the table of states. Messages are letters, merged into words; a word of two letters is whole. The id of
 * a message is its letter.
 */
class TransitionTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_000_000);
    private static final long AT = NOW.toEpochMilli();
    private static final long TOKEN = AT * 1000;
    private static final long NEVER = JoinState.NEVER;
    private static final long LEASE = 60_000;
    private static final long CLAIM = 77;

    private static JoinSpec.Builder<String, String, String> words() {
        return JoinSpec.<String>keyedBy(message -> "k")
                .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                .sufficientWhen(word -> word.length() >= 2);
    }

    private static Transition<String, String> with(UnaryOperator<JoinSpec.Builder<String, String, String>> options) {
        return new Transition<>(options.apply(words()).build());
    }

    private final Transition<String, String> plain = with(spec -> spec);
    private final Transition<String, String> withIds = with(spec -> spec.identifiedBy(letter -> letter));
    private final Transition<String, String> remembering =
            with(spec -> spec.identifiedBy(letter -> letter).rememberFor(Duration.ofMillis(500)));

    private static Join<String> join(String word, String... ids) {
        return new Join<>(word, word.length(), AT - 10, NEVER, NEVER, List.of(ids), false);
    }

    private static Flight<String> claimed(
            String word, Cause cause, long claim, int attempt, long dueAt, String... ids) {
        return new Flight<>(join(word, ids), cause, claim, 5, attempt, null, dueAt);
    }

    private static Flight<String> failed(String word, Cause cause, int attempt, long dueAt, String... ids) {
        return new Flight<>(join(word, ids), cause, Flight.UNCLAIMED, 5, attempt, "boom", dueAt);
    }

    private static JoinState<String> open(Join<String> open) {
        return new JoinState<>(open, List.of(), null, 5);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static JoinState<String> flying(@Nullable Join<String> open, Flight<String>... flights) {
        return new JoinState<>(open, List.of(flights), null, 5);
    }

    private static Step<String> message(
            Transition<String, String> transition, @Nullable JoinState<String> state, String message) {
        return transition.message("k", state, message, null, NOW, CLAIM);
    }

    private static Step<String> identified(
            Transition<String, String> transition, @Nullable JoinState<String> state, String message) {
        return transition.message("k", state, message, message, NOW, CLAIM);
    }

    private static void assertUnchanged(Step<String> step, @Nullable JoinState<String> state, Verdict verdict) {
        assertThat(step.verdict()).isEqualTo(verdict);
        assertThat(step.next()).isSameAs(state);
        assertThat(step.claimed()).isEmpty();
    }

    @Nested
    class Messages {

        @Test
        void firstOneOpensAJoin() {
            Step<String> step = message(plain, null, "a");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.claimed()).isEmpty();
            assertThat(step.next())
                    .isEqualTo(new JoinState<>(
                            new Join<>("a", 1, AT, NEVER, NEVER, List.of(), false), List.of(), null, 0));
        }

        @Test
        void lastOneMovesTheJoinIntoFlight() {
            Step<String> step = message(plain, open(join("a")), "b");

            Flight<String> flight = new Flight<>(join("ab"), Cause.COMPLETE, CLAIM, TOKEN, 1, null, AT + LEASE);
            assertThat(step)
                    .isEqualTo(Step.claiming(new JoinState<>(null, List.of(flight), null, TOKEN), List.of(flight)));
        }

        @Test
        void nextOneOpensTheNextJoinBesideTheFlight() {
            JoinState<String> state = flying(null, claimed("ab", Cause.COMPLETE, 1, 1, AT + 5));

            Step<String> step = message(plain, state, "c");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.next().open().value()).isEqualTo("c");
            assertThat(step.next().inFlight()).isEqualTo(state.inFlight());
        }

        @Test
        void oneBesideAFlightMayCompleteItsOwnJoin() {
            JoinState<String> state = flying(join("c"), claimed("ab", Cause.COMPLETE, 1, 1, AT + 5));

            Step<String> step = message(plain, state, "d");

            assertThat(step.claimed()).extracting(f -> f.join().value()).containsExactly("cd");
            assertThat(step.next().inFlight()).hasSize(2);
            assertThat(step.next().open()).isNull();
        }

        @Test
        void knownIdIsADuplicateWhereverItIsKnown() {
            assertThat(List.of(
                            open(join("a", "a")),
                            flying(null, claimed("ab", Cause.COMPLETE, 1, 1, AT + 5, "b", "a")),
                            flying(null, claimed("ab", Cause.COMPLETE, 1, 1, AT - 5, "b", "a")),
                            flying(null, failed("ab", Cause.EXPIRED, 1, AT + 5, "b", "a")),
                            flying(null, failed("ab", Cause.FORCED, 1, AT + 5, "b", "a")),
                            new JoinState<String>(null, List.of(), new Closed(List.of("b", "a"), AT + 1), 5)))
                    .allSatisfy(state -> assertUnchanged(identified(withIds, state, "a"), state, Verdict.DUPLICATE));
        }

        @Test
        void idThatWasRememberedLongEnoughIsNew() {
            JoinState<String> state = new JoinState<>(null, List.of(), new Closed(List.of("a"), AT), 5);

            Step<String> step = identified(withIds, state, "a");

            assertThat(step.verdict()).isEqualTo(Verdict.MERGED);
            assertThat(step.next().closed()).isNull();
        }

        @Test
        void knownIdOfAFailedJoinTakesItUpAgainAsItIs() {
            JoinState<String> state = flying(
                    join("c", "c"),
                    failed("ab", Cause.COMPLETE, 1, AT + 500, "a", "b"),
                    claimed("de", Cause.COMPLETE, 1, 1, AT + 5, "d", "e"));

            Step<String> step = identified(withIds, state, "b");

            Flight<String> again =
                    new Flight<>(join("ab", "a", "b"), Cause.COMPLETE, CLAIM, TOKEN, 2, "boom", AT + LEASE);
            assertThat(step.claimed()).containsExactly(again);
            assertThat(step.next().inFlight())
                    .containsExactly(again, state.inFlight().get(1));
            assertThat(step.next().open()).isEqualTo(state.open());
        }

        @Test
        void withoutIdsTheNewestFailedJoinTakesTheMessageIn() {
            JoinState<String> state = flying(
                    null,
                    failed("ab", Cause.COMPLETE, 1, AT + 500),
                    failed("cd", Cause.COMPLETE, 2, AT + 500),
                    failed("x", Cause.EXPIRED, 1, AT + 500),
                    claimed("ef", Cause.COMPLETE, 1, 1, AT + 5));

            Step<String> step = message(plain, state, "b");

            assertThat(step.claimed()).singleElement().satisfies(again -> {
                assertThat(again.join()).isEqualTo(join("cdb"));
                assertThat(again.attempt()).isEqualTo(3);
                assertThat(again.claim()).isEqualTo(CLAIM);
            });
            assertThat(step.next().inFlight().get(1)).isEqualTo(step.claimed().get(0));
        }

        @Test
        void completeJoinIsNotAskedAgainWhetherItIsSufficient() {
            Transition<String, String> exactlyTwo = new Transition<>(JoinSpec.<String>keyedBy(m -> "k")
                    .<String>mergedBy((m, pending) -> pending == null ? m : pending + m)
                    .sufficientWhen(word -> word.length() == 2)
                    .build());

            Step<String> step = message(exactlyTwo, flying(null, failed("ab", Cause.COMPLETE, 1, AT + 500)), "b");

            assertThat(step.claimed()).extracting(f -> f.join().value()).containsExactly("abb");
        }

        @Test
        void joinThatFailedAsExpiredOrForcedIsFrozen() {
            JoinState<String> state =
                    flying(null, failed("a", Cause.EXPIRED, 1, AT + 5), failed("c", Cause.FORCED, 1, AT + 5));

            Step<String> step = message(plain, state, "b");

            assertThat(step.next().open().value()).isEqualTo("b");
            assertThat(step.next().inFlight()).isEqualTo(state.inFlight());
        }

        @Test
        void closedKeyOrAnythingInFlightMakesAMessageLate() {
            assertThat(List.of(
                            new JoinState<String>(null, List.of(), new Closed(List.of("a"), AT + 1), 5),
                            flying(null, claimed("ab", Cause.COMPLETE, 1, 1, AT + 5, "a", "b")),
                            flying(null, failed("a", Cause.EXPIRED, 1, AT + 5, "a"))))
                    .allSatisfy(state -> assertUnchanged(identified(remembering, state, "z"), state, Verdict.LATE));
        }

        @Test
        void keyIsOpenAgainWhenItsTimeIsOverAlthoughItsIdsAreKeptLonger() {
            Transition<String, String> both = with(spec ->
                    spec.identifiedBy(letter -> letter, Duration.ofMillis(500)).rememberFor(Duration.ofMillis(200)));
            JoinState<String> lateStill = new JoinState<>(null, List.of(), new Closed(List.of("a"), AT + 301), 5);
            JoinState<String> openAgain = new JoinState<>(null, List.of(), new Closed(List.of("a"), AT + 300), 5);

            assertUnchanged(identified(both, lateStill, "z"), lateStill, Verdict.LATE);
            assertUnchanged(identified(both, openAgain, "a"), openAgain, Verdict.DUPLICATE);
            assertThat(identified(both, openAgain, "z").verdict()).isEqualTo(Verdict.MERGED);
            assertThat(identified(both, openAgain, "z").next().closed()).isEqualTo(openAgain.closed());
        }

        @Test
        void keyIsClosedForItsTimeAlthoughItsIdsAreKeptForEver() {
            Transition<String, String> both =
                    with(spec -> spec.identifiedBy(letter -> letter, ChronoUnit.FOREVER.getDuration())
                            .rememberFor(Duration.ofMillis(200)));
            JoinState<String> flying = flying(null, claimed("ab", Cause.COMPLETE, CLAIM, 1, AT + 5, "a", "b"));
            Instant openAgain = NOW.plusMillis(200);

            JoinState<String> closed = both.returned(flying, CLAIM, NOW).next();

            assertUnchanged(identified(both, closed, "z"), closed, Verdict.LATE);
            assertThat(both.message("k", closed, "z", "z", openAgain, CLAIM).verdict())
                    .isEqualTo(Verdict.MERGED);
            assertUnchanged(both.message("k", closed, "a", "a", openAgain, CLAIM), closed, Verdict.DUPLICATE);
        }

        @Test
        void keyMayBeClosedForEver() {
            Transition<String, String> closing = with(spec -> spec.rememberFor(ChronoUnit.FOREVER.getDuration()));
            JoinState<String> flying = flying(null, claimed("ab", Cause.COMPLETE, CLAIM, 1, AT + 5));

            JoinState<String> closed = closing.returned(flying, CLAIM, NOW).next();

            Instant inAThousandYears = NOW.plus(Duration.ofDays(365_000));
            assertUnchanged(closing.message("k", closed, "z", null, inAThousandYears, CLAIM), closed, Verdict.LATE);
        }

        @Test
        void keptValueStaysAndACopyFlies() {
            Transition<String, String> keeping = with(spec ->
                    spec.keepAfterJoin().expireAfter(Duration.ofMillis(100)).joinOnExpiry());

            Step<String> first = message(keeping, open(join("a")), "b");
            Step<String> second = message(keeping, first.next(), "c");

            assertThat(first.next().open().joinedBefore()).isTrue();
            assertThat(second.claimed()).extracting(f -> f.join().value()).containsExactly("abc");
            assertThat(second.next().inFlight())
                    .extracting(f -> f.join().value())
                    .containsExactly("ab", "abc");
            assertThat(second.next().open().value()).isEqualTo("abc");
            assertThat(second.next().token()).isEqualTo(TOKEN + 1);
        }

        @Test
        void keptValueIsNotMergedIntoAFailedCopy() {
            Transition<String, String> keeping = with(spec ->
                    spec.keepAfterJoin().expireAfter(Duration.ofMillis(100)).joinOnExpiry());
            JoinState<String> state = flying(join("ab"), failed("ab", Cause.COMPLETE, 1, AT + 5));

            Step<String> step = message(keeping, state, "c");

            assertThat(step.claimed()).extracting(f -> f.join().value()).containsExactly("abc");
            assertThat(step.next().inFlight().get(0)).isEqualTo(state.inFlight().get(0));
        }

        @Test
        void atMostOnceLeavesNothingBehind() {
            Transition<String, String> once = with(spec -> spec.atMostOnce());

            Step<String> step = message(once, open(join("a")), "b");

            assertThat(step.claimed()).extracting(f -> f.join().value()).containsExactly("ab");
            assertThat(step.claimed()).extracting(Flight::token).containsExactly(TOKEN);
            assertThat(step.next()).isNull();
        }

        @Test
        void atMostOnceClosesTheKeyThatIsRemembered() {
            Transition<String, String> once = with(spec ->
                    spec.atMostOnce().rememberFor(Duration.ofMillis(500)).identifiedBy(m -> m));

            Step<String> step = identified(once, open(join("a", "a")), "b");

            assertThat(step.next())
                    .isEqualTo(new JoinState<>(null, List.of(), new Closed(List.of("a", "b"), AT + 500), TOKEN));
        }

        @Test
        void moreThanMaxInFlightIsRefused() {
            Transition<String, String> two = with(spec -> spec.maxInFlight(2));
            JoinState<String> state = flying(
                    join("e"),
                    claimed("ab", Cause.COMPLETE, 1, 1, AT + 5),
                    claimed("cd", Cause.COMPLETE, 2, 1, AT + 5));

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> message(two, state, "f"))
                    .withMessageContaining("maxInFlight")
                    .withMessageContaining("2");
            assertThat(message(two, flying(join("c"), state.inFlight().get(0)), "d")
                            .claimed())
                    .hasSize(1);
        }

        @Test
        void nullMergeResultIsAnErrorThatNamesTheOption() {
            Transition<String, String> nothing = new Transition<>(JoinSpec.<String>keyedBy(m -> "k")
                    .<String>mergedBy((m, pending) -> null)
                    .sufficientWhen(word -> true)
                    .build());

            assertThatExceptionOfType(NullPointerException.class)
                    .isThrownBy(() -> message(nothing, null, "a"))
                    .withMessage("mergedBy returned null for key \"k\"");
        }

        @Test
        void tokenIsTheTimeInMicroseconds() {
            Instant now = Instant.ofEpochSecond(1_000, 7_654_321);

            Step<String> step = plain.message("k", open(join("a")), "b", null, now, CLAIM);

            assertThat(step.claimed()).extracting(Flight::token).containsExactly(1_000_007_654L);
        }

        @Test
        void tokenGrowsEvenWhenTheClockGoesBack() {
            JoinState<String> ahead = new JoinState<>(join("a"), List.of(), null, TOKEN + 1_000_000);

            assertThat(message(plain, ahead, "b").claimed())
                    .extracting(Flight::token)
                    .containsExactly(TOKEN + 1_000_001);
        }
    }

    @Nested
    class Deadlines {

        private Join<String> first(UnaryOperator<JoinSpec.Builder<String, String, String>> expiry) {
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
            Transition<String, String> both = with(spec -> spec.expireAfter(Duration.ofMillis(100))
                    .expireAfterIdle(Duration.ofMillis(30))
                    .joinOnExpiry());
            Join<String> waiting = new Join<>("", 1, AT - 20, AT + 80, AT + 10, List.of(), false);

            Join<String> moved = message(both, open(waiting), "b").next().open();

            assertThat(moved.deadline()).isEqualTo(AT + 80);
            assertThat(moved.idleUntil()).isEqualTo(AT + 30);
            assertThat(moved.dueAt()).isEqualTo(AT + 30);
        }

        @Test
        void dataMaySetOneAndSilenceKeepsIt() {
            Transition<String, String> inData = with(spec -> spec.expireAt(
                            word -> word.endsWith("!") ? Instant.ofEpochMilli(AT + word.length()) : null)
                    .expireAfter(Duration.ofMillis(100))
                    .joinOnExpiry());
            Join<String> waiting = new Join<>("", 1, AT - 20, AT + 7, NEVER, List.of(), false);

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
    class Due {

        private Step<String> due(Transition<String, String> transition, @Nullable JoinState<String> state) {
            return transition.due("k", state, NOW, CLAIM);
        }

        @Test
        void nothingDueIsNothingToWrite() {
            JoinState<String> state = new JoinState<>(
                    new Join<>("a", 1, AT, AT + 1, NEVER, List.of(), false),
                    List.of(failed("bc", Cause.COMPLETE, 1, AT + 1)),
                    new Closed(List.of(), AT + 1),
                    5);

            assertUnchanged(due(plain, state), state, Verdict.NOTHING);
            assertUnchanged(due(plain, null), null, Verdict.NOTHING);
        }

        @Test
        void everythingDueIsDoneInOneStep() {
            JoinState<String> state = new JoinState<>(
                    new Join<>("e", 1, AT, AT, NEVER, List.of(), false),
                    List.of(
                            claimed("ab", Cause.COMPLETE, 9, 1, AT),
                            claimed("xy", Cause.COMPLETE, 8, 1, AT + 1),
                            failed("cd", Cause.FORCED, 2, AT - 1)),
                    new Closed(List.of("q"), AT),
                    5);

            Step<String> step = due(plain, state);

            assertThat(step.claimed()).extracting(f -> f.join().value()).containsExactly("ab", "cd", "e");
            assertThat(step.claimed()).extracting(Flight::claim).containsExactly(CLAIM, CLAIM + 1, CLAIM + 2);
            assertThat(step.claimed()).extracting(Flight::token).containsExactly(TOKEN, TOKEN + 1, TOKEN + 2);
            assertThat(step.claimed()).extracting(Flight::attempt).containsExactly(2, 3, 1);
            assertThat(step.claimed())
                    .extracting(Flight::cause)
                    .containsExactly(Cause.COMPLETE, Cause.FORCED, Cause.EXPIRED);
            assertThat(step.next().open()).isNull();
            assertThat(step.next().closed()).isNull();
            assertThat(step.next().inFlight()).hasSize(4);
            assertThat(step.next().inFlight().get(1)).isEqualTo(state.inFlight().get(1));
            assertThat(step.next().dueAt()).isEqualTo(AT + 1);
        }

        @Test
        void idleJoinExpiresToo() {
            Step<String> step = due(plain, open(new Join<>("e", 1, AT, NEVER, AT, List.of(), false)));

            assertThat(step.claimed()).extracting(Flight::cause).containsExactly(Cause.EXPIRED);
        }

        @Test
        void keptValueThatWasJoinedEnds() {
            Transition<String, String> keeping = with(spec ->
                    spec.keepAfterJoin().expireAfter(Duration.ofMillis(100)).joinOnExpiry());
            JoinState<String> joined = open(new Join<>("ab", 2, AT, AT, NEVER, List.of(), true));
            JoinState<String> waiting = open(new Join<>("a", 1, AT, AT, NEVER, List.of(), false));

            assertThat(due(keeping, joined)).isEqualTo(Step.to(null, Verdict.DONE));
            assertThat(due(keeping, waiting).claimed()).hasSize(1);
        }

        @Test
        void whatWasClosedIsForgotten() {
            assertThat(due(remembering, new JoinState<>(null, List.of(), new Closed(List.of("a"), AT), 5)))
                    .isEqualTo(Step.to(null, Verdict.DONE));
        }

        @Test
        void atMostOnceExpiresWithoutAFlight() {
            Transition<String, String> once = with(spec -> spec.atMostOnce());

            Step<String> step = due(once, open(new Join<>("a", 1, AT, AT, NEVER, List.of(), false)));

            assertThat(step.claimed()).hasSize(1);
            assertThat(step.next()).isNull();
        }

        @Test
        void atMostOnceTakesEvictedJoinsOutAsItClaimsThem() {
            Transition<String, String> once =
                    with(spec -> spec.atMostOnce().identifiedBy(letter -> letter, Duration.ofMillis(500)));
            JoinState<String> evicted = new JoinState<>(
                            join("c", "c"), open(join("a", "a")).evicted().inFlight(), null, 5)
                    .evicted();

            Step<String> swept = due(once, evicted);
            Step<String> released = once.release("k", evicted, NOW, CLAIM);

            assertThat(swept.claimed()).extracting(f -> f.join().value()).containsExactly("a", "c");
            assertThat(swept.next())
                    .isEqualTo(new JoinState<>(null, List.of(), new Closed(List.of("a", "c"), AT + 500), TOKEN + 1));
            assertThat(released).isEqualTo(swept);
        }

        @Test
        void openJoinWaitsForRoomInFlight() {
            Transition<String, String> one = with(spec -> spec.maxInFlight(1));
            Join<String> overdue = new Join<>("e", 1, AT, AT, NEVER, List.of(), false);

            assertThat(due(one, flying(overdue, failed("ab", Cause.COMPLETE, 1, AT)))
                            .claimed())
                    .extracting(f -> f.join().value())
                    .containsExactly("ab");
            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> due(one, flying(overdue, failed("ab", Cause.COMPLETE, 1, AT + 1))));
        }

        @Test
        void evictedJoinIsHandedOverAsSuch() {
            JoinState<String> evicted = open(join("a")).evicted();

            assertThat(evicted.dueAt()).isLessThanOrEqualTo(AT);
            assertThat(due(plain, evicted).claimed()).singleElement().satisfies(flight -> {
                assertThat(flight.cause()).isEqualTo(Cause.EVICTED);
                assertThat(flight.attempt()).isEqualTo(1);
            });
            JoinState<String> noneOpen = flying(null, claimed("ab", Cause.COMPLETE, 1, 1, AT));
            assertThat(noneOpen.evicted()).isSameAs(noneOpen);
        }

        @Test
        void evictedValueThatWasJoinedEnds() {
            Join<String> joined = new Join<>("ab", 2, AT, AT + 1, NEVER, List.of(), true);
            Flight<String> copy = claimed("ab", Cause.COMPLETE, 1, 1, AT);

            assertThat(open(joined).evicted()).isNull();
            assertThat(flying(joined, copy).evicted()).isEqualTo(flying(null, copy));
        }
    }

    @Nested
    class HandOvers {

        @Test
        void returningRemovesTheFlightAndThenTheKey() {
            JoinState<String> two =
                    flying(null, claimed("ab", Cause.COMPLETE, CLAIM, 1, AT), claimed("cd", Cause.COMPLETE, 3, 1, AT));

            Step<String> one = plain.returned(two, CLAIM, NOW);

            assertThat(one.next().inFlight()).extracting(Flight::claim).containsExactly(3L);
            assertThat(plain.returned(one.next(), 3, NOW)).isEqualTo(Step.to(null, Verdict.DONE));
        }

        @Test
        void endOfAHandOverConcernsTheFlightWithItsClaimOnly() {
            Flight<String> other = claimed("ab", Cause.COMPLETE, 3, 1, AT);
            JoinState<String> two = flying(null, other, claimed("cd", Cause.COMPLETE, CLAIM, 1, AT));

            assertThat(plain.returned(two, CLAIM, NOW).next().inFlight()).containsExactly(other);
            assertThat(List.of(plain.threw(two, CLAIM, "boom", NOW, 0), plain.renewed(two, CLAIM, NOW)))
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
                    List.of(claimed("ab", Cause.COMPLETE, CLAIM, 1, AT, "a", "b")),
                    new Closed(List.of("x", "a"), AT + 501),
                    5);

            assertThat(remembering.returned(state, CLAIM, NOW).next().closed())
                    .isEqualTo(new Closed(List.of("x", "a", "b"), AT + 501));
            assertThat(remembering
                            .returned(flying(null, state.inFlight().get(0)), CLAIM, NOW)
                            .next()
                            .closed())
                    .isEqualTo(new Closed(List.of("a", "b"), AT + 500));
        }

        @Test
        void lostClaimChangesNothing() {
            JoinState<String> state = flying(join("c"), claimed("ab", Cause.COMPLETE, 1, 2, AT + 5));

            assertUnchanged(plain.returned(state, CLAIM, NOW), state, Verdict.LOST);
            assertUnchanged(plain.threw(state, CLAIM, "e", NOW, 0), state, Verdict.LOST);
            assertUnchanged(plain.renewed(state, CLAIM, NOW), state, Verdict.LOST);
            assertUnchanged(plain.returned(null, CLAIM, NOW), null, Verdict.LOST);
        }

        @Test
        void failedFlightIsNobodysClaim() {
            JoinState<String> state = flying(null, failed("ab", Cause.COMPLETE, 1, AT + 5));

            assertUnchanged(plain.returned(state, CLAIM, NOW), state, Verdict.LOST);
        }

        @Test
        void backoffDoublesUpToItsCapAndIsShortenedByHalfAtMost() {
            Transition<String, String> retrying =
                    with(spec -> spec.retry(9, Duration.ofMillis(100), Duration.ofMillis(350))
                            .onPoisoned((word, handOver) -> {}));

            assertThat(List.of(1, 2, 3, 8))
                    .extracting(attempt -> dueIn(retrying, attempt, 1))
                    .containsExactly(100L, 200L, 350L, 350L);
            assertThat(List.of(1, 2, 3, 8))
                    .extracting(attempt -> dueIn(retrying, attempt, 0))
                    .containsExactly(50L, 100L, 175L, 175L);
        }

        private long dueIn(Transition<String, String> transition, int attempt, double jitter) {
            JoinState<String> state = flying(null, claimed("ab", Cause.COMPLETE, CLAIM, attempt, AT + 5));
            Flight<String> flight = transition
                    .threw(state, CLAIM, "boom", NOW, jitter)
                    .next()
                    .inFlight()
                    .get(0);
            assertThat(flight.isClaimed()).isFalse();
            assertThat(flight.lastError()).isEqualTo("boom");
            assertThat(flight.attempt()).isEqualTo(attempt);
            return flight.dueAt() - AT;
        }

        @Test
        void longErrorIsCut() {
            JoinState<String> state = flying(null, claimed("ab", Cause.COMPLETE, CLAIM, 1, AT + 5));

            assertThat(plain.threw(state, CLAIM, "x".repeat(10_000), NOW, 0)
                            .next()
                            .inFlight()
                            .get(0)
                            .lastError())
                    .hasSize(500);
        }

        @Test
        void errorMayHaveNoText() {
            JoinState<String> state = flying(null, claimed("ab", Cause.COMPLETE, CLAIM, 1, AT + 5));

            assertThat(plain.threw(state, CLAIM, "", NOW, 0)
                            .next()
                            .inFlight()
                            .get(0)
                            .lastError())
                    .isEmpty();
        }

        @Test
        void errorIsKeptAsTextThatEveryStoreCanHold() {
            JoinState<String> state = flying(null, claimed("ab", Cause.COMPLETE, CLAIM, 1, AT + 5));
            String face = "\uD83D\uDE00";

            JoinState<String> cutInHalf =
                    plain.threw(state, CLAIM, "x".repeat(499) + face, NOW, 0).next();
            JoinState<String> whole =
                    plain.threw(state, CLAIM, "x".repeat(498) + face, NOW, 0).next();

            JoinState<String> noText =
                    plain.threw(state, CLAIM, "\uDE00!", NOW, 0).next();

            assertThat(cutInHalf.inFlight().get(0).lastError()).isEqualTo("x".repeat(499));
            assertThat(noText.inFlight().get(0).lastError()).isEqualTo("?!");
            assertThat(whole.inFlight().get(0).lastError()).isEqualTo("x".repeat(498) + face);
        }

        @Test
        void renewingGivesTheWholeLeaseAgain() {
            JoinState<String> state = flying(null, claimed("ab", Cause.COMPLETE, CLAIM, 3, AT + 5));

            Flight<String> renewed =
                    plain.renewed(state, CLAIM, NOW).next().inFlight().get(0);

            assertThat(renewed).isEqualTo(new Flight<>(join("ab"), Cause.COMPLETE, CLAIM, 5, 3, null, AT + LEASE));
        }

        @Test
        void attemptsAreUsedUpAtTheirMaximum() {
            Transition<String, String> three = with(spec -> spec.retry(3).onPoisoned((word, handOver) -> {}));

            assertThat(List.of(2, 3, 4))
                    .extracting(attempt -> three.isLastAttempt(claimed("ab", Cause.COMPLETE, 1, attempt, AT)))
                    .containsExactly(false, true, true);
            assertThat(List.of(2, 3, 4))
                    .extracting(attempt -> three.isPoisoned(claimed("ab", Cause.COMPLETE, 1, attempt, AT)))
                    .containsExactly(false, false, true);
        }
    }

    @Nested
    class People {
        private final JoinState<String> all = flying(
                join("e", "e"),
                failed("ab", Cause.EXPIRED, 1, AT + 5, "a"),
                claimed("cd", Cause.COMPLETE, 3, 1, AT + 1, "c"),
                claimed("xy", Cause.COMPLETE, 4, 1, AT, "x"));

        @Test
        void releaseClaimsWhatNobodyHandsOver() {
            Step<String> step = plain.release("k", all, NOW, CLAIM);

            assertThat(step.claimed()).extracting(f -> f.join().value()).containsExactly("ab", "xy", "e");
            assertThat(step.claimed())
                    .extracting(Flight::cause)
                    .containsExactly(Cause.EXPIRED, Cause.COMPLETE, Cause.FORCED);
            assertThat(step.claimed()).extracting(Flight::claim).containsExactly(CLAIM, CLAIM + 1, CLAIM + 2);
            assertThat(step.next().inFlight().get(1)).isEqualTo(all.inFlight().get(1));
            assertThat(step.next().open()).isNull();
        }

        @Test
        void dropTakesOutWhatNobodyHandsOver() {
            Step<String> step = withIds.drop(all, NOW);

            assertThat(step.removed()).extracting(Join::value).containsExactly("ab", "xy", "e");
            assertThat(step.claimed()).isEmpty();
            assertThat(step.next()).isEqualTo(flying(null, all.inFlight().get(1)));
        }

        @Test
        void dropIsRemembered() {
            assertThat(remembering.drop(open(join("a", "a")), NOW).next())
                    .isEqualTo(new JoinState<>(null, List.of(), new Closed(List.of("a"), AT + 500), 5));
        }

        @Test
        void thereMayBeNothingToDo() {
            JoinState<String> live = flying(null, claimed("cd", Cause.COMPLETE, 3, 1, AT + 1));

            assertUnchanged(plain.release("k", live, NOW, CLAIM), live, Verdict.NOTHING);
            assertUnchanged(plain.release("k", null, NOW, CLAIM), null, Verdict.NOTHING);
            assertUnchanged(plain.drop(live, NOW), live, Verdict.NOTHING);
            assertUnchanged(plain.drop(null, NOW), null, Verdict.NOTHING);
        }
    }
}
