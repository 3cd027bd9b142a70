package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Messages that come again, and messages that come after their join. */
abstract class DuplicateAndLateScenarios extends Scenarios {

    DuplicateAndLateScenarios(Stores stores) {
        super(stores);
    }

    @Test
    void aMessageCountsOnce() {
        Node node = node(whole(3).identifiedBy(Message::text));

        assertThat(node.acceptEach("k:1", "k:3", "k:3", "k:2"))
                .containsExactly(incomplete(), incomplete(), duplicate(), joined("1+3+2"));
        assertThat(process.calls()).containsExactly(Call.of("k:1+3+2", COMPLETE));
        assertThat(incomplete).containsExactly("1", "1+3");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void withoutIdsEveryMessageCounts() {
        Node node = node(whole(3));

        assertThat(node.acceptEach("k:1", "k:2", "k:2")).containsExactly(incomplete(), incomplete(), joined("1+2+2"));
    }

    @Test
    void duplicatesThatRaceWithTheJoinDoNotBeginAnother() throws Exception {
        Node node = node(whole(3).identifiedBy(Message::text).rememberFor(HOUR));
        for (int round = 0; round < 50; round++) {
            String key = Integer.toString(round);
            List<Outcome<String>> outcomes = new CopyOnWriteArrayList<>();

            atOnce(Stream.of("1", "2", "3", "3")
                    .map(text -> (Runnable) () -> outcomes.add(node.accept(key + ":" + text)))
                    .toList());

            assertThat(outcomes.stream().filter(Outcome.Joined.class::isInstance))
                    .hasSize(1);
            assertThat(outcomes.stream().filter(duplicate()::equals)).hasSize(1);
            assertThat(node.state(key)).startsWith("closed ");
        }
        assertThat(process.calls()).hasSize(50);
        assertThat(process.calls()).allSatisfy(call -> assertThat(call.parts()).isEqualTo(3));
    }

    @Test
    void aRememberedKeyTakesNoMore() {
        Node node = node(whole(5).rememberFor(HOUR));

        List<Outcome<String>> outcomes = node.acceptEach(tenOf("k"));

        assertThat(outcomes.get(4)).isEqualTo(joined("0+1+2+3+4"));
        assertThat(outcomes.subList(5, 10)).hasSize(5).containsOnly(late());
        assertThat(late).containsExactlyElementsOf(Message.of("k:5", "k:6", "k:7", "k:8", "k:9"));
        assertThat(process.values()).containsExactly("0+1+2+3+4");
        assertThat(node.state("k")).isEqualTo("closed []");
    }

    @Test
    void aForgottenKeyBeginsAnew() {
        Node node = node(whole(5));

        assertThat(node.acceptEach(tenOf("k"))).containsOnly(incomplete(), joined("0+1+2+3+4"), joined("5+6+7+8+9"));
        assertThat(process.values()).containsExactly("0+1+2+3+4", "5+6+7+8+9");
        assertThat(late).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    private static String[] tenOf(String key) {
        return Stream.iterate(0, i -> i + 1).limit(10).map(i -> key + ":" + i).toArray(String[]::new);
    }

    @Test
    void theFirstMessageMayCloseTheKey() {
        Node node = node(whole(1).rememberFor(HOUR));

        assertThat(node.acceptEach("k:a", "k:b", "k:c", "k:d", "k:e"))
                .containsExactly(joined("a"), late(), late(), late(), late());
    }

    @Test
    void aKeyIsRememberedForItsTimeAndThenSweptAway() {
        Node node = node(whole(1).rememberFor(HOUR));
        node.accept("k:a");

        clock.advance(HOUR.minus(MILLISECOND));
        assertThat(node.accept("k:b")).isEqualTo(late());
        assertThat(node.sweep()).isEqualTo("nothing");

        clock.advance(MILLISECOND);
        assertThat(node.sweep()).isEqualTo("ended 1");
        assertThat(node.isEmpty()).isTrue();
        assertThat(node.accept("k:c")).isEqualTo(joined("c"));
    }

    @Test
    void aMessageBeginsANewJoinWhenTheMemoryIsOverThoughNobodySwept() {
        Node node = node(whole(2).rememberFor(HOUR));
        node.acceptEach("k:a", "k:b");

        clock.advance(HOUR);

        assertThat(node.accept("k:c")).isEqualTo(incomplete());
        assertThat(node.state("k")).isEqualTo("open c");
    }

    @Test
    void theTimeOfTheMemoryCountsFromTheEndOfTheHandOver() {
        Node node = node(whole(1).rememberFor(HOUR));
        process.does((value, handOver) -> clock.advance(SECOND));
        node.accept("k:a");

        assertThat(node.dueAt("k")).isEqualTo(START.plus(SECOND).plus(HOUR).toEpochMilli());
    }

    @Test
    void aKeyIsClosedFromTheMomentItsJoinIsHandedOver() {
        Node node = node(whole(1).rememberFor(HOUR));
        process.doesOnce((value, handOver) -> assertThat(node.accept("k:b")).isEqualTo(late()));

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(late).containsExactly(Message.of("k:b"));
    }

    @Test
    void aKeyWhoseJoinExpiredIsClosedToo() {
        Node node = node(whole(2).rememberFor(HOUR)
                .expireAfter(SECOND)
                .onExpired(expired)
                .identifiedBy(Message::text));
        node.accept("k:a");
        clock.advance(SECOND);
        expired.doesOnce(
                (value, handOver) -> assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), late()));

        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), late());
        assertThat(node.state("k")).isEqualTo("closed [a]");
    }

    @Test
    void lateIsLateAfterARestartAndOnAnotherNode() {
        Node first = node(whole(1).rememberFor(HOUR));
        Node second = node(whole(1).rememberFor(HOUR));
        first.accept("k:a");
        assertThat(second.accept("k:b")).isEqualTo(late());

        first.close();

        assertThat(node(whole(1).rememberFor(HOUR)).accept("k:c")).isEqualTo(late());
    }

    @Test
    void whatOnLateThrowsPassesThrough() {
        IllegalStateException thrown = new IllegalStateException("from onLate");
        Node node = node(bare(1).rememberFor(HOUR).onLate(message -> {
            throw thrown;
        }));
        node.accept("k:a");

        assertThatThrownBy(() -> node.accept("k:b")).isSameAs(thrown);
        assertThat(node.state("k")).isEqualTo("closed []");
    }

    @Test
    void keptIdsAreKnownAfterTheJoinAndOthersAreWelcome() {
        Node node = node(whole(2).identifiedBy(Message::text, HOUR));

        assertThat(node.acceptEach("k:a", "k:b", "k:b", "k:a", "k:c", "k:d", "k:d", "k:a"))
                .containsExactly(
                        incomplete(),
                        joined("a+b"),
                        duplicate(),
                        duplicate(),
                        incomplete(),
                        joined("c+d"),
                        duplicate(),
                        duplicate());
        assertThat(node.state("k")).isEqualTo("closed [a, b, c, d]");
    }

    @Test
    void idsAreKeptUntilSoLongAfterTheirOwnHandOver() {
        Node node = node(whole(2).identifiedBy(Message::text, HOUR));
        node.acceptEach("k:a", "k:b");
        clock.advance(MINUTE);
        node.acceptEach("k:c", "k:d");

        clock.advance(HOUR.minus(MINUTE).minus(MILLISECOND));
        assertThat(node.acceptEach("k:a", "k:c")).containsExactly(duplicate(), duplicate());

        clock.advance(MILLISECOND);
        assertThat(node.acceptEach("k:a", "k:c", "k:b", "k:d"))
                .containsExactly(incomplete(), duplicate(), joined("a+b"), duplicate());
        assertThat(node.state("k")).isEqualTo("closed [c, d, a, b]");

        clock.advance(MINUTE.minus(MILLISECOND));
        assertThat(node.acceptEach("k:c", "k:d")).containsExactly(duplicate(), duplicate());
        clock.advance(MILLISECOND);
        assertThat(node.accept("k:c")).isEqualTo(incomplete());
        assertThat(node.state("k")).isEqualTo("open c, closed [a, b]");
    }

    @Test
    void keptIdsAreSweptAwayWhenTheLastIsOver() {
        Node node = node(whole(1).identifiedBy(Message::text, HOUR));
        node.accept("k:a");
        clock.advance(MINUTE);
        node.accept("k:b");

        clock.advance(HOUR.minus(MILLISECOND));
        assertThat(node.sweep()).isEqualTo("nothing");

        clock.advance(MILLISECOND);
        assertThat(node.sweep()).isEqualTo("ended 1");
        assertThat(node.isEmpty()).isTrue();
        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
    }

    @Test
    void idsThatAreNotKeptAreForgottenWithTheJoin() {
        Node node = node(whole(2).identifiedBy(Message::text));

        assertThat(node.acceptEach("k:a", "k:b", "k:b")).containsExactly(incomplete(), joined("a+b"), incomplete());
        assertThat(node.state("k")).isEqualTo("open b");
    }

    @Test
    void aRememberedKeyTellsDuplicatesFromLateMessages() {
        Node node = node(whole(2).identifiedBy(Message::text).rememberFor(HOUR));

        assertThat(node.acceptEach("k:a", "k:b", "k:b", "k:c"))
                .containsExactly(incomplete(), joined("a+b"), duplicate(), late());
        assertThat(late).containsExactly(Message.of("k:c"));
    }

    @Test
    void idsMayBeKeptForLongerThanTheKeyIsClosed() {
        Node node = node(whole(1).identifiedBy(Message::text, HOUR).rememberFor(MINUTE));
        node.accept("k:a");

        clock.advance(MINUTE.minus(MILLISECOND));
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), late());

        clock.advance(MILLISECOND);
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), joined("b"));
    }

    @Test
    void theKeyMayBeClosedForLongerThanIdsAreKept() {
        Node node = node(whole(1).identifiedBy(Message::text, MINUTE).rememberFor(HOUR));
        node.accept("k:a");

        clock.advance(HOUR.minus(MILLISECOND));
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), late());

        clock.advance(MILLISECOND);
        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
    }

    @Test
    void theIdOfAJoinThatIsBeingHandedOverIsKnown() {
        Node node = node(whole(2).identifiedBy(Message::text));
        List<Outcome<String>> during = new ArrayList<>();
        process.doesOnce((value, handOver) -> during.addAll(node.acceptEach("k:a", "k:b", "k:c", "k:c")));

        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(incomplete(), joined("a+b"));
        assertThat(during).containsExactly(duplicate(), duplicate(), incomplete(), duplicate());
        assertThat(node.state("k")).isEqualTo("open c");
    }

    @Test
    void anyIdOfAJoinWhoseHandOverFailedTriesItAgain() {
        Node node = node(whole(2).identifiedBy(Message::text).rememberFor(HOUR));
        process.fails();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        assertHandOverFails("k", 2, () -> node.accept("k:a"));
        process.recovers();

        assertThat(node.acceptEach("k:c", "k:b", "k:b")).containsExactly(late(), joined("a+b"), duplicate());
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a+b", COMPLETE),
                        Call.of("k:a+b", COMPLETE).attempt(2),
                        Call.of("k:a+b", COMPLETE).attempt(3));
    }

    @Test
    void theIdOfAnExpiredJoinIsADuplicateThoughItsHandOverFailed() {
        Node node =
                node(whole(2).identifiedBy(Message::text).expireAfter(SECOND).onExpired(expired));
        node.accept("k:a");
        clock.advance(SECOND);
        expired.failsOnce();
        assertThat(node.sweep()).isEqualTo("failed [k]");

        assertThat(node.accept("k:a")).isEqualTo(duplicate());
        assertThat(node.state("k")).isEqualTo("failed a EXPIRED 1");
    }

    @Test
    void withoutIdsAMessageGoesIntoAFailedJoinThoughTheKeyIsClosed() {
        Node node = node(whole(1).rememberFor(HOUR));
        process.failsOnce();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        assertThat(node.acceptEach("k:b", "k:c")).containsExactly(joined("a+b"), late());
    }
}
