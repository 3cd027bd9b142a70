package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopSignalTest {

    @Test
    void wishEndsAWaitThatHasBegun() throws Exception {
        StopSignal stop = new StopSignal();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                stop.await(Duration.ofDays(1));
                ended.complete(stop.isWanted());
            } catch (InterruptedException e) {
                ended.completeExceptionally(e);
            }
        });
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        stop.request();

        assertThat(ended.get(1, TimeUnit.MINUTES)).isTrue();
    }
}
