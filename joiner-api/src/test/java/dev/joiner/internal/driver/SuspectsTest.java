package dev.joiner.internal.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class SuspectsTest {

    @Test
    void oneIsUnderWayAtATimeAlsoForTheThreadThatHasIt() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            assertThat(Suspects.tryEnter()).isTrue();
            assertThat(Suspects.tryEnter()).isFalse();
            assertThat(other.submit(Suspects::tryEnter).get()).isFalse();

            Suspects.leave();

            assertThat(other.submit(Suspects::tryEnter).get()).isTrue();
            assertThat(Suspects.tryEnter()).isFalse();
        } finally {
            Suspects.leave();
            other.shutdownNow();
        }
    }
}
