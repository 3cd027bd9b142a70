package dev.joiner.campaign;

import dev.joiner.campaign.Audit.Reason;
import dev.joiner.campaign.Behaviour.Trouble;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Handlers that halt their process, in the middle of batches and of the pages of a sweep. */
@Timeout(3_600)
class HaltTest {
    private static final Duration LEASE = Duration.ofSeconds(2);

    private final long seed = Scale.seed();

    @TempDir
    Path folder;

    /** In short, each store with one of them: many attempts take long, so they are for a store that is there at once. */
    static Stream<Arguments> runs() {
        return StoreKind.chosenKinds()
                .flatMap(kind -> Stream.of(1, 3)
                        .filter(attempts -> Scale.isFull() || (attempts == 3) == (kind == StoreKind.REDIS))
                        .map(attempts -> Arguments.of(kind, attempts)));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("runs")
    void handlersThatKillTheirProcessAreGivenUpAndTheirNeighboursNotCharged(StoreKind kind, int maxAttempts)
            throws Exception {
        int killers = Scale.of(2, 50);
        boolean parks = maxAttempts > 1;
        Behaviour behaviour = new Behaviour(Trouble.HALTS, LEASE, maxAttempts, parks, 2_000);
        try (Backend backend = kind.start(folder)) {
            Run run = new Run(kind, backend, folder, behaviour, new Load(Scale.of(100, 5_000), killers, 40), seed);
            run.work();
            Audit audit = run.audit();
            Results.add(
                    "handlers that halt, retry(" + maxAttempts + ")",
                    kind,
                    killers,
                    run.killed(),
                    run.joins(),
                    run.messages(),
                    audit.handOverCount(),
                    audit.lost(),
                    audit.repeated(Reason.KILL),
                    audit.repeated(Reason.LEASE),
                    audit.unexplained(),
                    "seed " + seed);
        }
    }
}
