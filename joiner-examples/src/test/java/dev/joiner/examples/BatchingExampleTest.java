package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.BatchingExample.Row;
import dev.joiner.testing.JoinerTesting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchingExampleTest {

    @Test
    void batchGoesOutWhenItIsFullOrItsTimeIsOver() {
        List<String> batches = new ArrayList<>();
        var rows = JoinerTesting.of(BatchingExample.batches((batch, cause) -> batches.add(batch.size() + " " + cause)));

        for (int i = 0; i < 120; i++) {
            rows.accept(new Row("t", "row " + i));
        }
        assertThat(batches).containsExactly("100 COMPLETE");

        rows.passes(Duration.ofSeconds(5));
        assertThat(batches).containsExactly("100 COMPLETE", "20 EXPIRED");
        rows.isEmpty();
    }
}
