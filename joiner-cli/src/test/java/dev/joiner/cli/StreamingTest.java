package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.joiner.cli.Cli.Ended;
import dev.joiner.cli.Cli.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens while the input is still open. */
class StreamingTest {
    private static final String A = "{\"id\":1,\"a\":1}\n";
    private static final String B = "{\"id\":1,\"b\":2}\n";
    private static final String JOINED = "{\"id\":1,\"a\":1,\"b\":2}\n";

    @TempDir
    private Path folder;

    @Test
    void slowInputGetsItsOutputAtOnce() throws IOException {
        try (Running join = join()) {
            join.type(A + "{\"id\":2,");
            join.type("\"a\":1}\n" + B + "{\"id\":2");
            join.awaitOut(JOINED);
            join.type(",\"b\":2}\n");
            join.awaitOut("{\"id\":2,\"a\":1,\"b\":2}\n");
            join.type("bad\n");
            join.awaitErr("<stdin>:5: ");
            assertThat(join.hasEnded()).isFalse();
        }
    }

    @Test
    void joinExpiresWhileNothingIsRead() throws IOException {
        Path expired = folder.resolve("expired.jsonl");
        try (Running join = join("--expire-after", "10m", "--expired-to", expired.toString(), "--sweep-every", "1ms")) {
            join.type(A + JOINED.replace('1', '2'));
            join.awaitOut("2");
            join.clockShows(Cli.START.plus(Duration.ofMinutes(10)));
            Awaitility.await().untilAsserted(() -> assertThat(expired).hasContent(A));
            join.type(B);
            join.endInput();
            Ended ended = join.awaitEnd();
            assertThat(ended.summary()).contains("1 joined", "1 waiting", "1 expired");
            assertThat(Files.readString(expired)).isEqualTo(A + B);
        }
    }

    @Test
    void withoutFileExpiredJoinIsShown() throws IOException {
        try (Running join = join("--expire-after", "10m", "--sweep-every", "1ms")) {
            join.type(A + "{\"id\":2,\"a\":1,\"b\":2}\n");
            join.awaitOut("2");
            join.clockShows(Cli.START.plus(Duration.ofMinutes(10)));
            join.awaitErr("joiner: expired 1 (missing b): " + A);
        }
    }

    @Test
    void sweepsOnceMoreAtTheEnd() throws IOException {
        try (Running join = join("--expire-after", "10m", "--sweep-every", "1h")) {
            join.type(A + "{\"id\":2,\"a\":1,\"b\":2}\n");
            join.awaitOut("2");
            join.clockShows(Cli.START.plus(Duration.ofMinutes(10)));
            join.endInput();
            Ended ended = join.awaitEnd();
            assertThat(ended.errLines().get(0)).startsWith("joiner: expired 1 (missing b)");
            assertThat(ended.summary()).contains("0 waiting", "1 expired");
        }
    }

    @Test
    void expiredFileThatFailsEndsTheRunThoughNothingIsRead() throws IOException {
        try (Running join = join("--expire-after", "10m", "--expired-to", "/dev/full", "--sweep-every", "1ms")) {
            assumeTrue(Files.exists(Path.of("/dev/full")));
            join.type(A + "{\"id\":2,\"a\":1,\"b\":2}\n");
            join.awaitOut("2");
            join.clockShows(Cli.START.plus(Duration.ofMinutes(10)));
            Ended ended = join.awaitEnd();
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).contains("joiner: --expired-to: No space left on device");
        }
    }

    @Test
    void joinIsPrintedOnceHoweverLongTheOutputBlocks() throws Exception {
        BlockedOutput slow = new BlockedOutput();
        String large = "{\"id\":1,\"a\":1,\"b\":\"" + "x".repeat(100_000) + "\"}\n"; // larger than the output's buffer
        try (Running join =
                new Running(slow, "join", "--key=id", "--require=a,b", "--expire-after=1h", "--sweep-every=1ms")) {
            join.type("{\"id\":2,\"a\":1}\n" + large);
            slow.awaitBlocked();
            join.clockShows(Cli.START.plus(Duration.ofHours(1)));
            join.awaitErr("expired 2");
            slow.goOn();
            join.endInput();
            assertThat(join.awaitEnd().summary()).contains("1 joined");
            assertThat(slow).hasToString(large);
        }
    }

    @Test
    void stopEndsRunThatWaitsForInput() throws IOException {
        try (Running join = join()) {
            join.type(A + B + "{\"id\":2,\"a\":1}\n{\"id\":3");
            join.awaitOut(JOINED);
            assertThat(join.stop()).isTrue();
            Ended ended = join.awaitEnd();
            assertThat(ended.status()).isEqualTo(143);
            assertThat(ended.out()).isEqualTo(JOINED);
            assertThat(ended.errLines())
                    .startsWith("joiner: stopped after <stdin>:3")
                    .contains("joiner:   2 (missing b)");
            assertThat(ended.summary()).contains("3 lines", "1 joined", "1 waiting");
        }
    }

    @Test
    void stopBeforeAnyInputEndsAtOnce() throws IOException {
        try (Running join = join()) {
            Awaitility.await().until(join::stop);
            Ended ended = join.awaitEnd();
            assertThat(ended.status()).isEqualTo(143);
            assertThat(ended.errLines().get(0)).isEqualTo("joiner: stopped before the first line");
        }
    }

    @Test
    void stopCountsForMoreThanRejectedLines() throws IOException {
        try (Running join = join()) {
            join.type("bad\n");
            join.awaitErr("<stdin>:1: ");
            join.stop();
            assertThat(join.awaitEnd().status()).isEqualTo(143);
        }
    }

    private static Running join(String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of("join", "--key", "id", "--require", "a,b"));
        all.addAll(Arrays.asList(args));
        return new Running(all.toArray(String[]::new));
    }
}
