package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static dev.joiner.Cause.FORCED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.JoinSpec;
import dev.joiner.ProcessingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What two nodes do to one key between each other's steps, one interleaving at a time. */
abstract class RaceScenarios extends Scenarios {
    private static final Duration LEASE = Duration.ofSeconds(10);

    private FaultyStore<String, String> stopping;

    RaceScenarios(Stores stores) {
        super(stores);
    }

    @BeforeEach
    void openAStore() {
        stopping = new FaultyStore<>(store());
        stopping.guessRight();
    }

    /** The node that stops before a write, where the other one does what a test wants. */
    private Node stopping(JoinSpec.Builder<Message, String, String, String, String> spec) {
        return node(spec, stopping);
    }

    private JoinSpec.Builder<Message, String, String, String, String> expiring(int parts) {
        return whole(parts).lease(LEASE).expireAfter(SECOND).onExpired(expired);
    }

    // Between what is due and its claim

    @Test
    void aJoinThatEndsAndBeginsAgainBeforeItsClaimDoesNotExpire() {
        Node sweeping = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(
                () -> assertThat(other.acceptEach("k:b", "k:a")).containsExactly(joined("a+b"), incomplete()));

        assertThat(sweeping.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).isEmpty();
        assertThat(other.state("k")).isEqualTo("open a");
        clock.advance(SECOND);
        assertThat(sweeping.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED).begun(SECOND));
    }

    @Test
    void aJoinThatIsDroppedAndBeginsAgainBeforeItsClaimDoesNotExpire() {
        Node sweeping = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(() -> {
            assertThat(other.drop("k")).containsExactly("a");
            other.accept("k:a");
        });

        assertThat(sweeping.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).isEmpty();
        assertThat(other.state("k")).isEqualTo("open a");
    }

    @Test
    void aJoinThatIsExpiredBySomebodyElseBeforeItsClaimExpiresOnce() {
        Node sweeping = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(() -> assertThat(other.sweep()).isEqualTo("expired 1"));

        assertThat(sweeping.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void onlyTheKeyThatChangedBeforeTheClaimIsLookedAtAgain() {
        Node sweeping = stopping(expiring(2));
        Node other = node(expiring(2));
        other.acceptEach("k:a", "l:a", "m:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(() -> assertThat(other.accept("l:b")).isEqualTo(joined("a+b")));

        assertThat(sweeping.sweep()).isEqualTo("expired 2");
        assertThat(expired.calls()).containsExactlyInAnyOrder(Call.of("k:a", EXPIRED), Call.of("m:a", EXPIRED));
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void aDeadClaimGoesToOneOfThoseWhoComeForIt() {
        Node dying = node(expiring(1), store());
        Node sweeping = stopping(expiring(1));
        Node other = node(expiring(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(LEASE);
            stopping.beforeNextWrite(() -> assertThat(other.drop("k")).containsExactly("a"));
            assertThat(sweeping.sweep()).isEqualTo("nothing");
        });

        assertThat(dying.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(process.calls()).containsExactly(Call.of("k:a", COMPLETE));
        assertThat(other.isEmpty()).isTrue();
    }

    // The very moment of the deadline

    @Test
    void aMessageAtTheInstantOfTheDeadlineCompletesTheJoinIfItIsFirst() {
        Node one = stopping(expiring(2));
        Node other = node(expiring(2));
        one.accept("k:a");
        clock.advance(SECOND);
        meanwhile(() -> assertThat(stopping.find("k").state().dueAt()).isEqualTo(clock.millis()));
        process.doesOnce((value, handOver) -> assertThat(other.sweep()).isEqualTo("nothing"));

        assertThat(one.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(expired.calls()).isEmpty();
        assertThat(one.isEmpty()).isTrue();
    }

    @Test
    void aMessageAtTheInstantOfTheDeadlineBeginsTheNextJoinIfASweepIsFirst() {
        Node one = stopping(expiring(2));
        Node other = node(expiring(2));
        one.accept("k:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(() -> assertThat(other.sweep()).isEqualTo("expired 1"));

        assertThat(one.accept("k:b")).isEqualTo(incomplete());
        assertThat(process.calls()).isEmpty();
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
        assertThat(one.state("k")).isEqualTo("open b");
    }

    @Test
    void aMessageThatComesWhileItsJoinExpiresBeginsTheNext() {
        Node sweeping = node(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        clock.advance(SECOND);
        expired.doesOnce((value, handOver) -> assertThat(other.accept("k:b")).isEqualTo(incomplete()));

        assertThat(sweeping.sweep()).isEqualTo("expired 1");
        assertThat(other.state("k")).isEqualTo("open b");
    }

    // Around a hand-over

    @Test
    void aMessageThatComesBeforeTheLastWriteOfAHandOverIsKept() {
        Node one = stopping(expiring(1));
        Node other = node(expiring(2));
        process.doesOnce((value, handOver) ->
                stopping.beforeNextWrite(() -> assertThat(other.accept("k:b")).isEqualTo(incomplete())));

        assertThat(one.accept("k:a")).isEqualTo(joined("a"));
        assertThat(one.state("k")).isEqualTo("open b");
    }

    @Test
    void aMessageThatComesBeforeAFailureIsWrittenDownIsKept() {
        Node one = stopping(expiring(1));
        Node other = node(expiring(2).identifiedBy(Message::text));
        process.doesOnce((value, handOver) -> {
            stopping.beforeNextWrite(() -> assertThat(other.accept("k:b")).isEqualTo(incomplete()));
            Receiver.fail(value, handOver);
        });

        assertThatThrownBy(() -> one.accept("k:a")).isInstanceOf(ProcessingException.class);
        assertThat(one.state("k")).isEqualTo("open b, failed a COMPLETE 1");
    }

    @Test
    void aHandOverThatIsOvertakenAtItsLastWriteLeavesTheOtherAlone() {
        Node slow = stopping(expiring(1));
        Node other = node(expiring(1));
        process.doesOnce((value, handOver) -> stopping.beforeNextWrite(() -> {
            clock.advance(LEASE);
            process.doesOnce((again, handOverAgain) -> {
                // The first one's last write comes now, while the second hands over.
                assertThat(other.state("k")).isEqualTo("suspect claimed a COMPLETE 2");
            });
            assertThat(other.sweep()).isEqualTo("joined 1");
        }));

        assertThat(slow.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(process.tokens()).hasSize(2).isSorted();
        assertThat(slow.isEmpty()).isTrue();
    }

    @Test
    void aMessageIsNotLostWhenAnotherNodeTakesAnEndedHandOverForDead() {
        Node slow = stopping(expiring(1));
        Node other = node(expiring(2));
        process.doesOnce((value, handOver) -> stopping.beforeNextWrite(() -> {
            other.accept("k:b");
            clock.advance(LEASE);
            assertThat(other.sweep()).isEqualTo("joined 1, expired 1");
            other.accept("k:c");
        }));

        assertThat(slow.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(process.values()).containsExactly("a", "a");
        assertThat(expired.values()).containsExactly("b");
        assertThat(slow.state("k")).isEqualTo("open c");
    }

    @Test
    void renewingMeetsAMessageAndASweep() {
        Node slow = stopping(expiring(1));
        Node other = node(expiring(2));
        process.doesOnce((value, handOver) -> {
            stopping.beforeNextWrite(() -> assertThat(other.accept("k:b")).isEqualTo(incomplete()));
            assertThat(handOver.renew()).isTrue();
            stopping.beforeNextWrite(() -> {
                clock.advance(LEASE);
                assertThat(other.sweep()).isEqualTo("joined 1, expired 1");
            });
            assertThat(handOver.renew()).isFalse();
        });

        assertThat(slow.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(slow.isEmpty()).isTrue();
    }

    // Release and drop

    @Test
    void aReleaseThatASweepForestallsFindsNothing() {
        Node releasing = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(() -> assertThat(other.sweep()).isEqualTo("expired 1"));

        assertThat(releasing.release("k")).isEmpty();
        assertThat(process.calls()).isEmpty();
        assertThat(releasing.isEmpty()).isTrue();
    }

    @Test
    void aReleaseThatAMessageForestallsFindsNothing() {
        Node releasing = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        stopping.beforeNextWrite(() -> assertThat(other.accept("k:b")).isEqualTo(joined("a+b")));

        assertThat(releasing.release("k")).isEmpty();
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        assertThat(releasing.isEmpty()).isTrue();
    }

    @Test
    void aReleaseTakesAlongWhatAMessageBringsMeanwhile() {
        Node releasing = stopping(expiring(3));
        Node other = node(expiring(3));
        other.accept("k:a");
        stopping.beforeNextWrite(() -> assertThat(other.accept("k:b")).isEqualTo(incomplete()));

        assertThat(releasing.release("k")).containsExactly("a+b");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", FORCED));
        assertThat(releasing.isEmpty()).isTrue();
    }

    @Test
    void aMessageThatAReleaseForestallsBeginsTheNextJoin() {
        Node one = stopping(expiring(2));
        Node other = node(expiring(2));
        one.accept("k:a");
        stopping.beforeNextWrite(() -> assertThat(other.release("k")).containsExactly("a"));

        assertThat(one.accept("k:b")).isEqualTo(incomplete());
        assertThat(one.state("k")).isEqualTo("open b");
    }

    @Test
    void aSweepThatAReleaseForestallsLeavesItsClaimAlone() {
        Node sweeping = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(() -> {
            process.doesOnce(
                    (value, handOver) -> assertThat(sweeping.state("k")).isEqualTo("claimed a FORCED 1"));
            assertThat(other.release("k")).containsExactly("a");
        });

        assertThat(sweeping.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).isEmpty();
        assertThat(sweeping.isEmpty()).isTrue();
    }

    @Test
    void twoReleasesHandAJoinOverOnce() {
        Node releasing = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        stopping.beforeNextWrite(() -> assertThat(other.release("k")).containsExactly("a"));

        assertThat(releasing.release("k")).isEmpty();
        assertThat(process.calls()).hasSize(1);
    }

    @Test
    void aDropThatAReleaseForestallsReturnsNothing() {
        Node dropping = stopping(expiring(2));
        Node other = node(expiring(2).identifiedBy(Message::text, HOUR));
        other.accept("k:a");
        stopping.beforeNextWrite(() -> assertThat(other.release("k")).containsExactly("a"));

        assertThat(dropping.drop("k")).isEmpty();
        assertThat(process.calls()).hasSize(1);
    }

    @Test
    void whatADropTookOutIsNotHandedOver() {
        Node sweeping = stopping(expiring(2));
        Node other = node(expiring(2));
        other.accept("k:a");
        clock.advance(SECOND);
        stopping.beforeNextWrite(() -> assertThat(other.drop("k")).containsExactly("a"));

        assertThat(sweeping.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).isEmpty();
        assertThat(sweeping.isEmpty()).isTrue();
    }

    /** Each part goes out once, whoever comes first; which cause it has is the luck of the moment. */
    @Test
    void releaseSweepAndMessageAtTheSameInstantHandEachPartOverOnce() throws Exception {
        List<Node> nodes = Stream.generate(() -> node(expiring(2))).limit(3).toList();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String key = "k" + i;
            keys.add(key);
            nodes.get(0).accept(key + ":a");
        }
        clock.advance(SECOND);
        for (String key : keys) {
            List<String> problems = new CopyOnWriteArrayList<>();
            atOnce(List.of(
                    () -> nodes.get(0).release(key),
                    () -> nodes.get(1).joiner().sweep().failures().forEach(failure -> problems.add("" + failure)),
                    () -> nodes.get(2).accept(key + ":b")));
            assertThat(problems).isEmpty();
            nodes.get(0).release(key); // b, if it came last
        }

        List<String> handedOver = new ArrayList<>();
        Stream.of(process, expired)
                .forEach(receiver -> receiver.calls()
                        .forEach(call -> Stream.of(call.value().split("\\+", -1))
                                .forEach(text -> handedOver.add(call.key() + ":" + text))));
        assertThat(handedOver)
                .containsExactlyInAnyOrderElementsOf(keys.stream()
                        .flatMap(key -> Stream.of(key + ":a", key + ":b"))
                        .toList());
        assertThat(nodes.get(0).isEmpty()).isTrue();
    }
}
