package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.CodecException;
import dev.joiner.SweepReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepProblemsTest {

    @Test
    void whatComesBackWithEverySweepIsToldOnce() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        SweepProblems problems =
                new SweepProblems(new Messages(new PrintStream(err, true, StandardCharsets.UTF_8), false));

        problems.accept(failed("1"));
        problems.accept(failed("1"));
        problems.accept(failed("2"));

        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "joiner: sweep: key \"1\": is not a state", "joiner: sweep: key \"2\": is not a state");
    }

    private static SweepReport failed(String key) {
        return new SweepReport(
                0,
                0,
                0,
                0,
                0,
                1,
                List.of(new SweepReport.Failure(key, new CodecException(key, "is not a state", null))));
    }
}
