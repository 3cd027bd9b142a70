package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.SweepReport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweeps that have much to do, little to gain, or a clock that cannot be trusted. */
abstract class SweepScenarios extends Scenarios {
    private static final String HEALTHY = "healthy";

    SweepScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> expiring() {
        return whole(2).expireAfter(SECOND).onExpired(expired);
    }

    private static void feed(Node node, int joins) {
        node.acceptAll(IntStream.range(0, joins).mapToObj(i -> i + ":" + i).toArray(String[]::new));
    }

    @Test
    void aClockThatIsSetBackEndsASweepThatFails() {
        Node node = node(expiring());
        feed(node, 300);
        clock.advance(SECOND);
        AtomicBoolean isFirst = new AtomicBoolean(true);
        expired.does((value, handOver) -> {
            if (isFirst.getAndSet(false)) {
                clock.advance(HOUR.negated());
            }
            Receiver.fail(value, handOver);
        });

        SweepReport report = node.joiner().sweep();

        assertThat(report.failed()).isEqualTo(300);
        assertThat(expired.calls()).hasSize(300).doesNotHaveDuplicates();
        expired.recovers();
        clock.advance(HOUR.plus(MINUTE));
        assertThat(node.sweep()).isEqualTo("expired 300");
    }

    @Test
    void whatBecomesDueDuringASweepIsDoneByIt() {
        Node node = node(expiring());
        feed(node, 300);
        clock.advance(Duration.ofMillis(500));
        node.accept("late:late");
        clock.advance(Duration.ofMillis(500));
        expired.doesOnce((value, handOver) -> clock.advance(SECOND));

        assertThat(node.sweep()).isEqualTo("expired 301");
    }

    @Test
    void aReportCountsAllFailuresAndNamesAThousand() {
        Node node = node(expiring());
        feed(node, 1_200);
        clock.advance(SECOND);
        expired.fails();

        SweepReport report = node.joiner().sweep();

        assertThat(report.failed()).isEqualTo(1_200);
        assertThat(report.failures()).hasSize(1_000);
        assertThat(expired.calls()).hasSize(1_200);
    }

    /** A healthy join becomes due while a sweep tries again what failed before. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 3_000})
    void joinsThatFailDoNotHoldUpOneThatDoesNot(int failing) {
        Node node = node(expiring().retry(1_000).onPoisoned(poisoned));
        feed(node, failing);
        clock.advance(SECOND);
        expired.fails();
        assertThat(node.joiner().sweep().failed()).isEqualTo(failing);
        clock.advance(MINUTE); // all are to be tried again
        node.accept(HEALTHY + ":" + HEALTHY);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger begunBeforeIt = new AtomicInteger();
        expired.does((value, handOver) -> {
            if (value.equals(HEALTHY)) {
                begunBeforeIt.set(begun.get());
                return;
            }
            if (begun.incrementAndGet() == 100) {
                clock.advance(SECOND);
            }
            Receiver.fail(value, handOver);
        });

        node.joiner().sweep();

        assertThat(begunBeforeIt.get()).isBetween(100, 100 + 16);
        assertThat(begun.get()).isGreaterThanOrEqualTo(failing);
    }
}
