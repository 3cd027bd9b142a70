package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EVICTED;
import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Joins whose time runs out. */
abstract class ExpiryScenarios extends Scenarios {

    ExpiryScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> expiring(int parts) {
        return whole(parts).expireAfter(SECOND).onExpired(expired);
    }

    /** Expires at the second that the latest part names after an @, counted from the start. */
    private JoinSpec.Builder<Message, String, String, String, String> expiringAsTheDataSays(int parts) {
        return whole(parts).expireAt(ExpiryScenarios::deadline).onExpired(expired);
    }

    private static Instant deadline(String value) {
        String latest = value.substring(value.lastIndexOf('+') + 1);
        return switch (latest) {
            case "@never" -> Instant.MAX;
            case "@ever" -> Instant.MIN;
            default ->
                latest.contains("@")
                        ? START.plusSeconds(Long.parseLong(latest.substring(latest.indexOf('@') + 1)))
                        : null;
        };
    }

    @Test
    void aJoinThatIsNotWholeInTimeGoesToOnExpiredOnce() {
        Node node = node(expiring(2));
        node.accept("k:a");

        clock.advance(SECOND.minus(MILLISECOND));
        assertThat(node.sweep()).isEqualTo("nothing");
        assertThat(node.state("k")).isEqualTo("open a");

        clock.advance(MILLISECOND);
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
        assertThat(process.calls()).isEmpty();
        assertThat(node.isEmpty()).isTrue();
        assertThat(node.sweep()).isEqualTo("nothing");
    }

    @Test
    void withoutExpiryAJoinWaitsForEver() {
        Node node = node(whole(2));
        node.accept("k:a");

        clock.advance(Duration.ofDays(100_000));

        assertThat(node.sweep()).isEqualTo("nothing");
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @Test
    void anExpiredJoinMayBeProcessedAsItIs() {
        Node node = node(whole(3).expireAfter(SECOND).joinOnExpiry());
        node.acceptEach("k:a", "k:b");
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", EXPIRED));
        assertThat(node.accept("k:c")).isEqualTo(incomplete());
        assertThat(node.state("k")).isEqualTo("open c");
    }

    @Test
    void afterAnExpiredJoinARememberedKeyIsClosed() {
        Node node = node(whole(3).expireAfter(SECOND).joinOnExpiry().rememberFor(HOUR));
        node.acceptEach("k:a", "k:b");
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(node.accept("k:c")).isEqualTo(late());
        assertThat(late).containsExactly(Message.of("k:c"));
    }

    @Test
    void untilASweepAMessageStillCompletesAnOverdueJoin() {
        Node node = node(expiring(3));
        node.accept("k:a");
        clock.advance(HOUR);

        assertThat(node.acceptEach("k:b", "k:c")).containsExactly(incomplete(), joined("a+b+c"));
        assertThat(node.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).isEmpty();
    }

    @Test
    void messagesDoNotMoveTheDeadlineOfAJoin() {
        Node node = node(expiring(9));
        node.accept("k:a");
        clock.advance(Duration.ofMillis(600));
        node.accept("k:b");

        clock.advance(Duration.ofMillis(400));

        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a+b", EXPIRED));
    }

    @Test
    void messagesKeepAJoinFromBeingIdle() {
        Node node = node(whole(9).expireAfterIdle(SECOND).onExpired(expired));
        node.accept("k:a");
        clock.advance(Duration.ofMillis(600));
        node.accept("k:b");

        clock.advance(Duration.ofMillis(999));
        assertThat(node.sweep()).isEqualTo("nothing");

        clock.advance(MILLISECOND);
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a+b", EXPIRED));
    }

    @Test
    void theEarliestOfSeveralExpiriesCounts() {
        Node node = node(
                expiringAsTheDataSays(9).expireAfter(Duration.ofSeconds(10)).expireAfterIdle(Duration.ofSeconds(5)));
        node.acceptEach("first:a@20", "idle:a", "data:a@3");
        clock.advance(Duration.ofSeconds(4));
        node.acceptEach("first:b");
        assertThat(node.sweep()).isEqualTo("expired 1");
        clock.advance(Duration.ofSeconds(4));
        node.acceptEach("first:c");
        assertThat(node.sweep()).isEqualTo("expired 1");
        clock.advance(Duration.ofSeconds(2));
        assertThat(node.sweep()).isEqualTo("expired 1");

        assertThat(expired.calls())
                .containsExactly(
                        Call.of("data:a@3", EXPIRED), Call.of("idle:a", EXPIRED), Call.of("first:a@20+b+c", EXPIRED));
    }

    @Test
    void theDataMayNameADeadline() {
        Node node = node(expiringAsTheDataSays(9));
        node.acceptEach("far:a@10", "near:a@5");

        clock.advance(Duration.ofSeconds(5));
        assertThat(node.sweep()).isEqualTo("expired 1");
        clock.advance(Duration.ofSeconds(5));
        assertThat(node.sweep()).isEqualTo("expired 1");

        assertThat(expired.calls()).containsExactly(Call.of("near:a@5", EXPIRED), Call.of("far:a@10", EXPIRED));
    }

    @Test
    void dataThatNamesNoDeadlineKeepsTheOneThatIsThere() {
        Node node = node(expiringAsTheDataSays(9));
        node.acceptEach("k:a@5", "k:b");

        assertThat(node.dueAt("k")).isEqualTo(START.plusSeconds(5).toEpochMilli());
    }

    @Test
    void laterDataMayMoveTheDeadlineEitherWay() {
        Node node = node(expiringAsTheDataSays(9));

        node.acceptEach("k:a@5", "k:b@9");
        assertThat(node.dueAt("k")).isEqualTo(START.plusSeconds(9).toEpochMilli());

        node.acceptEach("k:c@2");
        assertThat(node.dueAt("k")).isEqualTo(START.plusSeconds(2).toEpochMilli());
    }

    @Test
    void noDataMovesTheDeadlineBeyondTheTimeThatAJoinHas() {
        Node node = node(expiringAsTheDataSays(9).expireAfter(Duration.ofSeconds(10)));
        node.accept("k:a");
        clock.advance(Duration.ofSeconds(5));
        node.accept("k:b@99");

        assertThat(node.dueAt("k")).isEqualTo(START.plusSeconds(10).toEpochMilli());
    }

    @Test
    void deadlinesBeyondAllTimeAreNeverAndAtOnce() {
        Node node = node(expiringAsTheDataSays(9));
        node.acceptEach("never:@never", "ever:@ever");

        assertThat(node.sweep()).isEqualTo("expired 1");
        clock.advance(Duration.ofDays(100_000));
        assertThat(node.sweep()).isEqualTo("nothing");

        assertThat(expired.values()).containsExactly("@ever");
    }

    @Test
    void aJoinTakesItsDeadlineAlong() {
        Node node = node(expiringAsTheDataSays(2));
        node.acceptEach("k:a@1", "k:b", "k:c");

        clock.advance(HOUR);
        assertThat(node.sweep()).isEqualTo("nothing");

        assertThat(node.accept("k:d")).isEqualTo(joined("c+d"));
        assertThat(expired.calls()).isEmpty();
    }

    @Test
    void aJoinWhoseOnExpiredThrowsIsKeptAndGivenToItAgain() {
        Node node = node(expiring(2));
        node.accept("k:a");
        clock.advance(SECOND);
        expired.failsOnce();

        SweepReport report = node.joiner().sweep();
        assertThat(report.expired()).isZero();
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.key()).isEqualTo("k");
            assertThat(failure.cause()).isInstanceOf(ProcessingException.class).hasCauseInstanceOf(Broken.class);
        });
        assertThat(node.state("k")).isEqualTo("failed a EXPIRED 1");

        clock.advance(Duration.ofMillis(499));
        assertThat(node.sweep()).isEqualTo("nothing");
        clock.advance(Duration.ofMillis(501));
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls())
                .containsExactly(
                        Call.of("k:a", EXPIRED), Call.of("k:a", EXPIRED).attempt(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageAfterAnExpiryThatFailedBeginsTheNextJoin() {
        Node node = node(expiring(2));
        node.accept("k:a");
        clock.advance(SECOND);
        expired.failsOnce();
        node.sweep();

        assertThat(node.accept("k:b")).isEqualTo(incomplete());
        assertThat(node.state("k")).isEqualTo("open b, failed a EXPIRED 1");

        clock.advance(SECOND);
        assertThat(node.sweep()).isEqualTo("expired 2");
        assertThat(expired.calls())
                .containsExactly(
                        Call.of("k:a", EXPIRED),
                        Call.of("k:a", EXPIRED).attempt(2),
                        Call.of("k:b", EXPIRED).begun(SECOND));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void oneHandlerThatThrowsStopsNoOtherJoinOfTheSweep() {
        Node node = node(expiring(2));
        IntStream.range(0, 1_000).forEach(i -> node.accept(i + ":" + i));
        clock.advance(SECOND);
        expired.failsFor("500");

        assertThat(node.sweep()).isEqualTo("expired 999, failed [500]");
        assertThat(node.keys()).containsExactly("500");
        assertThat(expired.calls()).hasSize(1_000).doesNotHaveDuplicates();
    }

    /** What becomes due while it goes on is the next one's. */
    @Test
    void aSweepTriesAFailingJoinOnce() {
        Node node = node(expiring(2).retry(9, MILLISECOND, MILLISECOND).onPoisoned(poisoned));
        IntStream.range(0, 600).forEach(i -> node.accept(i + ":a"));
        clock.advance(SECOND);
        expired.does((value, handOver) -> {
            clock.advance(MILLISECOND);
            Receiver.fail(value, handOver);
        });

        assertThat(node.joiner().sweep().failures()).hasSize(600);
        assertThat(expired.calls()).hasSize(600);
    }

    @Test
    void aSweepEndsThoughTheClockIsSetBackMeanwhile() {
        Node node = node(expiring(2));
        IntStream.range(0, 1_000).forEach(i -> node.accept(i + ":a"));
        AtomicReference<Instant> first = new AtomicReference<>(START.plus(SECOND));
        InstantSource setBack = () -> Objects.requireNonNullElse(first.getAndSet(null), START);

        try (Joiner<Message, String> sweeping = Joiner.create(expiring(2).build(), store(), setBack)) {
            assertThat(sweeping.sweep().expired()).isEqualTo(1_000);
        }
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void everythingDueOfAKeyIsDoneInOneSweep() {
        Node node = node(expiring(2).identifiedBy(Message::text, Duration.ofMillis(500)));
        process.failsFor("c+d");
        node.acceptEach("k:a", "k:b", "k:c"); // closed after the first join
        assertHandOverFails("k", 1, () -> node.accept("k:d"));
        node.accept("k:e");
        assertThat(node.state("k")).isEqualTo("open e, failed c+d COMPLETE 1, closed [a, b]");
        process.recovers();
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("joined 1, expired 1");
        assertThat(process.calls().get(2)).isEqualTo(Call.of("k:c+d", COMPLETE).attempt(2));
        assertThat(expired.calls()).containsExactly(Call.of("k:e", EXPIRED));
        assertThat(node.state("k")).isEqualTo("closed [c, d, e]");
    }

    @Test
    void anOverdueJoinWaitsWhileTooManyHandOversOfTheKeyAreUnderWay() {
        Node node = node(expiring(2).maxInFlight(1));
        node.accept("k:a");
        process.doesOnce((value, handOver) -> {
            node.accept("k:c");
            clock.advance(SECOND);
            List<SweepReport.Failure> failures = node.joiner().sweep().failures();
            assertThat(failures).singleElement().satisfies(failure -> {
                assertThat(failure.key()).isEqualTo("k");
                assertThat(failure.cause())
                        .isInstanceOf(ContentionException.class)
                        .hasMessageContaining("maxInFlight");
            });
            assertThat(node.state("k")).isEqualTo("open c, claimed a+b COMPLETE 1");
        });
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));

        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:c", EXPIRED));
    }

    @Test
    void aFailedJoinIsTriedAgainThoughTheKeyHasNoRoomForTheOneThatExpires() {
        Node node = node(expiring(2).maxInFlight(1).identifiedBy(Message::text));
        process.failsOnce();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        node.accept("k:c");
        clock.advance(MINUTE);

        assertThat(node.sweep()).isEqualTo("joined 1, expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:c", EXPIRED));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aKeptValueEndsQuietlyWhenItsTimeIsOver() {
        Node node = node(expiring(2).keepAfterJoin());
        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(incomplete(), joined("a+b"));
        assertThat(node.state("k")).isEqualTo("open a+b");

        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("ended 1");
        assertThat(expired.calls()).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aValueThatIsToBeKeptExpiresIfItWasNeverWhole() {
        Node node = node(expiring(2).keepAfterJoin());
        node.accept("k:a");
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aKeptValueExpiresIfItChangedSinceItWasHandedOver() {
        Node node = node(expiring(2).keepAfterJoin());
        node.acceptEach("k:a", "k:b", "k:c"); // whole is two parts exactly
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a+b+c", EXPIRED));
        assertThat(node.isEmpty()).isTrue();
    }

    /** What a bounded store does to make room. */
    private static void evict(Node node, String key) {
        Versioned<String> held = node.store().find(key);
        Versioned<String> evicted = Versioned.of(-held.version(), held.state().evicted());
        assertThat(node.store().compareAndExchange(key, held, evicted).won()).isTrue();
    }

    @Test
    void anEvictedJoinGoesToOnExpiredWithTheNextSweep() {
        Node node = node(whole(3).onExpired(expired).identifiedBy(Message::text));
        node.acceptEach("k:a", "k:b");
        evict(node, "k");

        assertThat(node.state("k")).isEqualTo("given back a+b EVICTED 0");
        assertThat(node.acceptEach("k:a", "k:c")).containsExactly(duplicate(), incomplete());
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a+b", EVICTED));
        assertThat(node.state("k")).isEqualTo("open c");
    }

    @Test
    void anEvictedJoinMayBeProcessedAsItIs() {
        Node node = node(whole(3).joinOnExpiry());
        node.acceptEach("k:a", "k:b");
        evict(node, "k");

        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", EVICTED));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void anEvictedJoinIsTriedAgainIfItsHandlerThrows() {
        Node node = node(whole(3).onExpired(expired));
        node.accept("k:a");
        evict(node, "k");
        expired.failsOnce();

        assertThat(node.sweep()).isEqualTo("failed [k]");
        clock.advance(SECOND);
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls())
                .containsExactly(
                        Call.of("k:a", EVICTED), Call.of("k:a", EVICTED).attempt(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void atMostOnceAnEvictedJoinIsGoneBeforeItIsHandedOver() {
        Node node = node(whole(3).onExpired(expired).atMostOnce());
        node.accept("k:a");
        evict(node, "k");
        expired.fails();

        assertThat(node.sweep()).isEqualTo("failed [k]");
        assertThat(node.isEmpty()).isTrue();
        clock.advance(HOUR);
        assertThat(node.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EVICTED));
    }

    @Test
    void atMostOnceAJoinNeedsNoRoomBesideEvictedOnes() {
        Node node = node(whole(2).onExpired(expired).atMostOnce().maxInFlight(1));
        node.accept("k:a");
        evict(node, "k");

        assertThat(node.acceptEach("k:b", "k:c")).containsExactly(incomplete(), joined("b+c"));
        assertThat(node.state("k")).isEqualTo("given back a EVICTED 0");
    }

    @Test
    void aStoreThatMayEvictNeedsAReceiver() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.mayEvict();

        assertThatThrownBy(() -> Joiner.create(whole(2).build(), store, clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("onExpired")
                .hasMessageContaining("joinOnExpiry");
        assertThat(node(whole(1).joinOnExpiry(), store).accept("k:a")).isEqualTo(joined("a"));
    }
}
