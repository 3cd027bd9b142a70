package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void percentilesAreOfTheCallsNoted() {
        Latencies latencies = new Latencies(5_000);
        for (int millis = 1_000; millis >= 0; millis--) {
            latencies.add(TimeUnit.MILLISECONDS.toNanos(millis));
        }

        assertThat(latencies.summary()).isEqualTo("p50 500.00 ms, p99 990.00 ms, p99.9 999.00 ms, max 1000.00 ms");
    }
}
