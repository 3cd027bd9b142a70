package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static dev.joiner.Cause.FORCED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.ProcessingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** User code that throws: what is kept of the join, and who gets it next. */
abstract class HandOverFailureScenarios extends Scenarios {

    HandOverFailureScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> retrying(int parts, int attempts) {
        return whole(parts).retry(attempts).onPoisoned(poisoned);
    }

    @Test
    void aMessageThatCannotBeMergedLeavesTheJoinAsItWas() {
        Node node = node(whole(2));
        unmergeable.add("bad");
        node.accept("k:a");

        assertRefused("bad", () -> node.accept("k:bad"));
        assertThat(node.state("k")).isEqualTo("open a");
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @Test
    void aMessageThatCannotBeMergedBeginsNoJoin() {
        Node node = node(whole(2));
        unmergeable.add("bad");

        assertRefused("bad", () -> node.accept("k:bad"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMergeThatReturnsNothingIsNamedWithTheKey() {
        Node node = node(JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> null)
                .sufficientWhen(value -> true));

        assertThatThrownBy(() -> node.accept("k:a"))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("mergedBy")
                .hasMessageContaining("\"k\"");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageWhoseValueCannotBeTestedIsNotStoredAndCountsOnceWhenItComesAgain() {
        Node node = node(whole(2));
        node.accept("k:a");
        untestable.add("b");

        assertRefused("b", () -> node.accept("k:b"));
        assertThat(node.state("k")).isEqualTo("open a");

        untestable.clear();
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @Test
    void whatTheKeyFunctionThrowsPassesThrough() {
        Node node = node(whole(1));
        unkeyable.add("bad");

        assertRefused("bad", () -> node.accept("k:bad"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void whatTheIdFunctionThrowsPassesThrough() {
        Node node = node(whole(1).identifiedBy(message -> {
            throw new Refused("id");
        }));

        assertRefused("id", () -> node.accept("k:a"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void whatTheDeadlineFunctionThrowsPassesThrough() {
        Node node = node(whole(2).expireAt(value -> {
                    throw new Refused("deadline");
                })
                .onExpired(expired));

        assertRefused("deadline", () -> node.accept("k:a"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aHandOverThatThrowsSaysSoAndKeepsTheJoin() {
        Node node = node(whole(2));
        node.accept("k:a");
        process.failsOnce();

        assertThat(assertHandOverFails("k", 1, () -> node.accept("k:b"))).hasCauseInstanceOf(Broken.class);
        assertThat(node.state("k")).isEqualTo("failed a+b COMPLETE 1");
    }

    @Test
    void aRedeliveryWithItsIdHandsTheSameJoinOverAgain() {
        Node node = node(whole(2).identifiedBy(Message::text));
        node.accept("k:a");
        process.failsOnce();
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a+b", COMPLETE), Call.of("k:a+b", COMPLETE).attempt(2));
        assertThat(node.isEmpty()).isTrue();
    }

    /** Whole was "two parts": that question is not asked again. */
    @Test
    void aRedeliveryWithoutIdIsMergedIntoTheFailedJoinWhichStaysComplete() {
        Node node = node(whole(2));
        node.accept("k:a");
        process.failsOnce();
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b+b"));
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a+b", COMPLETE),
                        Call.of("k:a+b+b", COMPLETE).attempt(2, new Broken("a+b", 1).toString()));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void withoutIdsAMessageGoesIntoTheNewestOfSeveralFailedJoins() {
        Node node = node(whole(2));
        process.does((value, handOver) -> {
            if (value.equals("a+b")) { // while it is handed over, the next join of the key fails too
                node.accept("k:c");
                assertHandOverFails("k", 1, () -> node.accept("k:d"));
            }
            Receiver.fail(value, handOver);
        });
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        assertThat(node.state("k")).isEqualTo("failed a+b COMPLETE 1, failed c+d COMPLETE 1");
        process.recovers();

        assertThat(node.accept("k:e")).isEqualTo(joined("c+d+e"));
        assertThat(node.state("k")).isEqualTo("failed a+b COMPLETE 1");
        assertThat(node.accept("k:f")).isEqualTo(joined("a+b+f"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void withoutIdsAMessageThatCannotBeMergedIntoAFailedJoinLeavesItAsItWas() {
        Node node = node(whole(1));
        process.failsOnce();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        unmergeable.add("bad");

        assertRefused("bad", () -> node.accept("k:bad"));
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 1");
    }

    @Test
    void aFailedJoinBlocksNoOtherOfItsKey() {
        Node node = node(whole(2).identifiedBy(Message::text));
        process.failsFor("a+b");
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.acceptEach("k:c", "k:d")).containsExactly(incomplete(), joined("c+d"));
        assertThat(node.state("k")).isEqualTo("failed a+b COMPLETE 1");
    }

    @Test
    void aSweepTriesAgainAfterTheBackoff() {
        Node node = node(whole(2));
        node.accept("k:a");
        process.failsOnce();
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        clock.advance(Duration.ofMillis(499));
        assertThat(node.sweep()).isEqualTo("nothing");
        clock.advance(Duration.ofMillis(501));
        assertThat(node.sweep()).isEqualTo("joined 1");

        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a+b", COMPLETE), Call.of("k:a+b", COMPLETE).attempt(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void theBackoffDoublesUpToItsCapAndIsNeverLessThanHalf() {
        Node node = node(whole(1).retry(99, Duration.ofSeconds(10), Duration.ofSeconds(35))
                .onPoisoned(poisoned));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        for (int seconds : new int[] {10, 20, 35, 35, 35}) {
            long full = clock.millis() + seconds * 1_000L;
            assertThat(node.dueAt("k")).isBetween(full - seconds * 500L, full);
            clock.advance(Duration.ofSeconds(seconds));
            assertThat(node.sweep()).isEqualTo("failed [k]");
        }
    }

    @Test
    void theBackoffsOfJoinsThatFailTogetherAreSpread() {
        Node node = node(whole(1));
        process.fails();

        List<Long> dueAt = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String key = Integer.toString(i);
            assertHandOverFails(key, 1, () -> node.accept(key + ":a"));
            dueAt.add(node.dueAt(key));
        }

        assertThat(dueAt.stream().distinct().count()).isGreaterThan(5);
    }

    @Test
    void anUnlimitedRetryWaitsAMinuteAtMost() {
        Node node = node(whole(1));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        for (int attempt = 2; attempt <= 80; attempt++) { // 2^80 seconds is no time a clock has
            clock.advance(MINUTE);
            assertThat(node.sweep()).isEqualTo("failed [k]");
        }
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 80");
        assertThat(node.dueAt("k")).isBetween(clock.millis() + 30_000, clock.millis() + 60_000);
    }

    @Test
    void afterTheLastAttemptTheJoinGoesToOnPoisoned() {
        Node node = node(retrying(2, 3));
        process.fails();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("failed [k]");
        node.close();

        clock.advance(MINUTE);
        Node restarted = node(retrying(2, 3));
        assertThat(restarted.sweep()).isEqualTo("poisoned 1");

        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a+b", COMPLETE),
                        Call.of("k:a+b", COMPLETE).attempt(2),
                        Call.of("k:a+b", COMPLETE).attempt(3));
        assertThat(poisoned.calls()).containsExactly(Call.of("k:a+b", COMPLETE).poisonedAfter(3));
        assertThat(restarted.isEmpty()).isTrue();
    }

    @Test
    void theMessageThatMakesTheLastAttemptIsToldOfThePoison() {
        Node node = node(retrying(1, 1));
        process.fails();

        assertThat(assertHandOverFails("k", 1, () -> node.accept("k:a")))
                .hasCauseInstanceOf(Broken.class)
                .hasMessageContaining("onPoisoned");
        assertThat(poisoned.calls()).containsExactly(Call.of("k:a", COMPLETE).poisonedAfter(1));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void redeliveriesAreAttemptsToo() {
        Node node = node(retrying(2, 3).identifiedBy(Message::text, HOUR));
        process.fails();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        assertHandOverFails("k", 2, () -> node.accept("k:b"));
        assertHandOverFails("k", 3, () -> node.accept("k:b"));

        assertThat(node.accept("k:b")).isEqualTo(duplicate());
        assertThat(poisoned.calls()).containsExactly(Call.of("k:a+b", COMPLETE).poisonedAfter(3));
        assertThat(node.state("k")).isEqualTo("closed [a, b]");
    }

    @Test
    void aJoinThatOnPoisonedCannotTakeIsGivenToItAgainAndToNobodyElse() {
        Node node = node(retrying(1, 2));
        process.fails();
        poisoned.does((value, handOver) -> {
            throw new IllegalStateException("from onPoisoned");
        });
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("failed [k]");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("failed [k]");
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 2");
        poisoned.recovers();
        clock.advance(MINUTE);

        assertThat(node.sweep()).isEqualTo("poisoned 1");
        assertThat(process.calls()).hasSize(2);
        assertThat(poisoned.calls())
                .hasSize(3)
                .containsOnly(Call.of("k:a", COMPLETE).poisonedAfter(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aRedeliveryAfterTheLastAttemptGoesToOnPoisonedAlone() {
        Node node = node(retrying(1, 1).identifiedBy(Message::text));
        process.fails();
        poisoned.failsOnce();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        assertThat(assertHandOverFails("k", 1, () -> node.accept("k:a")))
                .hasNoCause()
                .hasMessageContaining(new Broken("a", 1).toString())
                .hasMessageContaining("onPoisoned");
        assertThat(process.calls()).hasSize(1);
        assertThat(poisoned.calls())
                .hasSize(2)
                .containsOnly(Call.of("k:a", COMPLETE).poisonedAfter(1));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void whatBothHandlersThrewIsInTheException() {
        Node node = node(retrying(1, 1));
        AssertionError second = new AssertionError("from onPoisoned");
        process.fails();
        poisoned.does((value, handOver) -> {
            throw second;
        });

        assertThat(assertHandOverFails("k", 1, () -> node.accept("k:a")).getCause())
                .isInstanceOf(Broken.class)
                .hasSuppressedException(second);
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 1");
    }

    @Test
    void anExpiredJoinWhoseAttemptsAreUsedUpIsPoisonedToo() {
        Node node = node(retrying(2, 2).expireAfter(SECOND).onExpired(expired));
        node.accept("k:a");
        expired.fails();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("failed [k]");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("poisoned 1");

        assertThat(expired.calls()).hasSize(2);
        assertThat(poisoned.calls()).containsExactly(Call.of("k:a", EXPIRED).poisonedAfter(2));
        assertThat(node.isEmpty()).isTrue();
    }

    /** Also when the key is remembered: what was poisoned is done with. */
    @Test
    void aPoisonedJoinIsRemembered() {
        Node node = node(retrying(1, 1).rememberFor(HOUR));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        assertThat(node.accept("k:b")).isEqualTo(late());
        assertThat(node.state("k")).isEqualTo("closed []");
    }

    @Test
    void anErrorIsAFailedHandOverLikeAnyOther() {
        Node node = node(whole(1));
        AssertionError error = new AssertionError("from process");
        process.doesOnce((value, handOver) -> {
            throw error;
        });

        assertThat(assertHandOverFails("k", 1, () -> node.accept("k:a"))).hasCause(error);
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 1");
    }

    @Test
    void anInterruptedHandlerLeavesTheThreadInterrupted() {
        Node node = node(whole(1));
        process.doesOnce((value, handOver) -> {
            throw new InterruptedException();
        });

        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertThat(Thread.interrupted()).isTrue();
    }

    /** And is a text still: no pair of surrogates is cut in two. */
    @ParameterizedTest
    @ValueSource(strings = {"", "x"})
    void theErrorOfAnAttemptIsKeptWithinBounds(String beginning) {
        Node node = node(whole(1));
        process.doesOnce((value, handOver) -> {
            throw new IllegalStateException(beginning + "\ud83d\ude00".repeat(100_000));
        });
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        clock.advance(MINUTE);
        node.sweep();

        String kept = process.calls().get(1).lastError().orElseThrow();
        assertThat(kept)
                .startsWith("java.lang.IllegalStateException: " + beginning + "\ud83d\ude00")
                .hasSizeBetween(100, 1_000)
                .endsWith("\ud83d\ude00");
    }

    @Test
    void atMostOnceAJoinIsGoneBeforeItIsProcessed() {
        Node node = node(whole(2).atMostOnce());
        node.accept("k:a");
        process.doesOnce((value, handOver) -> {
            assertThat(node.isEmpty()).isTrue();
            assertThat(handOver.renew()).isTrue();
        });

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void atMostOnceAJoinWhoseProcessThrowsIsNotTriedAgain() {
        Node node = node(whole(2).atMostOnce());
        node.accept("k:a");
        process.fails();

        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        assertThat(node.isEmpty()).isTrue();
        clock.advance(HOUR);
        assertThat(node.sweep()).isEqualTo("nothing");
        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(process.calls()).hasSize(1);
    }

    @Test
    void atMostOnceAnExpiredJoinIsNotTriedAgainEither() {
        Node node = node(whole(2).atMostOnce().expireAfter(SECOND).onExpired(expired));
        node.acceptEach("k:a", "l:a");
        clock.advance(SECOND);
        expired.failsOnce();

        assertThat(node.sweep()).matches("expired 1, failed \\[[kl]]");
        assertThat(node.isEmpty()).isTrue();
        clock.advance(HOUR);
        assertThat(node.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).containsExactlyInAnyOrder(Call.of("k:a", EXPIRED), Call.of("l:a", EXPIRED));
    }

    @Test
    void atMostOnceAReleasedJoinIsNotTriedAgainEither() {
        Node node = node(whole(2).atMostOnce());
        node.accept("k:a");
        process.failsOnce();

        assertThat(node.release("k")).containsExactly("Failed");
        assertThat(process.calls()).containsExactly(Call.of("k:a", FORCED));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void atMostOnceAJoinIsRememberedFromTheWriteThatCompletesIt() {
        Node node = node(whole(1).atMostOnce().rememberFor(HOUR).identifiedBy(Message::text));
        process.doesOnce((value, handOver) -> {
            assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), late());
            Receiver.fail(value, handOver);
        });

        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), late());
    }

    @Test
    void noMoreHandOversOfAKeyAreUnderWayThanAllowed() {
        Node node = node(whole(1).maxInFlight(2));
        process.does((value, handOver) -> {
            if (value.equals("a")) {
                node.accept("k:b");
            } else {
                assertThatThrownBy(() -> node.accept("k:c"))
                        .isInstanceOf(ContentionException.class)
                        .hasMessageContaining("\"k\"")
                        .hasMessageContaining("maxInFlight")
                        .hasMessageContaining("2");
                assertThat(node.state("k")).isEqualTo("claimed a COMPLETE 1, claimed b COMPLETE 1");
            }
        });

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(process.values()).containsExactly("a", "b");
        process.recovers();
        assertThat(node.accept("k:c")).isEqualTo(joined("c"));
    }

    /** What does not complete a join needs no room. */
    @ParameterizedTest
    @CsvSource({"k:b, true", "k:c, false"})
    void messagesThatNeedNoRoomAreTakenWhileThereIsNone(String message, boolean known) {
        Node node = node(whole(2).maxInFlight(1).identifiedBy(Message::text));
        process.failsOnce();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.accept(message)).isEqualTo(known ? joined("a+b") : incomplete());
    }

    @Test
    void tokensOfAKeyGrow() {
        Node node = node(whole(1).identifiedBy(Message::text));
        process.does((value, handOver) -> {
            if (value.equals("a") && handOver.attempt() == 1) {
                node.acceptEach("k:b", "k:c");
                Receiver.fail(value, handOver);
            }
        });
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        node.accept("k:a");
        clock.advance(MILLISECOND);
        node.accept("k:d");

        assertThat(process.values()).containsExactly("a", "b", "c", "a", "d");
        assertThat(process.tokens()).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void aFailedHandOverIsAProcessingExceptionInTheReport() {
        Node node = node(whole(1));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        clock.advance(MINUTE);

        assertThat(node.joiner().sweep().failures()).singleElement().satisfies(failure -> {
            assertThat(failure.key()).isEqualTo("k");
            assertThat(failure.cause()).isInstanceOf(ProcessingException.class).hasCauseInstanceOf(Broken.class);
            assertThat(((ProcessingException) failure.cause()).attempt()).isEqualTo(2);
        });
    }
}
