package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Behaviour.Trouble;
import dev.joiner.campaign.Consumer.Options;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.campaign.Ledger.Line;
import dev.joiner.spi.JoinStore;
import dev.joiner.test.servers.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A node that stands still for longer than its lease, and then goes on as if nothing had happened. */
@Timeout(300)
class PauseTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Behaviour HOLDING = Behaviour.of(Trouble.HOLDS, LEASE);
    private static final Behaviour GOING_ON = Behaviour.of(Trouble.NONE, LEASE);
    private static final String ALONE = "0/1";
    private static final String FIRST_OF_BATCH = "1/1";
    private static final String SECOND_OF_BATCH = "2/1";

    @TempDir
    Path folder;

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosenServers")
    void aNodeThatIsPausedIsOvertakenAndItsLateWritesAreRefused(StoreKind kind) throws Exception {
        Path paused = folder.resolve("paused");
        Path other = folder.resolve("other");
        try (Backend backend = kind.start(folder.resolve("server"));
                JavaProcess slow = start(new Options(backend.url(), "pause", paused, HOLDING));
                JavaProcess quick = start(new Options(backend.url(), "pause", other, GOING_ON))) {
            slow.awaitLine("ready");
            quick.awaitLine("ready");
            slow.writeLine("1 accept " + ALONE + ":0");
            slow.writeLine("2 acceptAll " + FIRST_OF_BATCH + ":0 " + SECOND_OF_BATCH + ":0");
            await().atMost(Duration.ofSeconds(60)).until(() -> count(paused, Kind.BEFORE) == 2);
            slow.pause();
            await().atMost(Duration.ofSeconds(60)).until(() -> count(other, Kind.AFTER) == 3);
            slow.writeLine("go");
            slow.resume();
            end(slow, "1", "2"); // both batches may be acknowledged
            end(quick);

            assertOvertaken(Ledger.read(paused), Ledger.read(other));
            try (JoinStore<String, String> store = backend.open("pause")) {
                assertThat(store.scan(null, 10).entries())
                        .hasSize(3)
                        .allSatisfy(entry ->
                                assertThat(entry.held().state().inFlight()).isEmpty());
            }
            Audit audit = new Audit(GOING_ON);
            audit.read(paused, false);
            audit.read(other, false);
            audit.judge(List.of(ALONE, FIRST_OF_BATCH, SECOND_OF_BATCH));
            assertThat(audit.broken()).isEmpty();
            assertThat(audit.repeated(Reason.LEASE)).isEqualTo(2);
            Results.add("node paused", kind, 1, audit.handOverCount(), audit.lost(), audit.unexplained());
        }
    }

    /** What it read before it was paused it cannot read again: the parts are gone, and it is told so. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosenServers")
    void aNodeThatIsOvertakenIsToldThatThePartsAreGone(StoreKind kind) throws Exception {
        Path paused = folder.resolve("paused");
        Path other = folder.resolve("other");
        String key = "0/3";
        try (Backend backend = kind.start(folder.resolve("server"));
                JavaProcess slow = start(new Options(backend.url(), "pause", paused, HOLDING.collecting()));
                JavaProcess quick = start(new Options(backend.url(), "pause", other, GOING_ON.collecting()))) {
            slow.awaitLine("ready");
            quick.awaitLine("ready");
            slow.writeLine("1 acceptAll " + key + ":2 " + key + ":0 " + key + ":1");
            await().atMost(Duration.ofSeconds(60)).until(() -> count(paused, Kind.READ) == 1);
            slow.pause();
            await().atMost(Duration.ofSeconds(60)).until(() -> count(other, Kind.AFTER) == 1);
            end(quick); // and with that, it has written the join off
            slow.writeLine("go");
            slow.resume();
            end(slow, "1");

            assertThat(keys(Ledger.read(paused), Kind.GONE)).containsExactly(key);
            assertThat(keys(Ledger.read(paused), Kind.AFTER)).isEmpty();
            Audit audit = new Audit(GOING_ON.collecting());
            audit.read(paused, false);
            audit.read(other, false);
            audit.keptApart(PartRows.of(kind, backend, "pause"), backend.held("pause"));
            audit.judge(List.of(key));
            assertThat(audit.broken()).isEmpty();
            assertThat(audit.repeated(Reason.LEASE)).isEqualTo(1);
        }
    }

    private static void assertOvertaken(List<Line> paused, List<Line> other) {
        // What waited behind the first of the batch was not begun: its claim was gone.
        assertThat(keys(paused, Kind.BEFORE)).containsExactlyInAnyOrder(ALONE, FIRST_OF_BATCH);
        assertThat(keys(paused, Kind.UNCONFIRMED)).containsExactlyInAnyOrder(ALONE, FIRST_OF_BATCH);
        assertThat(keys(paused, Kind.CONFIRMED)).isEmpty();
        assertThat(keys(other, Kind.AFTER)).containsExactlyInAnyOrder(ALONE, FIRST_OF_BATCH, SECOND_OF_BATCH);
        for (String key : List.of(ALONE, FIRST_OF_BATCH)) {
            assertThat(line(other, Kind.BEFORE, key).attempt()).isEqualTo(key.equals(ALONE) ? 2 : 1);
            assertThat(line(other, Kind.BEFORE, key).token())
                    .isGreaterThan(line(paused, Kind.BEFORE, key).token());
        }
        // A system that keeps the greatest token it has seen refuses the writer that was overtaken.
        Map<String, Long> greatest = new HashMap<>();
        List<Line> refused = Stream.concat(paused.stream(), other.stream())
                .filter(line -> line.kind() == Kind.AFTER)
                .sorted(Comparator.comparingLong(Line::at))
                .filter(line -> greatest.merge(line.key(), line.token(), Math::max) > line.token())
                .toList();
        assertThat(keys(refused, Kind.AFTER)).containsExactlyInAnyOrder(ALONE, FIRST_OF_BATCH);
        assertThat(paused).containsAll(refused);
    }

    private static JavaProcess start(Options options) {
        return JavaProcess.start(Consumer.class, options.arguments());
    }

    private static void end(JavaProcess process, String... answers) {
        process.endInput();
        assertThat(process.readRemainingLines()).containsExactlyInAnyOrder(answers);
        assertThat(process.awaitExit()).as(process.errors()).isZero();
    }

    private static int count(Path ledger, Kind kind) throws Exception {
        return keys(Ledger.read(ledger), kind).size();
    }

    private static List<String> keys(List<Line> lines, Kind kind) {
        return lines.stream().filter(line -> line.kind() == kind).map(Line::key).toList();
    }

    private static Line line(List<Line> lines, Kind kind, String key) {
        return lines.stream()
                .filter(line -> line.kind() == kind && line.key().equals(key))
                .findFirst()
                .orElseThrow();
    }
}
