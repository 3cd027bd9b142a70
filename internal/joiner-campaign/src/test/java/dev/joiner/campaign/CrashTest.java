package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Behaviour.Trouble;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes, and then servers, that are killed at random moments and come back. */
@Timeout(3_600)
class CrashTest {
    private static final Duration LEASE = Duration.ofSeconds(2);

    private final long seed = Scale.seed();

    @TempDir
    Path folder;

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosen")
    void killedAndPausedNodesLoseNoJoinAndRepeatOnlyWhatTheyHadInHand(StoreKind kind) throws Exception {
        Behaviour behaviour = Behaviour.of(Trouble.THROWS, LEASE);
        Load load = Load.of(Scale.of(300, 20_000));
        killAndPause("nodes killed", kind, Scale.of(4, 200), Scale.of(1, 20), behaviour, load);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosen")
    void killedAndPausedNodesLoseAndDoubleNoPartAndLeaveNone(StoreKind kind) throws Exception {
        Behaviour behaviour = Behaviour.of(Trouble.THROWS, LEASE).collecting();
        Load load = new Load(Scale.of(12, 600), 0, 40);
        killAndPause("nodes killed, joins collect", kind, Scale.of(3, 50), Scale.of(1, 10), behaviour, load);
    }

    private void killAndPause(String test, StoreKind kind, int kills, int pauses, Behaviour behaviour, Load load)
            throws Exception {
        int every = kills / pauses + 1;
        try (Backend backend = kind.start(folder)) {
            Run run = new Run(kind, backend, folder, behaviour, load, seed);
            run.disturb(kills + pauses, number -> {
                if (number % every == every / 2) {
                    run.pauseNode();
                } else {
                    run.busyNode().kill();
                }
            });
            assertThat(run.killed()).isEqualTo(kills);
            report(test, kind, kills, run, run.audit());
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosenServers")
    void killedServersLoseNoJoinAndNodesRecoverByThemselves(StoreKind kind) throws Exception {
        int kills = Scale.of(2, 30);
        try (Backend backend = kind.start(folder)) {
            Run run = new Run(
                    kind, backend, folder, Behaviour.of(Trouble.THROWS, LEASE), Load.of(Scale.of(300, 20_000)), seed);
            run.disturb(kills, number -> {
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
                run.parts() + " parts, seed " + seed);
    }
}
