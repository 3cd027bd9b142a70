package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {

    @Test
    void ofFilesSaysHowLongItWillTake() throws IOException {
        Progress progress = new Progress(1000);
        InputStream in = progress.counting(new ByteArrayInputStream(new byte[1000]));

        assertThat(progress.text(0, 0, Duration.ZERO)).isEqualTo("0 lines, 0 joined");
        in.readNBytes(250);
        assertThat(progress.text(12_000, 400, Duration.ofSeconds(30)))
                .isEqualTo("12,000 lines, 400 joined, 400 lines/s, 25%, 1m30s left");
        in.readNBytes(750);
        assertThat(progress.text(48_000, 400, Duration.ofSeconds(60))).endsWith("100%, 0s left");
    }

    @Test
    void ofAPipeSaysHowFastItIs() throws IOException {
        Progress progress = new Progress(Progress.UNKNOWN);
        progress.counting(new ByteArrayInputStream(new byte[1000])).readNBytes(250);

        assertThat(progress.text(50, 7, Duration.ofMillis(500))).isEqualTo("50 lines, 7 joined, 100 lines/s");
    }
}
