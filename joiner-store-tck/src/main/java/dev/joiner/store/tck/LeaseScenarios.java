package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.spi.JoinState;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A claim holds for as long as its lease; then any node may take the join over. */
abstract class LeaseScenarios extends Scenarios {

    LeaseScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> leased(int parts) {
        return whole(parts).lease(Duration.ofSeconds(10));
    }

    @Test
    void aClaimIsLeftAloneUntilItsLeaseIsOver() {
        Node node = node(leased(1));
        Node other = node(leased(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(Duration.ofMillis(9_999));
            assertThat(other.sweep()).isEqualTo("nothing");
            assertThat(other.state("k")).isEqualTo("claimed a COMPLETE 1");
        });

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(process.calls()).hasSize(1);
    }

    @Test
    void aLeaseIsAMinuteUnlessTheSpecSaysOtherwise() {
        Node node = node(whole(1));
        process.doesOnce((value, handOver) ->
                assertThat(node.dueAt("k")).isEqualTo(START.plus(MINUTE).toEpochMilli()));

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
    }

    @Test
    void aNodeThatIsOvertakenSaysThatItCannotConfirm() {
        Node slow = node(leased(1));
        Node other = node(leased(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(Duration.ofSeconds(10));
            assertThat(other.sweep()).isEqualTo("joined 1");
            assertThat(other.isEmpty()).isTrue();
        });

        assertThat(slow.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a", COMPLETE), Call.of("k:a", COMPLETE).attemptAfterCrash(2));
        assertThat(process.tokens().get(1)).isGreaterThan(process.tokens().get(0));
        assertThat(slow.isEmpty()).isTrue();
    }

    @Test
    void aNodeThatIsOvertakenLeavesTheClaimOfTheOtherAlone() throws Exception {
        Node slow = node(leased(1));
        Node other = node(leased(1));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        process.doesOnce((value, handOver) -> {
            begun.countDown();
            end.await();
        });
        AtomicReference<Outcome<String>> outcome = new AtomicReference<>();
        Future<?> overtaken = inBackground(() -> outcome.set(slow.accept("k:a")));
        begun.await();
        clock.advance(Duration.ofSeconds(10));
        process.doesOnce((value, handOver) -> {
            end.countDown();
            overtaken.get();
            assertThat(other.state("k")).isEqualTo("suspect claimed a COMPLETE 2");
        });

        assertThat(other.sweep()).isEqualTo("joined 1");
        assertThat(outcome.get()).isEqualTo(unconfirmed("a"));
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void aNodeThatIsOvertakenLeavesTheFailedJoinOfTheOtherAlone() {
        Node slow = node(leased(1));
        Node other = node(leased(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(Duration.ofSeconds(10));
            process.failsOnce();
            assertThat(other.sweep()).isEqualTo("failed [k]");
        });

        assertThat(slow.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(slow.state("k")).isEqualTo("suspect failed a COMPLETE 2");
    }

    @Test
    void aNodeThatFailsAfterItWasOvertakenChangesNothing() {
        Node slow = node(leased(1));
        Node other = node(leased(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(Duration.ofSeconds(10));
            assertThat(other.sweep()).isEqualTo("joined 1");
            Receiver.fail(value, handOver);
        });

        assertHandOverFails("k", 1, () -> slow.accept("k:a"));
        assertThat(slow.isEmpty()).isTrue();
    }

    @Test
    void aLeaseThatRanOutUnnoticedIsStillMine() {
        Node node = node(leased(1));
        process.doesOnce((value, handOver) -> clock.advance(HOUR));

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void renewingKeepsAClaim() {
        Node node = node(leased(1));
        Node other = node(leased(1));
        process.doesOnce((value, handOver) -> {
            for (int i = 0; i < 5; i++) {
                clock.advance(Duration.ofSeconds(8));
                assertThat(handOver.renew()).isTrue();
                assertThat(other.dueAt("k")).isEqualTo(clock.millis() + 10_000);
                assertThat(other.sweep()).isEqualTo("nothing");
            }
        });

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(process.calls()).hasSize(1);
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aClaimThatIsLostCannotBeRenewed() {
        Node slow = node(leased(1));
        Node other = node(leased(1));
        process.doesOnce((value, handOver) -> {
            clock.advance(Duration.ofSeconds(10));
            assertThat(other.sweep()).isEqualTo("joined 1");
            assertThat(handOver.renew()).isFalse();
        });

        assertThat(slow.accept("k:a")).isEqualTo(unconfirmed("a"));
        assertThat(slow.isEmpty()).isTrue();
    }

    @Test
    void aLeaseWithoutEndIsNeverTakenOver() {
        Node node = node(whole(1).lease(Duration.ofSeconds(Long.MAX_VALUE)));
        process.doesOnce((value, handOver) -> {
            assertThat(node.dueAt("k")).isEqualTo(JoinState.NEVER);
            clock.advance(HOUR);
            assertThat(node.sweep()).isEqualTo("nothing");
        });

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
    }
}
