package dev.joiner.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.explorer.Explorer.Findings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every interleaving of two nodes in each of the small worlds of {@link Settings}. */
class ExplorerTest {
    private static final Map<String, Future<Findings>> EXPLORED = new LinkedHashMap<>();
    private static ExecutorService explorers;

    /** Settings have nothing in common, so that each core explores one. With one fault more, one fills the heap. */
    @BeforeAll
    static void exploreAll() {
        int cores = Runtime.getRuntime().availableProcessors();
        explorers = Executors.newFixedThreadPool(Settings.areThorough() ? 1 : cores);
        for (Setting setting : Settings.chosen()) {
            EXPLORED.put(setting.name(), explorers.submit(() -> explore(setting)));
        }
    }

    private static Findings explore(Setting setting) {
        long began = System.nanoTime();
        Findings findings = Explorer.explore(setting);
        System.out.printf("%s %,8d ms%n", findings, (System.nanoTime() - began) / 1_000_000);
        return findings;
    }

    @AfterAll
    static void stop() {
        explorers.shutdownNow();
        EXPLORED.clear();
    }

    @ParameterizedTest
    @MethodSource("dev.joiner.explorer.Settings#chosen")
    void noInterleavingBreaksAPromise(Setting setting) throws Exception {
        Findings findings = EXPLORED.get(setting.name()).get();

        assertThat(findings.broken()).as(findings::broken).isNull();
        assertThat(findings.worlds()).isPositive();
        assertThat(findings.steps()).isGreaterThanOrEqualTo(findings.worlds() - 1);
        assertThat(findings.rests()).isPositive();
    }
}
