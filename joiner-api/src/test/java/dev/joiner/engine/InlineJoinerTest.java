package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.Cause;
import dev.joiner.ContentionException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import dev.joiner.engine.InlineJoiner.Host;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.PartsChange;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The scenarios that concern one node, on an engine that has no store. Messages are a key and a letter: {@code k:a}. */
class InlineJoinerTest {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();

    private final List<String> handled = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private boolean throwing;
    private boolean poisonThrows;

    private static String letter(String message) {
        return message.substring(message.indexOf(':') + 1);
    }

    private JoinSpec.Builder<String, String, String, String, String> whole(int parts) {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message.substring(0, message.indexOf(':')))
                .<String>mergedBy((message, pending) -> pending == null ? letter(message) : pending + letter(message))
                .sufficientWhen(word -> word.length() >= parts)
                .onIncomplete(word -> told.add("incomplete " + word))
                .onLate(message -> told.add("late " + message))
                .process((word, handOver) -> {
                    handled.add(word + " " + handOver.cause() + " " + handOver.attempt());
                    refuse(throwing);
                    return word.toUpperCase(Locale.ROOT);
                });
    }

    private JoinSpec.Builder<String, String, String, String, String> expiring(
            JoinSpec.Builder<String, String, String, String, String> spec) {
        return spec.expireAfter(Duration.ofMillis(MINUTE)).onExpired((word, handOver) -> {
            handled.add(word + " " + handOver.cause() + " " + handOver.attempt());
            refuse(throwing);
        });
    }

    private JoinSpec.Builder<String, String, String, String, String> retrying(
            JoinSpec.Builder<String, String, String, String, String> spec, int max) {
        return spec.retry(max, Duration.ofMillis(100)).onPoisoned((word, handOver) -> {
            handled.add("poison " + word + " " + handOver.attempt());
            refuse(poisonThrows);
        });
    }

    private static void refuse(boolean refused) {
        if (refused) {
            throw new IllegalStateException("down");
        }
    }

    private static TreeMapEngine<String, String, String> retries(
            JoinSpec.Builder<String, String, String, String, String> spec) {
        return new TreeMapEngine<>(spec.build(), OnException.RETRY);
    }

    private static TreeMapEngine<String, String, String> replays(
            JoinSpec.Builder<String, String, String, String, String> spec) {
        return new TreeMapEngine<>(spec.build(), OnException.PASS_THROUGH);
    }

    private static Outcome<String> joined(String result) {
        return new Outcome.Joined<>(result, true);
    }

    private static Flight<String> failed(String word, long dueAt) {
        return new Flight<>(
                new Join<>(word, word.length(), 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false),
                Cause.COMPLETE,
                Flight.Status.THREW,
                false,
                0,
                1,
                1,
                "boom",
                dueAt);
    }

    private List<Status> statuses(@Nullable JoinState<String> state) {
        return state == null
                ? List.of()
                : PendingJoins.of(SpecFunctions.of(whole(1).build()), "k", state).stream()
                        .map(PendingJoin::status)
                        .toList();
    }

    @Nested
    class Messages {

        @Test
        void areJoinedByKeyAndForwardedOnceWritten() {
            TreeMapEngine<String, String, String> engine = retries(whole(2));

            assertThat(engine.process("k:a")).isEqualTo(new Outcome.Incomplete<>());
            assertThat(engine.process("l:x")).isEqualTo(new Outcome.Incomplete<>());
            assertThat(engine.process("k:b")).isEqualTo(joined("AB"));
            assertThat(engine.process("l:y")).isEqualTo(joined("XY"));

            assertThat(engine.forwarded).containsExactly("joined k COMPLETE AB", "joined l COMPLETE XY");
            assertThat(told).containsExactly("incomplete a", "incomplete x");
            assertThat(engine.isEmpty()).isTrue();
            assertThat(engine.writes).as("one write for each event").isEqualTo(4);
        }

        @Test
        void leaveWhatIsLeftOver() {
            TreeMapEngine<String, String, String> engine = retries(whole(5));
            for (char letter = 'a'; letter < 'a' + 12; letter++) {
                engine.process("k:" + letter);
            }

            assertThat(engine.forwarded).containsExactly("joined k COMPLETE ABCDE", "joined k COMPLETE FGHIJ");
            assertThat(engine.state("k").open().value()).isEqualTo("kl");
        }

        @Test
        void withAKnownIdAreDuplicatesAndWriteNothing() {
            TreeMapEngine<String, String, String> engine =
                    retries(whole(2).identifiedBy(message -> message, Duration.ofMillis(MINUTE)));
            engine.process("k:a");
            int writes = engine.writes;

            assertThat(engine.process("k:a")).isEqualTo(new Outcome.Duplicate<>());
            assertThat(engine.writes).isEqualTo(writes);
            engine.process("k:b");
            assertThat(engine.process("k:b")).isEqualTo(new Outcome.Duplicate<>());
            engine.passes(MINUTE);
            assertThat(engine.punctuate().ended()).isEqualTo(1);
            assertThat(engine.isEmpty()).isTrue();
        }

        @Test
        void forAClosedKeyAreLate() {
            TreeMapEngine<String, String, String> engine = retries(whole(1).rememberFor(Duration.ofMillis(MINUTE)));
            engine.process("k:a");

            assertThat(engine.process("k:b")).isEqualTo(new Outcome.Late<>());
            assertThat(told).containsExactly("late k:b");
            engine.passes(MINUTE);
            assertThat(engine.process("k:c")).isEqualTo(joined("C"));
        }

        @Test
        void thatChangeNothingInAKeptValueAreUnchanged() {
            TreeMapEngine<String, String, String> engine = new TreeMapEngine<>(
                    JoinSpec.joining(String.class)
                            .keyedBy(message -> "k")
                            .<String>mergedBy((message, pending) ->
                                    pending != null && pending.compareTo(message) > 0 ? pending : message)
                            .sufficientWhen(word -> true)
                            .keepAfterJoin()
                            .expireAfter(Duration.ofMillis(MINUTE))
                            .joinOnExpiry()
                            .build(),
                    OnException.RETRY);

            assertThat(engine.process("b")).isEqualTo(joined("b"));
            assertThat(engine.process("a")).isEqualTo(new Outcome.Unchanged<>());
            assertThat(engine.process("c")).isEqualTo(joined("c"));
            engine.passes(MINUTE);
            assertThat(engine.punctuate()).isEqualTo(new SweepReport(0, 0, 0, 0, 1, 0, List.of()));
            assertThat(engine.isEmpty()).isTrue();
        }
    }

    @Nested
    class Handlers {

        @Test
        void thatThrowUndoTheirEventWhereTheEngineReplays() {
            TreeMapEngine<String, String, String> engine = replays(whole(2));
            engine.process("k:a");
            throwing = true;

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> engine.process("k:b"))
                    .withMessage(
                            "String: key \"k\", attempt 1: the handler threw java.lang.IllegalStateException: down");
            assertThat(engine.writes).isEqualTo(1);
            assertThat(engine.state("k").open().value()).isEqualTo("a");
            throwing = false;
            assertThat(engine.process("k:b")).isEqualTo(joined("AB"));
        }

        @Test
        void thatThrowAreRetriedThroughTheDeadlines() {
            TreeMapEngine<String, String, String> engine = retries(retrying(whole(2), 3));
            engine.process("k:a");
            throwing = true;

            Outcome<String> outcome = engine.process("k:b");

            assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.cause()).isInstanceOf(ProcessingException.class);
                assertThat(failed.isSafe()).isTrue();
            });
            assertThat(engine.punctuate().failed())
                    .as("the backoff is not over")
                    .isZero();
            engine.passes(100);
            assertThat(engine.punctuate().failed()).isEqualTo(1);
            throwing = false;
            engine.passes(200);
            assertThat(engine.punctuate().joined()).isEqualTo(1);
            assertThat(handled).containsExactly("ab COMPLETE 1", "ab COMPLETE 2", "ab COMPLETE 3");
            assertThat(engine.forwarded)
                    .containsExactly("failed k attempt 1", "failed k attempt 2", "joined k COMPLETE AB");
            assertThat(engine.isEmpty()).isTrue();
        }

        @Test
        void thatNeverSucceedLeaveTheirJoinToOnPoisonedWhichIsTriedAgainToo() {
            TreeMapEngine<String, String, String> engine = retries(retrying(whole(1), 2));
            throwing = true;
            poisonThrows = true;
            engine.process("k:a");
            engine.passes(MINUTE);
            assertThat(engine.punctuate().failed()).isEqualTo(1);
            poisonThrows = false;
            engine.passes(MINUTE);

            assertThat(engine.punctuate().poisoned()).isEqualTo(1);
            assertThat(handled).containsExactly("a COMPLETE 1", "a COMPLETE 2", "poison a 2", "poison a 2");
            assertThat(engine.forwarded).containsExactly("failed k attempt 1", "failed k attempt 2", "poisoned k a");
            assertThat(engine.isEmpty()).isTrue();
        }

        @Test
        void thatNeverSucceedLeaveTheirJoinParked() {
            TreeMapEngine<String, String, String> engine =
                    retries(whole(1).retry(2, Duration.ofMillis(100)).parkPoisoned());
            throwing = true;
            engine.process("k:a");
            engine.passes(100);
            assertThat(engine.punctuate().parked()).isEqualTo(1);
            assertThat(statuses(engine.state("k"))).containsExactly(Status.PARKED);
            engine.passes(MINUTE);
            assertThat(engine.punctuate()).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
            throwing = false;

            assertThat(engine.release("k")).containsExactly(joined("A"));
            assertThat(handled).last().isEqualTo("a COMPLETE 1");
        }

        @Test
        void ofExpiredJoinsGetExactlyWhatExpired() {
            TreeMapEngine<String, String, String> engine = retries(expiring(whole(2)));
            engine.process("k:a");
            engine.passes(MINUTE);
            throwing = true;
            assertThat(engine.punctuate().failed()).isEqualTo(1);
            engine.process("k:b");
            throwing = false;
            engine.passes(2_000);

            assertThat(engine.punctuate().expired()).isEqualTo(1);
            assertThat(engine.forwarded).containsExactly("failed k attempt 1", "expired k a");
            assertThat(engine.state("k").open().value()).isEqualTo("b");
        }
    }

    @Nested
    class Interrupts {

        @Test
        void letNoHandlerBeginAndStay() {
            TreeMapEngine<String, String, String> engine = retries(whole(2));
            engine.process("k:a");
            Thread.currentThread().interrupt();
            Outcome<String> outcome = engine.process("k:b");
            SweepReport nothing = engine.punctuate();
            List<Outcome<String>> released = engine.release("k");

            assertThat(Thread.interrupted()).isTrue();
            assertThat(outcome).isEqualTo(new Outcome.Incomplete<>());
            assertThat(nothing).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
            assertThat(released).isEmpty();
            assertThat(handled).isEmpty();
            assertThat(engine.punctuate().joined()).isEqualTo(1);
            assertThat(handled).containsExactly("ab COMPLETE 1");
        }

        @Test
        void ofAHandlerCountNoAttemptAndStopTheRest() {
            TreeMapEngine<String, String, String> engine = new TreeMapEngine<>(
                    JoinSpec.joining(String.class)
                            .keyedBy(message -> "k")
                            .<String>mergedBy((message, pending) -> message)
                            .sufficientWhen(word -> true)
                            .process(word -> {
                                handled.add(word);
                                if (throwing) {
                                    Thread.currentThread().interrupt();
                                    Thread.sleep(1);
                                }
                                return word;
                            })
                            .retry(1)
                            .parkPoisoned()
                            .build(),
                    OnException.RETRY);
            throwing = true;
            engine.process("a");
            assertThat(Thread.interrupted()).isTrue();
            engine.process("b");
            assertThat(Thread.interrupted()).isTrue();
            engine.passes(MINUTE);
            assertThat(engine.punctuate().failed()).isEqualTo(1);
            assertThat(Thread.interrupted()).isTrue();

            assertThat(handled).containsExactly("a", "b", "a");
            throwing = false;
            engine.passes(MINUTE);
            assertThat(engine.punctuate().joined()).isEqualTo(2);
            assertThat(engine.isEmpty()).isTrue();
        }

        @Test
        void thatAreATimeoutOfAClientCountLikeAnyFailure() {
            TreeMapEngine<String, String, String> engine = new TreeMapEngine<>(
                    JoinSpec.joining(String.class)
                            .keyedBy(message -> "k")
                            .<String>mergedBy((message, pending) -> message)
                            .sufficientWhen(word -> true)
                            .<String>process(word -> {
                                throw new InterruptedException("timed out");
                            })
                            .retry(1)
                            .parkPoisoned()
                            .build(),
                    OnException.RETRY);

            engine.process("a");

            assertThat(Thread.interrupted()).isTrue();
            assertThat(statuses(engine.state("k"))).containsExactly(Status.PARKED);
        }
    }

    @Nested
    class People {

        @Test
        void releaseWhatWaits() {
            TreeMapEngine<String, String, String> engine = retries(whole(3));
            engine.process("k:a");

            assertThat(engine.release("k")).containsExactly(joined("A"));
            assertThat(engine.release("k")).isEmpty();
            assertThat(engine.forwarded).containsExactly("joined k FORCED A");
        }

        @Test
        void dropWhatWaits() {
            TreeMapEngine<String, String, String> engine = retries(whole(3));
            engine.process("k:a");

            assertThat(engine.drop("k")).singleElement().satisfies(dropped -> {
                assertThat(dropped.status()).isEqualTo(Status.WAITING);
                assertThat(dropped.value()).contains("a");
            });
            assertThat(engine.drop("k")).isEmpty();
            assertThat(engine.isEmpty()).isTrue();
        }

        @Test
        void reexamineWhatASpecAskedMoreForBefore() {
            AtomicBoolean lenient = new AtomicBoolean();
            TreeMapEngine<String, String, String> engine = new TreeMapEngine<>(
                    JoinSpec.joining(String.class)
                            .keyedBy(message -> message)
                            .<String>mergedBy((message, pending) -> message)
                            .sufficientWhen(word -> lenient.get())
                            .build(),
                    OnException.RETRY);
            engine.process("k");
            engine.process("l");
            lenient.set(true);

            assertThat(engine.reexamine().joined()).isEqualTo(2);
            assertThat(engine.reexamine().joined()).isZero();
            assertThat(engine.isEmpty()).isTrue();
        }
    }

    @Nested
    class StepsOfOneEvent {
        private final List<@Nullable JoinState<String>> written = new ArrayList<>();
        private final List<String> order = new ArrayList<>();
        private boolean goesOn = true;

        private final Host<String, String, String> host = new Host<>() {
            @Override
            public void write(String key, @Nullable JoinState<String> next, PartsChange parts) {
                written.add(next);
                order.add("write");
            }

            @Override
            public void settled() {
                order.add("settled");
            }

            @Override
            public boolean goesOn() {
                return goesOn;
            }
        };

        private InlineJoiner<String, String, String, String> of(
                JoinSpec.Builder<String, String, String, String, String> spec) {
            return InlineJoiner.of(spec.build(), InstantSource.system(), new SplittableRandom(1));
        }

        private Join<String> overdue(String word) {
            return new Join<>(word, 1, 0, 5, JoinState.NEVER, Ids.NONE, false);
        }

        @Test
        void areWrittenThoughALaterOneFindsNoRoom() {
            InlineJoiner<String, String, String, String> joiner = of(expiring(whole(2).maxInFlight(1)));
            JoinState<String> state = new JoinState<>(overdue("x"), List.of(failed("ab", 5)), null, 1);
            Tally tally = new Tally(joiner.functions());
            throwing = true;

            joiner.due("k", state, 10, OnException.RETRY, host, tally);

            assertThat(written).hasSize(1);
            assertThat(written.get(0).inFlight().get(0).attempts()).isEqualTo(2);
            assertThat(tally.report().failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.cause()).isInstanceOf(ContentionException.class));
            List<Outcome<String>> released = joiner.release("k", state, 10, OnException.RETRY, host);
            assertThat(released).singleElement().isInstanceOf(Outcome.Failed.class);
            assertThat(written).hasSize(2);
        }

        @Test
        void areNotTakenWhereTheFirstFindsNoRoom() {
            InlineJoiner<String, String, String, String> joiner = of(expiring(whole(2).maxInFlight(1)));
            JoinState<String> state = new JoinState<>(overdue("x"), List.of(failed("ab", 50)), null, 1);

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(
                            () -> joiner.due("k", state, 10, OnException.RETRY, host, new Tally(joiner.functions())));
            assertThat(written).isEmpty();
        }

        @Test
        void endWhereTheHostStops() {
            InlineJoiner<String, String, String, String> joiner = of(JoinSpec.joining(String.class)
                    .keyedBy(message -> "k")
                    .<String>mergedBy((message, pending) -> message)
                    .sufficientWhen(word -> true)
                    .process(word -> {
                        goesOn = false;
                        return word;
                    }));
            JoinState<String> state = new JoinState<>(null, List.of(failed("ab", 5), failed("cd", 5)), null, 1);

            List<Outcome<String>> outcomes = joiner.release("k", state, 10, OnException.RETRY, host);

            assertThat(outcomes).containsExactly(new Outcome.Joined<>("ab", true), new Outcome.Incomplete<>());
            assertThat(written.get(0).inFlight()).singleElement().satisfies(flight -> {
                assertThat(flight.status()).isEqualTo(Flight.Status.GIVEN_BACK);
                assertThat(flight.dueAt()).isEqualTo(10);
            });
        }

        @Test
        void takeOverAClaimWhoseLeaseIsOverAndLeaveALiveOneAlone() {
            InlineJoiner<String, String, String, String> joiner = of(whole(2));
            Flight<String> dead = new Flight<>(
                    failed("ab", 0).join(), Cause.COMPLETE, Flight.Status.CLAIMED_TOGETHER, false, 7, 1, 0, null, 9);
            Flight<String> live = new Flight<>(
                    failed("cd", 0).join(), Cause.COMPLETE, Flight.Status.CLAIMED_ALONE, false, 8, 1, 1, null, 11);
            Tally tally = new Tally(joiner.functions());

            joiner.due("k", new JoinState<>(null, List.of(dead, live), null, 1), 10, OnException.RETRY, host, tally);

            assertThat(tally.report().joined()).isEqualTo(1);
            assertThat(handled).containsExactly("ab COMPLETE 1");
            assertThat(written.get(0).inFlight()).containsExactly(live);
        }

        /** A host that cannot commit, and is told what to write instead. */
        private static final class Undoing implements Host<String, String, String> {
            private final List<@Nullable JoinState<String>> instead = new ArrayList<>();
            private boolean oneByOne;

            @Override
            public void write(String key, @Nullable JoinState<String> next, PartsChange parts) {}

            @Override
            public void settled() {
                throw new IllegalArgumentException("not committed");
            }

            @Override
            public boolean undone(String key, @Nullable JoinState<String> next, RuntimeException failure) {
                assertThat(failure).hasMessage("not committed");
                instead.add(next);
                return next != null;
            }

            @Override
            public boolean oneByOne() {
                return oneByOne;
            }

            void due(InlineJoiner<String, String, String, String> joiner, JoinState<String> state, Tally tally) {
                assertUndone(() -> joiner.due("k", state, 10, OnException.RETRY, this, tally));
            }
        }

        private static void assertUndone(ThrowingCallable call) {
            assertThatIllegalArgumentException().isThrownBy(call).withMessage("not committed");
        }

        @Test
        void leaveAFailedAttemptIfTheyCannotBeCommitted() {
            InlineJoiner<String, String, String, String> joiner = of(retrying(expiring(whole(2)), 3));
            JoinState<String> state = new JoinState<>(overdue("x"), List.of(failed("ab", 50)), null, 1);
            Undoing undoing = new Undoing();

            undoing.due(joiner, state, new Tally(joiner.functions()));

            assertThat(handled).containsExactly("x EXPIRED 1");
            assertThat(undoing.instead).singleElement().satisfies(next -> {
                assertThat(next.open()).isNull();
                assertThat(next.inFlight().get(0)).isEqualTo(failed("ab", 50));
                assertThat(next.inFlight().get(1)).satisfies(flight -> {
                    assertThat(flight.status()).isEqualTo(Flight.Status.THREW);
                    assertThat(flight.attempts()).isEqualTo(1);
                    assertThat(flight.lastError()).contains("not committed");
                    assertThat(flight.dueAt()).isBetween(60L, 110L);
                });
            });
        }

        @Test
        void leaveAParkedJoinIfTheLastAttemptCannotBeCommitted() {
            InlineJoiner<String, String, String, String> joiner =
                    of(whole(2).retry(2, Duration.ofMillis(100)).parkPoisoned().listener(new JoinListener() {
                        @Override
                        public void parked(String join, Object key, int attempts, Duration age) {
                            told.add("parked " + key + " " + attempts);
                        }
                    }));
            Tally tally = new Tally(joiner.functions());
            Undoing undoing = new Undoing();

            undoing.due(joiner, new JoinState<>(null, List.of(failed("ab", 5)), null, 1), tally);

            assertThat(undoing.instead.get(0).inFlight())
                    .extracting(Flight::status)
                    .containsExactly(Flight.Status.PARKED);
            assertThat(tally.report().parked()).isEqualTo(1);
            assertThat(told).containsExactly("parked k 2");
        }

        @Test
        void areRepeatedOneByOneIfSeveralCannotBeCommitted() {
            InlineJoiner<String, String, String, String> joiner = of(whole(2));
            JoinState<String> state = new JoinState<>(null, List.of(failed("ab", 5), failed("cd", 5)), null, 1);
            Undoing undoing = new Undoing();

            undoing.due(joiner, state, new Tally(joiner.functions()));
            undoing.oneByOne = true;
            undoing.due(joiner, state, new Tally(joiner.functions()));

            assertThat(handled).containsExactly("ab COMPLETE 2", "cd COMPLETE 2", "ab COMPLETE 2");
            assertThat(undoing.instead).hasSize(2);
            assertThat(undoing.instead.get(0)).isNull();
            assertThat(undoing.instead.get(1).inFlight())
                    .extracting(Flight::attempts)
                    .containsExactly(2, 1);
        }

        @Test
        void countNoAttemptWhereNoneWasMade() {
            InlineJoiner<String, String, String, String> joiner = of(expiring(whole(2)));
            Undoing undoing = new Undoing();

            assertUndone(() -> joiner.message("k", null, "k:a", 10, OnException.RETRY, undoing));
            assertUndone(() -> joiner.message("k", null, "k:ab", 10, OnException.PASS_THROUGH, undoing));

            assertThat(handled).containsExactly("ab COMPLETE 1");
            assertThat(undoing.instead).isEmpty();
        }

        @Test
        void poisonNothingWhereTheEngineReplays() {
            InlineJoiner<String, String, String, String> joiner = of(retrying(whole(2), 1));
            throwing = true;

            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> joiner.message("k", null, "k:ab", 10, OnException.PASS_THROUGH, host));

            assertThat(handled).containsExactly("ab COMPLETE 1");
            assertThat(written).isEmpty();
        }

        @Test
        void areSettledBeforeTheFunctionsOfTheSpecHearOfThem() {
            InlineJoiner<String, String, String, String> joiner = of(JoinSpec.joining(String.class)
                    .keyedBy(message -> "k")
                    .<String>mergedBy((message, pending) -> message)
                    .sufficientWhen(word -> false)
                    .onIncomplete(word -> order.add("incomplete")));

            joiner.message("k", null, "a", 10, OnException.RETRY, host);

            assertThat(order).containsExactly("write", "settled", "incomplete");
        }
    }

    @Test
    void atMostOnceIsRefused() {
        JoinSpec<String, String, String, String> spec =
                whole(2).named("orders").atMostOnce().build();

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> InlineJoiner.of(spec, InstantSource.system(), new SplittableRandom(1)))
                .withMessageStartingWith("orders: atMostOnce");
    }
}
