package dev.joiner.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.benchmarks.subject.Database.Product;
import dev.joiner.benchmarks.subject.JdbcContenders;
import dev.joiner.benchmarks.subject.JoinerStores;
import dev.joiner.benchmarks.work.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopRoundsTest {
    @TempDir
    private Path folder;

    @Test
    void figuresOfAllContendersComeOut() throws Exception {
        Effort effort = new Effort(2, Duration.ofMillis(10), Duration.ofMillis(10));
        try (DatabasePlace place = DatabasePlace.start(Product.H2, folder)) {
            Comparison comparison = new LoopRounds(effort, what -> {})
                    .compare(
                            place,
                            new Work(2, 100, 4, 1, 1),
                            List.of(JdbcContenders.JOINER, JdbcContenders.BATCHES, JdbcContenders.UPDATES));

            assertThat(comparison.series()).hasSize(3).allSatisfy(series -> {
                assertThat(series.rate()).isPositive();
                assertThat(series.micros(500)).isPresent();
            });
            assertThat(comparison.of(JdbcContenders.UPDATES).trips()).hasValue(1);
            assertThat(comparison.of(JdbcContenders.JOINER).trips().orElseThrow())
                    .isBetween(1.5, 2.0);
        }
    }

    @Test
    void sweepsAreTimedAndCounted() {
        SweepRounds.Costs costs = new SweepRounds(1000, 1, what -> {})
                .of("memory", (namespace, counted) -> JoinerStores.inMemory(), () -> 0);

        assertThat(costs.due()).isEqualTo(10);
        assertThat(costs.sentNothingDue()).isZero();
        assertThat(costs.timesFew()).isPositive();
    }
}
