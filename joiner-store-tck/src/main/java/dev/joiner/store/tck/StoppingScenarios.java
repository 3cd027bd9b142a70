package dev.joiner.store.tck;

import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.Sweeper;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nodes that are asked to stop: they end what runs, begin nothing, and what they leave is due at once for others. */
abstract class StoppingScenarios extends Scenarios {
    private static final int DUE = 1_500;

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    StoppingScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> expiring() {
        return whole(2).expireAfter(SECOND).onExpired(expired).retry(1).onPoisoned(poisoned);
    }

    /** Many joins are due, and the handler of the first runs until it may end. */
    private Node sweptSlowly() {
        Node node = node(expiring());
        node.acceptAll(IntStream.range(0, DUE).mapToObj(i -> i + ":a").toArray(String[]::new));
        clock.advance(SECOND);
        expired.doesOnce(this::runUntilItMayEnd);
        return node;
    }

    private void runUntilItMayEnd(String value, Object handOver) throws InterruptedException {
        begun.countDown();
        end.await();
    }

    /** Each was handed over once, by the one node or the other, and none was charged. */
    private void assertTheRestIsDueElsewhere() {
        assertThat(expired.calls()).hasSize(1);
        assertThat(node(expiring()).sweep()).isEqualTo("expired " + (DUE - 1));
        assertThat(expired.calls()).hasSize(DUE).doesNotHaveDuplicates().allSatisfy(call -> {
            assertThat(call.attempt()).isEqualTo(1);
            assertThat(call.cause()).isEqualTo(EXPIRED);
        });
        assertThat(poisoned.calls()).isEmpty();
    }

    @Test
    void aJoinerThatIsClosedWaitsForTheHandlerThatRunsAndGivesTheRestBack() throws Exception {
        Node node = sweptSlowly();
        FutureTask<Void> sweeping = inBackground(() -> assertThat(node.sweep()).isEqualTo("expired 1"));
        begun.await();

        FutureTask<Void> closing = inBackground(node::close);
        assertThatThrownBy(() -> untilClosed(node)).hasMessageContaining("closed");
        assertThat(closing).isNotDone();
        end.countDown();
        closing.get();
        sweeping.get();

        assertTheRestIsDueElsewhere();
        assertThat(node(expiring()).isEmpty()).isTrue();
    }

    /** No handler begins from the moment on at which a call is refused. */
    private static void untilClosed(Node node) {
        while (true) {
            node.joiner().find("k");
            Thread.onSpinWait();
        }
    }

    @Test
    void aJoinerThatIsClosedWaitsNoLongerThanItIsTold() throws Exception {
        Node node = sweptSlowly();
        FutureTask<Void> sweeping = inBackground(() -> node.joiner().sweep());
        begun.await();

        node.joiner().close(Duration.ofMillis(10));

        assertThat(sweeping).isNotDone();
        Node other = node(expiring());
        assertThat(other.sweep()).isEqualTo("expired " + (DUE - 1));
        end.countDown();
        sweeping.get();
        assertThat(expired.calls()).hasSize(DUE).doesNotHaveDuplicates();
        clock.advance(MINUTE); // the one that ran too long may have been written off, or not
        other.sweep();
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void aSweeperThatIsClosedWaitsForTheHandlerThatRunsAndGivesTheRestBack() throws Exception {
        Node node = sweptSlowly();
        Sweeper sweeper = Sweeper.start(node.joiner(), Duration.ofMillis(1));
        begun.await();

        sweeper.close(Duration.ZERO);
        end.countDown();
        sweeper.close();

        assertTheRestIsDueElsewhere();
        assertThat(node.sweep()).as("the joiner is not closed").isEqualTo("nothing");
    }

    @Test
    void aSweepGoesOnOnlyAsLongAsItIsTold() {
        Node node = node(expiring());
        node.acceptAll(IntStream.range(0, 300).mapToObj(i -> i + ":a").toArray(String[]::new));
        clock.advance(SECOND);

        assertThat(node.joiner().sweep(() -> expired.calls().size() < 10).expired())
                .isEqualTo(10);
        assertThat(expired.calls()).hasSize(10);
        assertThat(node(expiring()).sweep()).isEqualTo("expired 290");
    }

    @Test
    void aBatchUnderWayGivesBackWhatItHasNotBegun() throws Exception {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(1).retry(1).onPoisoned(poisoned);
        Node node = node(spec);
        process.doesOnce(this::runUntilItMayEnd);
        FutureTask<Void> accepting = inBackground(() -> {
            List<Outcome<String>> outcomes = node.acceptAll("1:a", "2:b", "3:c");
            assertThat(outcomes).containsExactly(joined("a"), incomplete(), incomplete());
        });
        begun.await();
        FutureTask<Void> closing = inBackground(node::close);
        assertThatThrownBy(() -> untilClosed(node)).hasMessageContaining("closed");
        end.countDown();
        accepting.get();
        closing.get();

        Node other = node(spec);
        assertThat(other.sweep()).isEqualTo("joined 2");
        assertThat(process.values()).startsWith("a").containsExactlyInAnyOrder("a", "b", "c");
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void aHandlerMayCloseItsJoiner() {
        Node node = node(whole(1));
        process.doesOnce((value, handOver) -> node.close());

        Outcome<String> outcome = node.accept("k:a");

        assertThat(outcome).isInstanceOf(Outcome.Joined.class); // confirmed if the store took the last write
        assertThatThrownBy(() -> node.accept("k:b")).hasMessageContaining("closed");
    }

    /** What was removed by a write has nobody else who could hand it over. */
    @Test
    void atMostOnceAJoinThatIsOutIsHandedOverThoughTheJoinerCloses() throws Exception {
        JoinSpec.Builder<Message, String, String, String, String> spec = whole(1).atMostOnce();
        Node node = node(spec);
        process.doesOnce(this::runUntilItMayEnd);
        FutureTask<Void> accepting = inBackground(() -> {
            List<Outcome<String>> outcomes = node.acceptAll("1:a", "2:b");
            assertThat(outcomes).containsExactly(joined("a"), incomplete());
        });
        begun.await();
        FutureTask<Void> closing = inBackground(node::close);
        assertThatThrownBy(() -> untilClosed(node)).hasMessageContaining("closed");
        end.countDown();
        accepting.get();
        closing.get();

        Node other = node(spec);
        assertThat(other.sweep()).isEqualTo("joined 1");
        assertThat(process.values()).containsExactly("a", "b");
        assertThat(other.isEmpty()).isTrue();
    }
}
