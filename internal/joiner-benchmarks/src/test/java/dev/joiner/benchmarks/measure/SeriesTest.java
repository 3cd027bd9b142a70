package dev.joiner.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.benchmarks.subject.MemoryContenders;
import org.junit.jupiter.api.Test;

class SeriesTest {
    private final Series one = new Series(MemoryContenders.JOINER);
    private final Series other = new Series(MemoryContenders.BY_HAND);

    @Test
    void ratioIsTakenInEachRound() {
        one.add(10);
        other.add(5);
        one.add(100);
        other.add(50);
        one.add(100);
        other.add(1);

        assertThat(one.times(other)).isEqualTo(2);
        assertThat(one.rate()).isEqualTo(100);
    }

    @Test
    void latenciesOfAllRoundsCountTogether() {
        one.addLatencies(new long[] {4000, 1000});
        one.addLatencies(new long[] {3000, 2000});

        assertThat(one.micros(500)).hasValue(2.5);
        assertThat(one.micros(1000)).hasValue(4);
        assertThat(other.micros(500)).isEmpty();
    }
}
