package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.ContentionException;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many messages in one call. */
abstract class BatchScenarios extends Scenarios {

    BatchScenarios(Stores stores) {
        super(stores);
    }

    @Test
    void outcomesComeInTheOrderOfTheMessages() {
        Node node = node(whole(2).identifiedBy(Message::text).rememberFor(HOUR));
        node.accept("old:a");

        assertThat(node.acceptAll("k:a", "l:a", "k:a", "old:b", "m:a", "l:b", "l:c", "old:b"))
                .containsExactly(
                        incomplete(),
                        incomplete(),
                        duplicate(),
                        joined("a+b"),
                        incomplete(),
                        joined("a+b"),
                        late(),
                        duplicate());
        assertThat(process.calls()).containsExactly(Call.of("old:a+b", COMPLETE), Call.of("l:a+b", COMPLETE));
        assertThat(late).containsExactly(Message.of("l:c"));
        assertThat(node.state("k")).isEqualTo("open a");
    }

    @Test
    void anEmptyBatchHasNoOutcomes() {
        FaultyStore<String, String> store = new FaultyStore<>(store());

        assertThat(node(whole(2), store).acceptAll()).isEmpty();
        assertThat(store.roundTrips()).isZero();
    }

    @Test
    void messagesOfOneKeyFoldInOneWrite() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Node node = node(whole(5), store);

        List<Outcome<String>> outcomes =
                node.acceptAll(IntStream.range(0, 12).mapToObj(i -> "k:" + i).toArray(String[]::new));

        assertThat(store.roundTrips()).isEqualTo(2); // as many as a batch of one join: written, and written off
        assertThat(outcomes).hasSize(12).containsOnly(incomplete(), joined("0+1+2+3+4"), joined("5+6+7+8+9"));
        assertThat(outcomes.get(4)).isEqualTo(joined("0+1+2+3+4"));
        assertThat(outcomes.get(9)).isEqualTo(joined("5+6+7+8+9"));
        assertThat(process.values()).containsExactly("0+1+2+3+4", "5+6+7+8+9");
        assertThat(incomplete)
                .containsExactly("0", "0+1", "0+1+2", "0+1+2+3", "5", "5+6", "5+6+7", "5+6+7+8", "10", "10+11");
        assertThat(node.state("k")).isEqualTo("open 10+11");
    }

    @Test
    void messagesOfManyKeysAreWrittenAndWrittenOffAtOnce() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Node node = node(whole(2), store);

        List<Outcome<String>> outcomes = node.acceptAll(Stream.of("a", "b")
                .flatMap(text -> IntStream.range(0, 100).mapToObj(i -> i + ":" + text))
                .toArray(String[]::new));

        assertThat(store.roundTrips()).isEqualTo(2);
        assertThat(outcomes.subList(0, 100)).containsOnly(incomplete());
        assertThat(outcomes.subList(100, 200)).containsOnly(joined("a+b"));
        assertThat(process.calls().stream().map(Call::key))
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(Integer::toString).toList());
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aBatchThatCompletesNothingIsOneRoundTrip() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();

        node(whole(9), store).acceptAll("k:a", "l:a", "k:b");

        assertThat(store.roundTrips()).isEqualTo(1);
    }

    @Test
    void handlersRunAfterAllMessagesAreWrittenInTheOrderOfTheMessages() {
        Node other = node(whole(2));
        Node node = node(bare(2).process(process).onIncomplete(value -> {
            incomplete.add(value);
            assertThat(other.state("last")).isEqualTo("open z");
        }));
        List<String> order = new ArrayList<>();
        process.does((value, handOver) -> order.add(value + " after " + incomplete));

        node.acceptAll("k:a", "k:b", "l:c", "l:d", "last:z");

        assertThat(order).containsExactly("a+b after [a]", "c+d after [a, c]");
        assertThat(incomplete).containsExactly("a", "c", "z");
    }

    @Test
    void aMessageThatCannotBeTakenFailsAlone() {
        Node node = node(whole(2).identifiedBy(message -> message.text().equals("nameless") ? "" : message.text()));
        unkeyable.add("unkeyable");
        unmergeable.add("unmergeable");
        untestable.add("untestable");

        List<Outcome<String>> outcomes = node.acceptAll(
                "k:a", "k:unkeyable", "k:unmergeable", "l:nameless", "k:untestable", "l:a", "k:b", ":empty");

        assertThat(outcomes.get(0)).isEqualTo(incomplete());
        assertFailed(outcomes.get(1)).isInstanceOf(Refused.class).hasMessage("unkeyable");
        assertFailed(outcomes.get(2)).isInstanceOf(Refused.class).hasMessage("unmergeable");
        assertFailed(outcomes.get(3))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("identifiedBy");
        assertFailed(outcomes.get(4)).isInstanceOf(Refused.class).hasMessage("untestable");
        assertThat(outcomes.get(5)).isEqualTo(incomplete());
        assertThat(outcomes.get(6)).isEqualTo(joined("a+b"));
        assertFailed(outcomes.get(7))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("empty");
        assertThat(outcomes).hasSize(8);
        assertThat(node.keys()).containsExactly("l");
    }

    @Test
    void aKeyOfWhichNoMessageCanBeTakenIsNotWritten() {
        Node node = node(whole(2));
        unmergeable.add("bad");

        assertFailed(node.acceptAll("k:bad", "l:a").get(0)).isInstanceOf(Refused.class);
        assertThat(node.keys()).containsExactly("l");
    }

    @Test
    void aHandOverThatThrowsFailsAlone() {
        Node node = node(whole(2));
        process.failsFor("c+d");

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "k:b", "l:c", "l:d", "m:e", "m:f");

        assertThat(outcomes.get(1)).isEqualTo(joined("a+b"));
        assertFailed(outcomes.get(3)).isInstanceOf(ProcessingException.class).hasCauseInstanceOf(Broken.class);
        assertThat(outcomes.get(5)).isEqualTo(joined("e+f"));
        assertThat(node.keys()).containsExactly("l");
        assertThat(node.state("l")).isEqualTo("failed c+d COMPLETE 1");
    }

    @Test
    void joinsOfOneKeyInABatchFailEachAlone() {
        Node node = node(whole(1).identifiedBy(Message::text));
        process.failsFor("b");

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "k:b", "k:c");

        assertThat(outcomes.get(0)).isEqualTo(joined("a"));
        assertFailed(outcomes.get(1)).isInstanceOf(ProcessingException.class);
        assertThat(outcomes.get(2)).isEqualTo(joined("c"));
        assertThat(node.state("k")).isEqualTo("failed b COMPLETE 1");
    }

    @Test
    void whatOnIncompleteAndOnLateThrowFailsAlone() {
        IllegalStateException thrown = new IllegalStateException("from a handler");
        Node node = node(bare(2).identifiedBy(Message::text)
                .rememberFor(HOUR)
                .onIncomplete(value -> {
                    throw thrown;
                })
                .onLate(message -> {
                    throw thrown;
                }));

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "k:b", "k:c");

        assertFailed(outcomes.get(0)).isSameAs(thrown);
        assertThat(outcomes.get(1)).isEqualTo(joined("a+b"));
        assertFailed(outcomes.get(2)).isSameAs(thrown);
        assertThat(node.state("k")).isEqualTo("closed [a, b]");
    }

    @Test
    void moreJoinsOfAKeyThanMayBeInFlightAreTakenInFurtherRounds() {
        Node node = node(whole(1).maxInFlight(2));

        assertThat(node.acceptAll("k:a", "k:b", "k:c", "l:a", "k:d", "k:e"))
                .containsExactly(joined("a"), joined("b"), joined("c"), joined("a"), joined("d"), joined("e"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageForWhichOthersLeaveNoRoomInFlightFailsAlone() {
        Node node = node(whole(1).maxInFlight(1).identifiedBy(Message::text));
        process.doesOnce((value, handOver) -> {
            List<Outcome<String>> outcomes = node.acceptAll("k:b", "l:c", "k:a");

            assertFailed(outcomes.get(0))
                    .isInstanceOf(ContentionException.class)
                    .hasMessageContaining("maxInFlight");
            assertThat(outcomes.subList(1, 3)).containsExactly(joined("c"), duplicate());
        });

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void redeliveriesOfAFailedJoinTryItAgainOncePerBatch() {
        Node node = node(whole(2).identifiedBy(Message::text));
        process.failsOnce();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.acceptAll("k:a", "k:b")).containsExactly(joined("a+b"), duplicate());
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a+b", COMPLETE), Call.of("k:a+b", COMPLETE).attempt(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aKeyThatChangesMeanwhileFoldsAgain() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Node node = node(whole(3), store);
        Node other = node(whole(3));
        store.beforeNextWrite(() -> other.accept("k:x"));

        assertThat(node.acceptAll("k:a", "l:a", "k:b", "k:c", "l:b"))
                .containsExactly(incomplete(), incomplete(), joined("x+a+b"), incomplete(), incomplete());
        assertThat(store.roundTrips()).isEqualTo(3); // one key again, alone
        assertThat(node.state("k")).isEqualTo("open c");
        assertThat(node.state("l")).isEqualTo("open a+b");
    }

    @Test
    void atMostOnceABatchLeavesNothingToWriteOff() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        AtomicInteger writes = new AtomicInteger();
        store.beforeEveryWrite(writes::incrementAndGet);
        Node node = node(whole(2).atMostOnce(), store);
        process.failsFor("c+d");

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "k:b", "k:c", "k:d", "l:e", "l:f");

        assertThat(writes)
                .as("what waits goes in together, in two rounds, and each join goes out alone")
                .hasValue(2 + 3);
        assertThat(outcomes.get(1)).isEqualTo(joined("a+b"));
        assertFailed(outcomes.get(3)).isInstanceOf(ProcessingException.class);
        assertThat(outcomes.get(5)).isEqualTo(joined("e+f"));
        assertThat(node.isEmpty()).isTrue();
    }

    /** Eight joins, each handed over in four seconds. */
    private List<Outcome<String>> slowBatch(Node node) {
        return node.acceptAll(IntStream.range(0, 8).mapToObj(i -> i + ":a").toArray(String[]::new));
    }

    private JoinSpec.Builder<Message, String, String, String, String> leased() {
        return whole(1).lease(Duration.ofSeconds(10));
    }

    @Test
    void claimsThatWaitInABatchAreRenewedWhenHalfTheirLeaseIsUsed() {
        Node node = node(leased());
        Node other = node(leased());
        process.does((value, handOver) -> {
            clock.advance(Duration.ofSeconds(4));
            assertThat(other.sweep()).isEqualTo("nothing");
        });

        assertThat(slowBatch(node)).hasSize(8).containsOnly(joined("a"));
        assertThat(process.calls()).hasSize(8).doesNotHaveDuplicates();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void whatABatchHasHandedOverIsWrittenOffWhenHalfTheLeaseIsUsed() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Node node = node(leased(), store);
        List<Integer> held = new ArrayList<>();
        process.does((value, handOver) -> {
            held.add(node.keys().size());
            clock.advance(Duration.ofSeconds(4));
        });

        slowBatch(node);

        assertThat(held).containsExactly(8, 8, 6, 6, 4, 4, 2, 2);
        assertThat(store.roundTrips()).isEqualTo(5); // the messages, three times half a lease, the rest
    }

    @Test
    void aRunningHandlerRenewsThoseThatWaitBehindIt() {
        Node node = node(leased());
        Node other = node(leased());
        process.doesOnce((value, handOver) -> {
            for (int i = 0; i < 3; i++) {
                clock.advance(Duration.ofSeconds(8));
                assertThat(handOver.renew()).isTrue();
            }
            clock.advance(Duration.ofSeconds(9));
            assertThat(other.sweep()).isEqualTo("nothing");
        });

        assertThat(node.acceptAll("k:a", "l:b", "m:c")).containsExactly(joined("a"), joined("b"), joined("c"));
        assertThat(process.values()).containsExactly("a", "b", "c");
    }

    @Test
    void aClaimThatIsLostBeforeItsHandlerBeganIsNotBegun() {
        Node slow = node(leased());
        Node other = node(leased());
        process.doesOnce((value, handOver) -> {
            clock.advance(Duration.ofSeconds(10));
            assertThat(other.sweep()).isEqualTo("joined 3");
        });

        assertThat(slow.acceptAll("k:a", "l:b", "m:c")).containsExactly(unconfirmed("a"), incomplete(), incomplete());
        assertThat(process.calls().get(0)).isEqualTo(Call.of("k:a", COMPLETE));
        assertThat(process.calls().subList(1, 4))
                .containsExactlyInAnyOrder(
                        Call.of("k:a", COMPLETE), Call.of("l:b", COMPLETE), Call.of("m:c", COMPLETE));
        assertThat(slow.isEmpty()).isTrue();
    }

    @Test
    void aSweepRenewsTheClaimsThatWaitInIt() {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(2).lease(Duration.ofSeconds(10)).expireAfter(SECOND).onExpired(expired);
        Node sweeping = node(spec);
        Node other = node(spec);
        IntStream.range(0, 8).forEach(i -> sweeping.accept(i + ":a"));
        clock.advance(SECOND);
        expired.does((value, handOver) -> {
            clock.advance(Duration.ofSeconds(4));
            assertThat(other.sweep()).isEqualTo("nothing");
        });

        assertThat(sweeping.sweep()).isEqualTo("expired 8");
        assertThat(expired.calls()).hasSize(8).doesNotHaveDuplicates();
        assertThat(sweeping.isEmpty()).isTrue();
    }
}
