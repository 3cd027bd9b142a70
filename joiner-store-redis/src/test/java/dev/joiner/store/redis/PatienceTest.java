package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PatienceTest {

    @Test
    void lastsAsLongOnAnInterruptedThread() {
        Patience patience = new Patience();
        Thread.currentThread().interrupt();
        long began = System.nanoTime();

        for (int i = 0; i < 8; i++) {
            assertThat(patience.pause()).isTrue();
        }

        assertThat(System.nanoTime() - began)
                .as("at least half of 1, 2, 4 ... 128 ms")
                .isGreaterThanOrEqualTo(TimeUnit.MICROSECONDS.toNanos(127_500));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void endsAfterAboutTwoSeconds() {
        Patience patience = new Patience();
        int pauses = 0;
        while (patience.pause()) {
            pauses++;
        }

        assertThat(pauses).isEqualTo(20);
        assertThat(patience.pause()).isFalse();
    }
}
