package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Behaviour.Trouble;
import dev.joiner.campaign.Consumer.Options;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.test.servers.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes that are asked to stop, and threads that are interrupted: nothing is lost, charged or handed over twice for it. Leases
 * are longer than a run, so that nothing ends if anything waits for one.
 */
@Timeout(3_600)
class StopTest {
    private static final Duration LONGER_THAN_A_RUN = Duration.ofHours(4);

    private static final String NAMESPACE = "stop";

    private final long seed = Scale.seed();

    @TempDir
    Path folder;

    /** A batch and a page of a sweep that take half a minute each: a node that is asked to stop waits for one handler of each. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosen")
    void aNodeThatIsAskedToStopWaitsForNoBatchAndNoPage(StoreKind kind) throws Exception {
        Behaviour slow = new Behaviour(Trouble.NONE, LONGER_THAN_A_RUN, 1, false, 1_000_000);
        Behaviour quick = new Behaviour(Trouble.NONE, LONGER_THAN_A_RUN, 1, false, 0);
        List<Part> batch = IntStream.range(0, 60)
                .mapToObj(thing -> new Part(thing + "/1", 0))
                .toList();
        List<Part> page = IntStream.range(60, 120)
                .mapToObj(thing -> new Part(thing + "/1" + Part.SWEPT, 0))
                .toList();
        Path ofSlow = folder.resolve("slow");
        Path ofQuick = folder.resolve("quick");
        Audit audit = new Audit(slow);
        try (Backend backend = kind.start(folder.resolve("server"))) {
            try (JavaProcess node = start(new Options(backend.url(), NAMESPACE, ofSlow, slow))) {
                node.awaitLine("ready");
                node.writeLine("1 acceptAll " + words(batch));
                node.writeLine("2 acceptAll " + words(page));
                await().atMost(JavaProcess.LIMIT).until(() -> hasBegun(ofSlow, batch) && hasBegun(ofSlow, page));
                long began = System.nanoTime();
                node.terminate();
                node.awaitExit();
                audit.stopped("the slow node", Duration.ofNanos(System.nanoTime() - began));
            }
            audit.leftByStoppedNodes(backend.held(NAMESPACE), System.currentTimeMillis());
            assertThat(audit.broken()).as(kind.toString()).isEmpty(); // or the next node would wait for a lease
            try (JavaProcess node = start(new Options(backend.url(), NAMESPACE, ofQuick, quick))) {
                node.awaitLine("ready");
                node.endInput();
                assertThat(node.awaitExit()).as(node.errors()).isZero();
            }
            audit.read(ofSlow, false);
            audit.read(ofQuick, false);
            audit.leftAtTheEnd(backend.held(NAMESPACE));
            audit.judge(
                    Stream.concat(batch.stream(), page.stream()).map(Part::key).toList());
            assertThat(audit.broken()).as(kind.toString()).isEmpty();
            assertThat(audit.handOverCount()).isEqualTo(batch.size() + page.size());
            Results.add("slow node stopped", kind, audit.longestStop().toMillis() + " ms");
        }
    }

    private static JavaProcess start(Options options) {
        return JavaProcess.start(Consumer.class, options.arguments());
    }

    private static String words(List<Part> parts) {
        return parts.stream().map(Part::toString).collect(Collectors.joining(" "));
    }

    private static boolean hasBegun(Path ledger, List<Part> parts) throws Exception {
        Set<String> keys = parts.stream().map(Part::key).collect(Collectors.toSet());
        return Ledger.read(ledger).stream().anyMatch(line -> line.kind() == Kind.BEFORE && keys.contains(line.key()));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosenKinds")
    void stoppedNodesAndInterruptedThreadsLoseNothingAndChargeNobody(StoreKind kind) throws Exception {
        int stops = Scale.of(2, 100);
        Behaviour behaviour = new Behaviour(Trouble.INTERRUPTS, LONGER_THAN_A_RUN, 2, false, 20_000);
        try (Backend backend = kind.start(folder)) {
            Run run = new Run(kind, backend, folder, behaviour, new Load(Scale.of(200, 20_000), 0, 30), seed);
            run.disturb(stops, number -> {
                if (number % 5 == 0) {
                    run.stopAll();
                } else {
                    run.stopNode();
                }
            });
            Audit audit = run.audit();
            assertThat(audit.stops()).isGreaterThanOrEqualTo(stops);
            assertThat(audit.repeated(Reason.INTERRUPTED)).isPositive();
            Results.add(
                    "nodes stopped, threads interrupted",
                    kind,
                    audit.stops(),
                    run.joins(),
                    run.messages(),
                    audit.handOverCount(),
                    audit.lost(),
                    audit.repeated(Reason.INTERRUPTED),
                    audit.unexplained(),
                    audit.longestStop().toMillis() + " ms at the longest",
                    "seed " + seed);
        }
    }
}
