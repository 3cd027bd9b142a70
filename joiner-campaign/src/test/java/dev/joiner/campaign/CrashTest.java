package dev.joiner.campaign;

import dev.joiner.campaign.Audit.Reason;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes, and then servers, that are killed at random moments and come back. */
@Timeout(3_600)
class CrashTest {
    private final long seed = Scale.seed();

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("dev.joiner.campaign.StoreKind#chosen")
    void killedNodesLoseNoJoinAndRepeatOnlyWhatTheyHadInHand(StoreKind kind) throws Exception {
        int kills = Scale.of(6, 200);
        try (Backend backend = kind.start(folder)) {
            Run run = new Run(kind, backend, folder, Scale.of(400, 20_000), seed);
            run.disturb(kills, () -> run.busyNode().kill());
            report("nodes killed", kind, kills, run, run.audit());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.joiner.campaign.StoreKind#chosenServers")
    void killedServersLoseNoJoinAndNodesRecoverByThemselves(StoreKind kind) throws Exception {
        int kills = Scale.of(2, 30);
        try (Backend backend = kind.start(folder)) {
            Run run = new Run(kind, backend, folder, Scale.of(400, 20_000), seed);
            run.disturb(kills, () -> {
                run.busyNode();
                backend.crash(run.random());
            });
            report("servers killed", kind, kills, run, run.audit());
        }
    }

    private void report(String test, StoreKind kind, int kills, Run run, Audit audit) throws Exception {
        Results.add(
                test,
                kind,
                kills,
                run.joins(),
                run.messages(),
                audit.handOverCount(),
                audit.lost(),
                audit.repeated(Reason.KILL),
                audit.repeated(Reason.LEASE),
                audit.repeated(Reason.LAST_WRITE),
                audit.repeated(Reason.THROWN),
                audit.unexplained(),
                "seed " + seed);
    }
}
