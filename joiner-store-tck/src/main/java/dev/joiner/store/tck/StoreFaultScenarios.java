package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static dev.joiner.store.tck.FaultyStore.Fault.ANSWER_LOST;
import static dev.joiner.store.tck.FaultyStore.Fault.LOST;
import static dev.joiner.store.tck.FaultyStore.Fault.NONE;
import static dev.joiner.store.tck.FaultyStore.Fault.REPEATED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that fail, guess wrong, or hold what nobody can read; and how often they are asked. */
abstract class StoreFaultScenarios extends Scenarios {
    private FaultyStore<String, String> store;

    StoreFaultScenarios(Stores stores) {
        super(stores);
    }

    @BeforeEach
    void openAStore() {
        store = new FaultyStore<>(store());
        store.guessRight();
    }

    private Node faulty(JoinSpec.Builder<Message, String, String, String, String> spec) {
        return node(spec, store);
    }

    private JoinSpec.Builder<Message, String, String, String, String> identified(int parts) {
        return whole(parts).identifiedBy(Message::text);
    }

    private JoinSpec.Builder<Message, String, String, String, String> expiring(int parts) {
        return whole(parts).expireAfter(SECOND).onExpired(expired);
    }

    private static void assertStoreFails(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(StoreException.class);
    }

    // Writes that are lost

    @Test
    void aMessageWhoseWriteIsLostCountsOnceWhenItComesAgain() {
        Node node = faulty(identified(2));
        node.accept("k:a");
        store.nextWrites(LOST);

        assertStoreFails(() -> node.accept("k:b"));
        assertThat(process.calls()).isEmpty();
        assertThat(node.state("k")).isEqualTo("open a");
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @Test
    void aMessageThatIsWrittenThoughTheAnswerIsLostCountsOnceWhenItComesAgain() {
        Node node = faulty(identified(2));
        store.nextWrites(ANSWER_LOST);

        assertStoreFails(() -> node.accept("k:a"));
        assertThat(incomplete).isEmpty();
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), joined("a+b"));
    }

    @Test
    void aJoinWhoseClaimWasWrittenThoughTheAnswerIsLostIsHandedOverByASweep() {
        Node node = faulty(identified(2));
        node.accept("k:a");
        store.nextWrites(ANSWER_LOST);
        store.nextReads(LOST); // nor can it be found out whether it was written

        assertStoreFails(() -> node.accept("k:b"));
        assertThat(process.calls()).isEmpty();
        assertThat(node.accept("k:b")).isEqualTo(duplicate());
        assertThat(node.sweep()).isEqualTo("nothing");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE).attemptAfterCrash(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void atMostOnceAJoinWhoseAnswerIsLostIsGone() {
        Node node = faulty(identified(2).atMostOnce());
        node.accept("k:a");
        store.nextWrites(LOST, ANSWER_LOST);

        assertStoreFails(() -> node.accept("k:b"));
        assertThat(node.state("k")).isEqualTo("open a");
        assertStoreFails(() -> node.accept("k:b"));
        assertThat(node.isEmpty()).isTrue();
        assertThat(process.calls()).isEmpty();
    }

    @Test
    void aWriteThatTheDriverRepeatsMergesOnce() {
        Node node = faulty(whole(3));
        store.nextWrites(REPEATED, REPEATED);

        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(incomplete(), incomplete());
        assertThat(node.state("k")).isEqualTo("open a+b");
        assertThat(store.roundTrips()).isEqualTo(3); // and the look at the state
    }

    @Test
    void aClaimThatTheDriverRepeatsIsHandedOverOnceByItsClaimer() {
        Node node = faulty(whole(2));
        node.accept("k:a");
        store.nextWrites(REPEATED);

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aBatchThatTheDriverRepeatsMergesOnce() {
        Node node = faulty(whole(2).rememberFor(HOUR));
        store.nextWrites(REPEATED, REPEATED);

        assertThat(node.acceptAll("k:a", "k:b", "l:a")).containsExactly(incomplete(), joined("a+b"), incomplete());
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(node.state("l")).isEqualTo("open a");
        assertThat(node.state("k")).isEqualTo("closed []");
    }

    /** Nothing is left that could tell whose removal it was. */
    @Test
    void aLastWriteThatRemovesTheKeyAndThatTheDriverRepeatsIsNotConfirmed() {
        Node node = faulty(whole(1));
        store.nextWrites(NONE, REPEATED);

        assertThat(node.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(process.calls()).hasSize(1);
        assertThat(node.isEmpty()).isTrue();
    }

    /** Rather than say that there was nothing, when it may have taken something out. */
    @Test
    void aDropWhoseRemovalTheDriverRepeatsSaysThatItIsNotKnown() {
        Node node = faulty(whole(2));
        node.accept("k:a");
        store.nextWrites(REPEATED);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> node.drop("k"))
                .withMessageContaining("\"k\" was gone when its removal was to be confirmed");
        assertThat(node.drop("k")).isEmpty();
    }

    // Last writes of hand-overs

    @Test
    void aHandOverWhoseLastWriteIsLostIsNotConfirmedAndIsRepeatedWhenItsLeaseIsOver() {
        Node node = faulty(whole(1));
        store.nextWrites(NONE, LOST);

        assertThat(node.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(node.state("k")).isEqualTo("claimed a COMPLETE 1");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a", COMPLETE), Call.of("k:a", COMPLETE).attemptAfterCrash(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aHandOverWhoseLastAnswerIsLostIsNotConfirmedThoughItIsOver() {
        Node node = faulty(whole(1));
        store.nextWrites(NONE, ANSWER_LOST);

        assertThat(node.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aFailedHandOverWhoseLastWriteIsLostTellsBoth() {
        Node node = faulty(whole(1));
        process.failsOnce();
        store.nextWrites(NONE, LOST);

        assertThat(assertHandOverFails("k", 1, () -> node.accept("k:a")).getSuppressed())
                .singleElement()
                .isInstanceOf(StoreException.class);
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls().get(1)).isEqualTo(Call.of("k:a", COMPLETE).attemptAfterCrash(2));
    }

    @Test
    void aRenewalThatFailsSaysSo() {
        Node node = faulty(whole(1));
        store.nextWrites(NONE, LOST);
        process.doesOnce((value, handOver) -> {
            assertStoreFails(handOver::renew);
            clock.advance(SECOND);
            assertThat(handOver.renew()).isTrue();
            assertThat(node.dueAt("k")).isEqualTo(clock.instant().plus(MINUTE).toEpochMilli());
        });

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void anEntryThatBecomesUnreadableCanBeNeitherRenewedNorWrittenOff() {
        Node node = faulty(identified(1));
        Node other = node(identified(2));
        process.doesOnce((value, handOver) -> {
            store.corrupt("k");
            store.beforeNextWrite(() -> other.accept("k:b"));
            assertThatThrownBy(handOver::renew)
                    .isInstanceOf(StoreException.class)
                    .hasCauseInstanceOf(CodecException.class)
                    .hasMessageContaining("\"k\"");
        });

        assertThat(node.accept("k:a")).isEqualTo(unconfirmed("a"));
        store.repair();
        assertThat(node.state("k")).isEqualTo("open b, claimed a COMPLETE 1");
    }

    // Sweeps

    @Test
    void aSweepThatCannotReadIsMadeGoodByTheNext() {
        Node node = faulty(expiring(2));
        node.accept("k:a");
        clock.advance(SECOND);
        store.nextReads(LOST);

        assertStoreFails(node::sweep);
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
    }

    @Test
    void aSweepThatCannotWriteIsMadeGoodByTheNext() {
        Node node = faulty(expiring(2));
        node.acceptEach("k:a", "l:a");
        clock.advance(SECOND);
        store.nextWrites(LOST);

        assertStoreFails(node::sweep);
        assertThat(expired.calls()).isEmpty();
        assertThat(node.sweep()).isEqualTo("expired 2");
        assertThat(expired.calls()).containsExactlyInAnyOrder(Call.of("k:a", EXPIRED), Call.of("l:a", EXPIRED));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aSweepWhoseAnswerIsLostIsMadeGoodWhenItsLeaseIsOver() {
        Node node = faulty(expiring(2));
        node.accept("k:a");
        clock.advance(SECOND);
        store.nextWrites(ANSWER_LOST);

        assertStoreFails(node::sweep);
        assertThat(node.sweep()).isEqualTo("nothing");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED)); // no handler began before
    }

    @Test
    void aSweepNamesTheKeyWhoseLastWriteIsLost() {
        Node node = faulty(expiring(2));
        node.accept("k:a");
        clock.advance(SECOND);
        store.nextWrites(NONE, LOST);

        SweepReport report = node.joiner().sweep();
        assertThat(Node.text(report)).isEqualTo("expired 1, failed [k]");
        assertThat(report.failures().get(0).cause()).isInstanceOf(StoreException.class);
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("expired 1");
    }

    @Test
    void aSweepThatTheStoreBreaksOffTellsWhatItHasHandedOver() {
        Node node = faulty(expiring(2));
        node.acceptAll(IntStream.range(0, 300).mapToObj(i -> i + ":a").toArray(String[]::new));
        clock.advance(SECOND);
        store.nextWrites(NONE, LOST, LOST); // the last write of the first page, and the claims of the second

        assertThatExceptionOfType(SweepException.class)
                .isThrownBy(() -> node.joiner().sweep())
                .satisfies(brokenOff -> {
                    SweepReport report = brokenOff.report();
                    assertThat(report.expired())
                            .isEqualTo(expired.calls().size())
                            .isPositive();
                    assertThat(report.failed()).isEqualTo(report.expired());
                });
        clock.advance(MINUTE);
        assertThat(store.due(Instant.EPOCH, clock.instant(), 1_000)).hasSize(300);
        assertThat(node.sweep()).isEqualTo("expired 300");
    }

    @Test
    void aSweepWithNothingDueAsksOnceAndTouchesNothing() {
        Node node = faulty(expiring(2));
        IntStream.range(0, 2_000).forEach(i -> node.accept(i + ":a"));
        store.roundTrips();

        assertThat(node.sweep()).isEqualTo("nothing");
        assertThat(store.roundTrips()).isEqualTo(1);
    }

    @Test
    void aSweepTakesManyKeysAtOnceAndDoesNotGuess() {
        Node node = faulty(expiring(2));
        IntStream.range(0, 200).forEach(i -> node.accept(i + ":a"));
        clock.advance(SECOND);
        store.guessNothing();
        store.roundTrips();

        assertThat(node.sweep()).isEqualTo("expired 200");
        assertThat(store.roundTrips()).isEqualTo(4); // found, read, claimed, written off
    }

    @Test
    void everythingDueOfAKeyIsClaimedInOneWrite() {
        Node node = faulty(expiring(2).identifiedBy(Message::text));
        process.failsOnce();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        node.accept("k:c");
        clock.advance(MINUTE);
        store.roundTrips();

        assertThat(node.sweep()).isEqualTo("joined 1, expired 1");
        assertThat(store.roundTrips()).isEqualTo(4);
    }

    // Batches

    @Test
    void aBatchWhoseWriteIsLostRunsNoHandler() {
        Node node = faulty(identified(2));
        store.nextWrites(LOST);

        assertStoreFails(() -> node.acceptAll("k:a", "k:b", "l:a"));
        assertThat(process.calls()).isEmpty();
        assertThat(incomplete).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aBatchWhoseAnswerIsLostRunsNoHandlerAndCountsOnce() {
        Node node = faulty(identified(2));
        store.nextWrites(ANSWER_LOST);

        assertStoreFails(() -> node.acceptAll("k:a", "l:a", "l:b"));
        assertThat(process.calls()).isEmpty();
        assertThat(node.acceptAll("k:a", "l:a", "l:b")).containsExactly(duplicate(), duplicate(), duplicate());
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("l:a+b", COMPLETE)); // no handler began before
        assertThat(node.state("k")).isEqualTo("open a");
    }

    @Test
    void aBatchWhoseLastWriteIsLostConfirmsNothing() {
        Node node = faulty(whole(1));
        store.nextWrites(NONE, LOST);

        assertThat(node.acceptAll("k:a", "l:b")).containsExactly(unconfirmed("a"), unconfirmed("b"));
        assertThat(node.keys()).containsExactly("k", "l");
    }

    @Test
    void claimsThatCannotBeRenewedAreNotBegun() {
        Node node = faulty(whole(1));
        store.nextWrites(NONE, LOST);
        process.doesOnce((value, handOver) -> clock.advance(Duration.ofSeconds(31)));

        assertThat(node.acceptAll("k:a", "l:b")).containsExactly(unconfirmed("a"), incomplete());
        assertThat(process.values()).containsExactly("a");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 2");
        assertThat(node.isEmpty()).isTrue();
    }

    // Guesses

    @Test
    void aRightGuessIsOneRoundTripAMessageAndOneMoreAJoin() {
        store.beRemote();
        Node node = faulty(whole(3));

        node.accept("k:a");
        assertThat(store.roundTrips()).isEqualTo(1);
        node.accept("k:b");
        assertThat(store.roundTrips()).isEqualTo(1);
        node.accept("k:c");
        assertThat(store.roundTrips()).isEqualTo(2);
    }

    @Test
    void aWrongGuessIsOneRoundTripMore() {
        store.beRemote();
        Node node = faulty(whole(3));
        store.guessNothing();

        node.accept("k:a");
        assertThat(store.roundTrips()).isEqualTo(1);
        node.accept("k:b");
        assertThat(store.roundTrips()).isEqualTo(2);
        node.accept("k:c");
        assertThat(store.roundTrips()).isEqualTo(3);
        assertThat(process.values()).containsExactly("a+b+c");
    }

    @Test
    void aGuessOfAJoinThatIsGoneBeginsANewOne() {
        Node node = faulty(whole(2));
        node.accept("k:a");
        store.guessAsOfNow("k");
        node(whole(2)).drop("k");

        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(node.state("k")).isEqualTo("open b");
    }

    @Test
    void aDuplicateOrLateMessageIsReadBeforeItIsBelieved() {
        Node node = faulty(identified(1).rememberFor(HOUR));
        node.accept("k:a");
        store.roundTrips();

        assertThat(node.accept("k:a")).isEqualTo(duplicate());
        assertThat(store.roundTrips()).isEqualTo(1);
        assertThat(node.accept("k:b")).isEqualTo(late());
        assertThat(store.roundTrips()).isEqualTo(1);
        assertThat(node.acceptAll("k:a", "k:b")).containsExactly(duplicate(), late());
        assertThat(store.roundTrips()).isEqualTo(1);
    }

    @Test
    void aGuessThatMakesAllOfABatchDuplicateIsNotBelieved() {
        Node node = faulty(identified(1).rememberFor(HOUR));
        node.acceptAll("k:a", "l:a");
        store.guessAsOfNow("k");
        store.guessAsOfNow("l");
        clock.advance(HOUR);
        node(whole(1)).sweep();
        clock.advance(HOUR.negated()); // the guess would still hold

        assertThat(node.acceptAll("k:a", "l:b")).containsExactly(joined("a"), joined("b"));
    }

    @Test
    void aGuessOfACrowdedKeyRefusesNoMessage() {
        Node node = faulty(whole(1).maxInFlight(1));
        process.doesOnce((value, handOver) -> store.guessAsOfNow("k"));
        node.accept("k:a");

        assertThat(node.accept("k:b")).isEqualTo(joined("b"));
    }

    @Test
    void aGuessOnWhichAMessageCannotBeMergedRefusesNoMessage() {
        Node node = faulty(whole(2));
        node.accept("k:a");
        store.guessAsOfNow("k");
        node(whole(2)).drop("k");
        untestable.addAll(List.of("a+b", "a+c"));

        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(node.acceptAll("k:c")).containsExactly(joined("b+c"));
    }

    @Test
    void aGuessThatCannotBeReadRefusesNoMessage() {
        Node node = faulty(whole(2));
        node.accept("k:a");
        store.corrupt("k");
        store.guessAsOfNow("k");
        store.repair();

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @Test
    void aGuessOfNothingHidesNothingFromReleaseAndDrop() {
        Node node = faulty(whole(2));
        node.acceptEach("k:a", "l:b");
        store.guessNothing();

        assertThat(node.release("k")).containsExactly("a");
        assertThat(node.drop("l")).containsExactly("b");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageThatComesDuringAHandOverCostsItsLastWriteOneRoundTrip() {
        store.beRemote();
        Node node = faulty(whole(1));
        Node other = node(whole(2));
        process.doesOnce((value, handOver) -> other.accept("k:b"));

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(store.roundTrips()).isEqualTo(3);
        assertThat(node.state("k")).isEqualTo("open b");
    }

    // Contention

    /** Another node writes the key each time before this one can. */
    private AtomicInteger neverStill(String key) {
        Node other = node(whole(1_000_000));
        AtomicInteger turns = new AtomicInteger();
        store.beforeEveryWrite(() -> other.accept(key + ":" + turns.incrementAndGet()));
        return turns;
    }

    @Test
    void aKeyThatNeverHoldsStillIsGivenUp() {
        Node node = faulty(whole(1_000_000));
        AtomicInteger turns = neverStill("k");

        assertThatThrownBy(() -> node.accept("k:mine"))
                .isInstanceOf(ContentionException.class)
                .hasMessageContaining("\"k\"");
        assertThat(turns.get()).isGreaterThan(10);
        assertThat(node.state("k")).doesNotContain("mine");
        assertThat(incomplete).doesNotContain("mine");
    }

    @Test
    void aKeyOfABatchThatNeverHoldsStillFailsAlone() {
        Node node = faulty(whole(2_000_000));
        neverStill("k");

        List<Outcome<String>> outcomes = node.acceptAll("k:mine", "l:a", "k:mine");

        assertThat(outcomes.get(1)).isEqualTo(incomplete());
        assertThat(Stream.of(outcomes.get(0), outcomes.get(2)))
                .allSatisfy(outcome ->
                        assertThat(((Outcome.Failed<String>) outcome).cause()).isInstanceOf(ContentionException.class));
        assertThat(node.state("l")).isEqualTo("open a");
        assertThat(node.state("k")).doesNotContain("mine");
    }

    // What cannot be read

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEntryThatCannotBeReadStaysWhereItIs(boolean guessed) {
        Node node = faulty(expiring(2));
        node.accept("k:a");
        store.corrupt("k");
        if (!guessed) {
            store.guessNothing();
        }

        assertThat(Stream.<ThrowingCallable>of(() -> node.accept("k:b"), () -> node.release("k")))
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOfSatisfying(
                                CodecException.class,
                                problem -> assertThat(problem.key()).isEqualTo("k")));
        store.repair();
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @Test
    void anEntryThatCannotBeReadFailsItsPartOfABatchAlone() {
        Node node = faulty(whole(2));
        node.acceptEach("k:a", "l:a");
        store.corrupt("k");

        List<Outcome<String>> outcomes = node.acceptAll("k:b", "l:b");

        assertFailed(outcomes.get(0)).isInstanceOf(CodecException.class);
        assertThat(outcomes.get(1)).isEqualTo(joined("a+b"));
        store.repair();
        assertThat(node.state("k")).isEqualTo("open a");
    }

    @Test
    void aSweepNamesWhatFailsAndWhatCannotBeReadAndDoesTheRest() {
        Node node = faulty(expiring(2));
        node.acceptEach("fails:bad", "1:a", "corrupt:a", "2:a", "nameless:a", "3:a");
        expired.failsFor("bad");
        store.corrupt("corrupt");
        store.corruptWithItsKey("nameless");
        clock.advance(SECOND);
        store.roundTrips();

        SweepReport report = node.joiner().sweep();

        assertThat(store.roundTrips()).isEqualTo(4); // what cannot be read is not read again
        assertThat(Node.text(report)).isEqualTo("expired 3, failed [corrupt, fails, nameless]");
        assertThat(report.failures())
                .filteredOn(failure -> !failure.key().equals("fails"))
                .extracting(SweepReport.Failure::cause)
                .hasSize(2)
                .hasOnlyElementsOfType(CodecException.class);
        store.repair();
        assertThat(node.keys()).containsExactly("corrupt", "fails", "nameless");
    }

    @Test
    void anyNumberOfEntriesThatCannotBeReadHidesNoOther() {
        Node node = faulty(expiring(2));
        List<String> corrupt =
                IntStream.range(0, 600).mapToObj(i -> "corrupt" + i).toList();
        corrupt.forEach(key -> {
            node.accept(key + ":a");
            store.corrupt(key);
        });
        clock.advance(SECOND);
        node.accept("k:b");
        clock.advance(SECOND);

        SweepReport report = node.joiner().sweep();

        assertThat(report.expired()).isEqualTo(1);
        assertThat(report.failures()).extracting(SweepReport.Failure::key).containsExactlyInAnyOrderElementsOf(corrupt);
        assertThat(expired.calls()).containsExactly(Call.of("k:b", EXPIRED).begun(SECOND));
    }

    @Test
    void aValueThatCannotBeWrittenIsNotStored() {
        Node node = faulty(whole(2));
        node.accept("k:a");
        store.refuseToEncode("k");

        assertThatThrownBy(() -> node.accept("k:b")).isInstanceOf(CodecException.class);
        assertThat(process.calls()).isEmpty();
        assertThat(node.state("k")).isEqualTo("open a");
    }

    @Test
    void aValueThatCannotBeWrittenFailsItsPartOfABatchAlone() {
        Node node = faulty(whole(2));
        node.accept("l:a");
        store.guessNothing();
        store.refuseToEncode("k");

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "l:b", "m:a");

        assertFailed(outcomes.get(0)).isInstanceOf(CodecException.class);
        assertThat(outcomes.subList(1, 3)).containsExactly(joined("a+b"), incomplete());
        assertThat(node.keys()).containsExactly("m");
    }

    @Test
    void aClaimThatCannotBeWrittenStopsNoOtherOfTheSweep() {
        Node node = faulty(expiring(2));
        node.acceptEach("k:a", "l:a");
        clock.advance(SECOND);
        store.refuseToEncode("k");

        assertThat(node.sweep()).isEqualTo("expired 1, failed [k]");
        assertThat(expired.calls()).containsExactly(Call.of("l:a", EXPIRED));
        assertThat(node.state("k")).isEqualTo("open a");
    }
}
