package dev.joiner.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CostTest {
    private static void assertMeasured(Cost cost) {
        assertThat(cost.bytes()).isPositive();
        assertThat(cost.nanos()).isNotNegative();
    }

    @Test
    void bytesAreThoseOfOneUnit() {
        Cost cost = Cost.of(10, () -> assertThat(new byte[100_000]).isNotEmpty());

        assertThat(cost.bytes()).isGreaterThanOrEqualTo(10_000);
    }

    @Test
    void medianIsTakenOfEach() {
        Cost median = Cost.median(List.of(new Cost(1, 30), new Cost(2, 10), new Cost(3, 20)));

        assertThat(median).isEqualTo(new Cost(2, 20));
    }

    @Test
    void largeJoinsAreMeasuredAroundEachPart() {
        LargeJoins joins = new LargeJoins(1);

        assertThat(joins.aroundParts(LargeJoins.Kind.COLLECTED, List.of(50, 1_000)))
                .hasSize(2)
                .allSatisfy(CostTest::assertMeasured);
        assertMeasured(joins.inBatchOfOneJoin(10));
        assertMeasured(joins.inBatchOfTwoParts(10));
    }

    @Test
    void readingBackDecodesWhatIsWritten() {
        ReadingBack.Costs costs = new ReadingBack(1).ofParts(1_000);

        assertThat(costs.checked().bytes() - costs.unchecked().bytes()).isGreaterThan(2 * 1_000);
    }
}
