package dev.joiner.explorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.explorer.Explorer.Findings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every interleaving of two nodes in each of the small worlds of {@link Settings}. */
class ExplorerTest {

    @ParameterizedTest
    @MethodSource("dev.joiner.explorer.Settings#chosen")
    void noInterleavingBreaksAPromise(Setting setting) {
        long began = System.nanoTime();
        Findings findings = Explorer.explore(setting);
        System.out.printf("%s %,8d ms%n", findings, (System.nanoTime() - began) / 1_000_000);

        assertThat(findings.broken()).as(findings::broken).isNull();
        assertThat(findings.worlds()).isPositive();
        assertThat(findings.steps()).isGreaterThanOrEqualTo(findings.worlds() - 1);
        assertThat(findings.rests()).isPositive();
    }
}
