package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.FORCED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.ProcessingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@code retry} and {@code parkPoisoned} make of joins that fail. */
abstract class LimitedRetryScenarios extends Scenarios {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    LimitedRetryScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> parking(int attempts) {
        return whole(1).retry(attempts).parkPoisoned();
    }

    private static PendingJoin<String, String> only(Node node, String key) {
        List<PendingJoin<String, String>> joins = node.joiner().find(key);
        assertThat(joins).hasSize(1);
        return joins.get(0);
    }

    // Without ids

    @Test
    void aMessageIsTheNextJoinAndTheFailedOneWaitsItsTime() {
        Node node = node(whole(1).retry(2, TEN_SECONDS).onPoisoned(poisoned));
        process.failsFor("m1");
        assertHandOverFails("k", 1, () -> node.accept("k:m1"));
        clock.advance(Duration.ofMillis(10));

        assertThat(node.accept("k:m2")).isEqualTo(joined("m2"));
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:m1", COMPLETE), Call.of("k:m2", COMPLETE).begun(Duration.ofMillis(10)));
        assertThat(node.state("k")).isEqualTo("failed m1 COMPLETE 1");
        clock.advance(Duration.ofMillis(4_900));
        assertThat(node.sweep()).isEqualTo("nothing");
        process.recovers();
        clock.advance(TEN_SECONDS);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls().get(2)).isEqualTo(Call.of("k:m1", COMPLETE).attempt(2));
    }

    /** As in the ancestor. */
    @Test
    void withoutRetryAMessageIsMergedIntoTheFailedJoin() {
        Node node = node(whole(1));
        process.failsFor("m1");
        assertHandOverFails("k", 1, () -> node.accept("k:m1"));

        assertThat(node.accept("k:m2")).isEqualTo(joined("m1+m2"));
        assertThat(node.isEmpty()).isTrue();
    }

    /** Nor is one merged into a join that was not begun: its handler has not failed. */
    @Test
    void withoutRetryAMessageIsNotMergedIntoAJoinThatWasGivenBack() {
        Node node = node(whole(1));
        Thread.currentThread().interrupt();
        assertThat(node.accept("k:m1")).isEqualTo(incomplete());
        assertThat(Thread.interrupted()).isTrue();

        assertThat(node.accept("k:m2")).isEqualTo(joined("m2"));
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.values()).containsExactly("m2", "m1");
    }

    @Test
    void rowsStayApartWhileTheirReceiverIsAway() {
        Node node = node(whole(5).retry(100).onPoisoned(poisoned));
        process.fails();
        List<Outcome<String>> outcomes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String message = "k:" + i;
            if (i % 5 == 4) {
                assertHandOverFails("k", 1, () -> node.accept(message));
            } else {
                outcomes.add(node.accept(message));
            }
        }
        assertThat(outcomes).hasSize(80).containsOnly(incomplete());
        process.recovers();
        clock.advance(MINUTE);

        assertThat(node.sweep()).isEqualTo("joined 20");
        assertThat(process.values().subList(20, 40))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 20)
                        .mapToObj(row -> String.join(
                                "+",
                                IntStream.range(5 * row, 5 * row + 5)
                                        .mapToObj(Integer::toString)
                                        .toList()))
                        .toList());
        assertThat(node.isEmpty()).isTrue();
    }

    // Parked

    @Test
    void aJoinIsParkedAfterItsAttempts() {
        Node first = node(parking(3));
        process.fails();
        assertHandOverFails("k", 1, () -> first.accept("k:a"));
        clock.advance(MINUTE);
        assertThat(first.sweep()).isEqualTo("failed [k]");
        clock.advance(MINUTE);
        assertThat(first.sweep()).isEqualTo("parked 1, failed [k]");
        first.close();
        Node node = node(parking(3));
        clock.advance(HOUR);

        assertThat(node.sweep()).as("no sweep ever touches it").isEqualTo("nothing");
        PendingJoin<String, String> parked = only(node, "k");
        assertThat(parked.status()).isEqualTo(Status.PARKED);
        assertThat(parked.value()).contains("a");
        assertThat(parked.cause()).contains(COMPLETE);
        assertThat(parked.attempts()).isEqualTo(3);
        assertThat(parked.lastError()).contains(new Broken("a", 3).toString());
        assertThat(parked.dueAt()).isEmpty();
        assertThat(node.joiner().counts().parked()).isEqualTo(1);
        assertThat(node.joiner().pending(10).joins())
                .extracting(PendingJoin::status)
                .containsExactly(Status.PARKED);
        assertThat(process.calls()).extracting(Call::attempt).containsExactly(1, 2, 3);
    }

    @Test
    void aParkedJoinIsReleasedToItsHandlerWithItsAttemptsCountedAnew() {
        Node node = node(parking(1));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertThat(node.release("k")).containsExactly("Failed");
        assertThat(node.state("k")).isEqualTo("parked a COMPLETE 1");
        process.recovers();

        assertThat(node.release("k")).containsExactly("a");
        assertThat(process.calls()).hasSize(3).containsOnly(Call.of("k:a", COMPLETE));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aReleasedJoinHasAllItsAttemptsAgain() {
        Node node = node(parking(2));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("parked 1, failed [k]");

        assertThat(node.release("k")).containsExactly("Failed");
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 1");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("parked 1, failed [k]");
        assertThat(process.calls()).extracting(Call::attempt).containsExactly(1, 2, 1, 2);
    }

    @Test
    void aParkedJoinIsDropped() {
        Node node = node(parking(1));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        assertThat(node.joiner().drop("k")).singleElement().satisfies(parked -> {
            assertThat(parked.status()).isEqualTo(Status.PARKED);
            assertThat(parked.value()).contains("a");
        });
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void theIdsOfAParkedJoinAreKnown() {
        Node node = node(parking(1).identifiedBy(Message::text));
        process.failsFor("a");
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(duplicate(), joined("b"));
        assertThat(node.state("k")).isEqualTo("parked a COMPLETE 1");
    }

    @Test
    void parkedJoinsBlockNothing() {
        Node node = node(parking(1).maxInFlight(1).rememberFor(HOUR));
        process.fails();
        for (int i = 0; i < 64; i++) {
            String message = "k:" + i;
            assertHandOverFails("k", 1, () -> node.accept(message));
        }
        assertThat(node.joiner().counts().parked()).isEqualTo(64);
        process.recovers();

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(node.accept("k:b"))
                .as("closed by the join that was handed over")
                .isEqualTo(late());
        assertThat(node.joiner().counts().parked()).isEqualTo(64);
        assertThat(node.release("k")).hasSize(64);
    }

    @Test
    void aJoinForWhichThereIsNoRoomToParkIsTriedOn() {
        Node node = node(parking(1).identifiedBy(Message::text));
        process.fails();
        for (int i = 0; i < 65; i++) {
            String message = "k:" + i;
            assertHandOverFails("k", 1, () -> node.accept(message));
        }
        assertThat(node.joiner().counts().parked()).isEqualTo(64);
        assertThat(node.joiner().counts().failed()).isEqualTo(1);
        assertThat(node.state("k")).endsWith("failed 64 COMPLETE 1");

        node.drop("k");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void anExpiredJoinIsParkedToo() {
        Node node =
                node(whole(2).expireAfter(SECOND).onExpired(expired).retry(1).parkPoisoned());
        node.accept("k:a");
        expired.failsOnce();
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("parked 1, failed [k]");
        assertThat(node.state("k")).isEqualTo("parked a EXPIRED 1");
        assertThat(node.release("k")).containsExactly((String) null);
        assertThat(expired.calls()).hasSize(2);
        assertThat(node.isEmpty()).isTrue();
    }

    // Poisoned

    @Test
    void aJoinThatOnPoisonedDidNotTakeIsReleasedToProcess() {
        Node node = node(whole(1).retry(1).onPoisoned(poisoned));
        process.failsOnce();
        poisoned.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 1");

        assertThat(node.release("k")).containsExactly("a");
        assertThat(process.calls()).hasSize(2).containsOnly(Call.of("k:a", COMPLETE));
        assertThat(poisoned.calls()).hasSize(1);
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aReleasedJoinThatFailsForGoodSaysSo() {
        Node node = node(whole(2).retry(1).onPoisoned(poisoned));
        process.fails();
        node.accept("k:a");

        Outcome<String> outcome = node.joiner().release("k").get(0);

        assertFailed(outcome).isInstanceOf(ProcessingException.class).hasMessageContaining("onPoisoned took the join");
        assertThat(outcome.isSafe()).isTrue();
        assertThat(poisoned.calls()).containsExactly(Call.of("k:a", FORCED).poisonedAfter(1));
        assertThat(node.isEmpty()).isTrue();
    }
}
