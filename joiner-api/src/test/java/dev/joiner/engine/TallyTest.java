package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Cause;
import dev.joiner.JoinSpec;
import dev.joiner.SweepReport;
import dev.joiner.SweepReport.Failure;
import dev.joiner.engine.Delivery.End;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TallyTest {
    private final RuntimeException boom = new IllegalStateException("boom");

    private static JoinSpec.Builder<String, String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(word -> true)
                .expireAfter(Duration.ofMinutes(1));
    }

    private final Tally tally =
            new Tally(SpecFunctions.of(spec().onExpired((word, handOver) -> {}).build()));

    @Test
    void isEmptyAtFirst() {
        assertThat(tally.report()).isEqualTo(new SweepReport(0, 0, 0, 0, 0, 0, List.of()));
    }

    @Test
    void countsHandOversByWhoTookThem() {
        tally.handedOver(Cause.COMPLETE, End.RETURNED);
        tally.handedOver(Cause.FORCED, End.RETURNED);
        tally.handedOver(Cause.EXPIRED, End.RETURNED);
        tally.handedOver(Cause.EVICTED, End.RETURNED);
        tally.handedOver(Cause.EVICTED, End.RETURNED);
        tally.handedOver(Cause.COMPLETE, End.POISONED);
        tally.handedOver(Cause.EXPIRED, End.POISONED);
        tally.handedOver(Cause.EXPIRED, End.POISONED);
        tally.handedOver(Cause.EXPIRED, End.POISONED);
        tally.handedOver(Cause.COMPLETE, End.THREW);
        tally.handedOver(Cause.COMPLETE, End.INTERRUPTED);

        assertThat(tally.report()).isEqualTo(new SweepReport(2, 3, 4, 0, 0, 0, List.of()));
    }

    @Test
    void countsWhatExpiresAsJoinedIfThatGoesToProcess() {
        Tally joining = new Tally(SpecFunctions.of(spec().joinOnExpiry().build()));
        joining.handedOver(Cause.EXPIRED, End.RETURNED);

        assertThat(joining.report()).isEqualTo(new SweepReport(1, 0, 0, 0, 0, 0, List.of()));
    }

    @Test
    void countsWhatIsParkedAndWhatEnded() {
        tally.parked(2);
        tally.parked(0);
        tally.parked(1);
        tally.ended();
        tally.ended();

        assertThat(tally.report()).isEqualTo(new SweepReport(0, 0, 0, 3, 2, 0, List.of()));
    }

    @Test
    void namesAKeyThatFailsOnceWithItsLastCauseInTheOrderOfTheFirst() {
        RuntimeException bang = new IllegalStateException("bang");
        tally.failed("k", boom);
        tally.failed("l", boom);
        tally.failed("k", bang);

        assertThat(tally.report())
                .isEqualTo(new SweepReport(0, 0, 0, 0, 0, 2, List.of(new Failure("k", bang), new Failure("l", boom))));
    }

    @Test
    void namesTheFirstThousandAndCountsTheOthers() {
        IntStream.range(0, SweepReport.MAX_FAILURES + 2).forEach(key -> tally.failed(key, boom));
        tally.failed(0, boom);

        SweepReport report = tally.report();

        assertThat(report.failed()).isEqualTo(1_002);
        assertThat(report.failures()).hasSize(1_000).last().isEqualTo(new Failure(999, boom));
    }
}
