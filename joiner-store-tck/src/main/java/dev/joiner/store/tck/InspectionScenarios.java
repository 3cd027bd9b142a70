package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What people and tools see of the joins. */
abstract class InspectionScenarios extends Scenarios {
    private static final Instant BEGAN = START.truncatedTo(ChronoUnit.MILLIS);

    InspectionScenarios(Stores stores) {
        super(stores);
    }

    private static List<PendingJoin<String, String>> all(Node node, int limit) {
        List<PendingJoin<String, String>> joins = new ArrayList<>();
        PendingJoin.Page<String, String> page = node.joiner().pending(limit);
        joins.addAll(page.joins());
        while (page.next().isPresent()) {
            page = node.joiner().pending(page.next().get(), limit);
            joins.addAll(page.joins());
        }
        return joins;
    }

    // What became of a key

    private static void assertRemembered(PendingJoin<String, String> join, Instant at, Cause cause, int parts) {
        assertThat(join.status()).isEqualTo(Status.REMEMBERED);
        assertThat(join.value()).isEmpty();
        assertThat(join.handedOverAt()).contains(at);
        assertThat(join.cause()).contains(cause);
        assertThat(join.parts()).isEqualTo(parts);
    }

    @Test
    void aRememberedKeySaysWhatBecameOfItsLastJoin() {
        Node node = node(whole(2).rememberFor(HOUR).identifiedBy(Message::text));
        node.accept("k:a");
        clock.advance(SECOND);
        node.accept("k:b");
        clock.advance(MINUTE);

        assertThat(node.joiner().find("k")).singleElement().satisfies(remembered -> {
            assertRemembered(remembered, BEGAN.plus(SECOND), COMPLETE, 2);
            assertThat(remembered.key()).isEqualTo("k");
            assertThat(remembered.ids()).isEqualTo(2);
            assertThat(remembered.dueAt()).contains(BEGAN.plus(SECOND).plus(HOUR));
        });
    }

    @Test
    void anExpiredJoinIsRememberedAsOne() {
        Node node = node(whole(3).rememberFor(HOUR).expireAfter(SECOND).onExpired(expired));
        node.acceptEach("k:a", "k:b");
        clock.advance(MINUTE);
        node.sweep();

        assertThat(node.joiner().find("k"))
                .singleElement()
                .satisfies(remembered -> assertRemembered(remembered, BEGAN.plus(MINUTE), EXPIRED, 2));
    }

    @Test
    void theNextJoinOfAKeyTakesThePlaceOfTheLast() {
        Node node = node(whole(2).identifiedBy(Message::text, HOUR));
        node.acceptEach("k:a", "k:b");
        clock.advance(SECOND);
        node.accept("k:c");

        List<PendingJoin<String, String>> joins = node.joiner().find("k");
        assertThat(joins).extracting(PendingJoin::status).containsExactly(Status.WAITING, Status.REMEMBERED);
        assertRemembered(joins.get(1), BEGAN, COMPLETE, 2);

        node.release("k");
        assertRemembered(node.joiner().find("k").get(0), BEGAN.plus(SECOND), Cause.FORCED, 1);
    }

    @Test
    void pendingAndTheCountsLeaveOutWhatIsOnlyRemembered() {
        Node node = node(whole(2).rememberFor(HOUR));
        node.acceptEach("1:a", "1:b", "2:a", "2:b", "3:a");

        assertThat(all(node, 10)).extracting(PendingJoin::key).containsExactly("3");
        assertThat(node.joiner().counts()).isEqualTo(new PendingJoin.Counts(1, 0, 0, 0, 0, Optional.of(BEGAN)));
        assertThat(node.joiner().counts().all()).isEqualTo(1);
        clock.advance(SECOND);
        assertThat(node.joiner().pending(Duration.ZERO, 10))
                .extracting(PendingJoin::key)
                .containsExactly("3");
    }

    @Test
    void aStoreThatOnlyRemembersHasNothingPending() {
        Node node = node(whole(1).rememberFor(HOUR));
        node.acceptAll(IntStream.range(0, 50).mapToObj(i -> i + ":a").toArray(String[]::new));

        assertThat(all(node, 10)).isEmpty();
        assertThat(node.joiner().counts()).isEqualTo(new PendingJoin.Counts(0, 0, 0, 0, 0, Optional.empty()));
    }

    // What waits

    @Test
    void joinsAreCountedByWhatTheyWaitFor() {
        Node node = node(whole(2).retry(1).parkPoisoned().identifiedBy(Message::text));
        process.failsFor("a+b");
        node.acceptEach("parked:a", "waiting:c");
        assertHandOverFails("parked", 1, () -> node.accept("parked:b"));
        Thread.currentThread().interrupt();
        node.acceptEach("failed:x", "failed:y");
        assertThat(Thread.interrupted()).isTrue();
        node.accept("claimed:e");
        process.doesOnce((value, handOver) -> {
            assertThat(node.joiner().counts()).isEqualTo(new PendingJoin.Counts(1, 1, 1, 1, 0, Optional.of(BEGAN)));
            assertThat(node.joiner().find("claimed")).singleElement().satisfies(claimed -> {
                assertThat(claimed.status()).isEqualTo(Status.CLAIMED);
                assertThat(claimed.value()).contains("e+f");
                assertThat(claimed.cause()).contains(COMPLETE);
                assertThat(claimed.attempts()).isEqualTo(1);
                assertThat(claimed.dueAt()).contains(BEGAN.plus(MINUTE));
            });
        });

        node.accept("claimed:f");

        assertThat(process.values()).contains("e+f");
        assertThat(all(node, 1))
                .extracting(join -> join.key() + " " + join.status())
                .containsExactlyInAnyOrder("parked PARKED", "waiting WAITING", "failed FAILED");
    }

    @Test
    void aFailedJoinSaysWhyAndWhenItIsTriedAgain() {
        Node node = node(whole(2).retry(3, MINUTE).onPoisoned(poisoned));
        node.accept("k:a");
        clock.advance(SECOND);
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.joiner().find("k")).singleElement().satisfies(failed -> {
            assertThat(failed.status()).isEqualTo(Status.FAILED);
            assertThat(failed.attempts()).isEqualTo(1);
            assertThat(failed.lastError()).contains(new Broken("a+b", 1).toString());
            assertThat(failed.firstAt()).contains(BEGAN);
            assertThat(failed.dueAt().orElseThrow())
                    .isBetween(
                            BEGAN.plus(SECOND).plus(MINUTE.dividedBy(2)),
                            BEGAN.plus(SECOND).plus(MINUTE));
        });
    }

    @Test
    void theOldestComeFirst() {
        Node node = node(whole(2));
        for (String key : List.of("c", "a", "d", "b")) {
            node.accept(key + ":" + key);
            clock.advance(SECOND);
        }

        assertThat(node.joiner().pending(Duration.ofSeconds(1), 2))
                .extracting(PendingJoin::key)
                .containsExactly("c", "a");
        assertThat(node.joiner().pending(Duration.ofMillis(2_500), 10))
                .extracting(PendingJoin::key)
                .containsExactly("c", "a");
        assertThat(node.joiner().pending(HOUR, 10)).isEmpty();
        assertThat(node.joiner().counts().oldest()).contains(BEGAN);
    }

    @Test
    void everythingPendingIsOnSomePage() {
        Node node = node(whole(2));
        node.acceptAll(IntStream.range(0, 300).mapToObj(i -> i + ":a").toArray(String[]::new));

        for (int limit : new int[] {7, 300, 1_000}) {
            assertThat(all(node, limit))
                    .extracting(PendingJoin::key)
                    .doesNotHaveDuplicates()
                    .hasSize(300);
        }
        assertThat(node.joiner().counts().waiting()).isEqualTo(300);
    }
}
