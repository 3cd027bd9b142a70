package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static dev.joiner.Cause.FORCED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.ContentionException;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Somebody wants a key's joins now, handed over or taken out. */
abstract class ReleaseAndDropScenarios extends Scenarios {

    ReleaseAndDropScenarios(Stores stores) {
        super(stores);
    }

    /** A failed join of a and b, and an open one of c; the next hand-over goes well. */
    private Node failedAndOpen() {
        Node node = node(whole(2).identifiedBy(Message::text));
        process.failsOnce();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        node.accept("k:c");
        assertThat(node.state("k")).isEqualTo("open c, failed a+b COMPLETE 1");
        return node;
    }

    @Test
    void aReleasedJoinIsProcessedAsItIs() {
        Node node = node(whole(3));
        node.acceptEach("k:a", "k:b", "l:a");

        assertThat(node.joiner().release("k")).containsExactly(new Outcome.Joined<>("a+b", true));
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", FORCED));
        assertThat(node.keys()).containsExactly("l");
    }

    @Test
    void thereMayBeNothingToRelease() {
        Node node = node(whole(2).rememberFor(HOUR));
        node.acceptEach("closed:a", "closed:b");

        assertThat(node.release("k")).isEmpty();
        assertThat(node.release("closed")).isEmpty();
        assertThat(process.values()).containsExactly("a+b");
        assertThat(node.state("closed")).isEqualTo("closed []");
    }

    @Test
    void aFailedJoinIsReleasedWithoutItsBackoffAndWithTheCauseThatItHas() {
        Node node = failedAndOpen();

        assertThat(node.release("k")).containsExactly("a+b", "c");
        assertThat(process.calls())
                .as("attempts count anew")
                .containsExactly(Call.of("k:a+b", COMPLETE), Call.of("k:a+b", COMPLETE), Call.of("k:c", FORCED));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void anExpiredJoinThatFailedIsReleasedToOnExpired() {
        Node node = node(whole(2).expireAfter(SECOND).onExpired(expired));
        node.accept("k:a");
        clock.advance(SECOND);
        expired.failsOnce();
        node.sweep();

        assertThat(node.joiner().release("k")).containsExactly(new Outcome.Joined<>(null, true));
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED), Call.of("k:a", EXPIRED));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aReleaseLeavesALiveClaimAlone() {
        Node node = node(whole(2));
        process.doesOnce((value, handOver) -> {
            node.accept("k:c");
            assertThat(node.release("k")).containsExactly("c");
            assertThat(node.state("k")).isEqualTo("claimed a+b COMPLETE 1");
        });
        node.accept("k:a");

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE), Call.of("k:c", FORCED));
    }

    @Test
    void aClaimWhoseLeaseIsOverIsReleased() {
        Node node = node(whole(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(MINUTE);
            assertThat(node.release("k")).containsExactly("a");
        });

        assertThat(node.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(process.calls()).containsExactly(Call.of("k:a", COMPLETE), Call.of("k:a", COMPLETE));
    }

    @Test
    void oneReleasedJoinThatFailsStopsNoOther() {
        Node node = failedAndOpen();
        process.failsFor("a+b");

        List<Outcome<String>> outcomes = node.joiner().release("k");

        assertThat(outcomes.get(0).isSafe()).isTrue();
        assertFailed(outcomes.get(0)).isInstanceOf(ProcessingException.class).hasCauseInstanceOf(Broken.class);
        assertThat(outcomes.get(1)).isEqualTo(joined("c"));
        assertThat(outcomes).hasSize(2);
        assertThat(process.values()).containsExactly("a+b", "a+b", "c");
        assertThat(node.state("k")).isEqualTo("failed a+b COMPLETE 1");
    }

    @Test
    void allFailuresOfAReleaseAreTold() {
        Node node = failedAndOpen();
        process.fails();

        List<Outcome<String>> outcomes = node.joiner().release("k");

        assertThat(outcomes)
                .hasSize(2)
                .allSatisfy(outcome -> assertFailed(outcome).isInstanceOf(ProcessingException.class));
        assertThat(node.state("k")).isEqualTo("failed a+b COMPLETE 1, failed c FORCED 1");
    }

    @Test
    void aReleasedJoinThatFailedTakesNoMoreMessages() {
        Node node = node(whole(2));
        node.accept("k:a");
        process.failsOnce();
        assertThat(node.release("k")).containsExactly("Failed");

        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(node.state("k")).isEqualTo("open b, failed a FORCED 1");

        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls().get(1)).isEqualTo(Call.of("k:a", FORCED).attempt(2));
    }

    @Test
    void aReleasedKeyIsRemembered() {
        Node node = node(whole(2).identifiedBy(Message::text).rememberFor(HOUR));
        node.accept("k:a");

        assertThat(node.release("k")).containsExactly("a");
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), late());
    }

    @Test
    void aReleaseNeedsRoomForTheOpenJoin() {
        Node node = node(whole(2).maxInFlight(1));
        process.doesOnce((value, handOver) -> {
            node.accept("k:c");
            assertThatThrownBy(() -> node.release("k")).isInstanceOf(ContentionException.class);
            assertThat(node.state("k")).isEqualTo("open c, claimed a+b COMPLETE 1");
        });
        node.accept("k:a");

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(node.release("k")).containsExactly("c");
    }

    @Test
    void aKeptValueThatIsReleasedStaysNoLonger() {
        Node node = node(whole(2).keepAfterJoin().expireAfter(HOUR).onExpired(expired));
        node.acceptEach("k:a", "k:b");

        assertThat(node.release("k")).containsExactly("a+b");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aDroppedJoinIsTheCallersAlone() {
        Node node = node(whole(3).identifiedBy(Message::text));
        node.acceptEach("k:a", "k:b");

        assertThat(node.joiner().drop("k")).singleElement().satisfies(join -> {
            assertThat(join.key()).isEqualTo("k");
            assertThat(join.status()).isEqualTo(PendingJoin.Status.WAITING);
            assertThat(join.value()).contains("a+b");
            assertThat(join.parts()).isEqualTo(2);
            assertThat(join.firstAt()).contains(START.truncatedTo(ChronoUnit.MILLIS));
            assertThat(join.ids()).isEqualTo(2);
        });
        assertThat(node.isEmpty()).isTrue();
        assertThat(process.calls()).isEmpty();
    }

    @Test
    void thereMayBeNothingToDrop() {
        Node node = node(whole(1).rememberFor(HOUR));
        node.accept("closed:a");

        assertThat(node.drop("k")).isEmpty();
        assertThat(node.drop("closed")).isEmpty();
        assertThat(node.state("closed")).isEqualTo("closed []");
    }

    @Test
    void failedJoinsAreDroppedTooAfterTheOpenOne() {
        Node node = failedAndOpen();

        assertThat(node.drop("k")).containsExactly("c", "a+b");
        assertThat(node.isEmpty()).isTrue();
        clock.advance(HOUR);
        assertThat(node.sweep()).isEqualTo("nothing");
    }

    @Test
    void severalFailedJoinsAreDroppedInTheirOrder() {
        Node node = node(whole(1).identifiedBy(Message::text));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.drop("k")).containsExactly("a", "b");
    }

    @Test
    void dropLeavesALiveClaimAloneAndKeepsTheIdsOfWhatItTook() {
        Node node = node(whole(2).identifiedBy(Message::text, HOUR));
        process.doesOnce((value, handOver) -> {
            node.accept("k:c");
            assertThat(node.drop("k")).containsExactly("c");
            assertThat(node.state("k")).isEqualTo("claimed a+b COMPLETE 1, closed [c]");
        });
        node.accept("k:a");

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(node.acceptEach("k:c", "k:a", "k:d")).containsExactly(duplicate(), duplicate(), incomplete());
    }

    @Test
    void aClaimWhoseLeaseIsOverIsDropped() {
        Node node = node(whole(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(MINUTE);
            assertThat(node.drop("k")).containsExactly("a");
            assertThat(node.isEmpty()).isTrue();
        });

        assertThat(node.accept("k:a")).isEqualTo(unconfirmed("a"));
    }

    @Test
    void aDroppedKeyIsClosedIfItIsRemembered() {
        Node node = node(whole(2).rememberFor(HOUR));
        node.accept("k:a");

        assertThat(node.drop("k")).containsExactly("a");
        assertThat(node.accept("k:b")).isEqualTo(late());
    }
}
