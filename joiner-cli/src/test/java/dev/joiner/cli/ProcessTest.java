package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the process says and does at its end. */
class ProcessTest {
    private static final String[] JOIN = {"join", "--key", "id", "--require", "a,b"};

    @Test
    void inputThatEndsEndsTheProcess() throws Exception {
        try (ChildJvm join = ChildJvm.ofClasses(JOIN)) {
            join.type("{\"id\":\"日本\",\"a\":\"ä\"}\n{\"id\":\"日本\",\"b\":\"😀\"}\n");
            join.endInput();

            assertThat(join.readLines()).containsExactly("{\"id\":\"日本\",\"a\":\"ä\",\"b\":\"😀\"}");
            assertThat(join.awaitStatus()).isZero();
            assertThat(join.err()).contains("2 lines", "1 joined");
        }
    }

    @Test
    void statusTellsOfRejectedLinesAndOfWrongUsage() throws Exception {
        try (ChildJvm join = ChildJvm.ofClasses(JOIN);
                ChildJvm wrong = ChildJvm.ofClasses("join")) {
            join.type("é\n");
            join.endInput();

            assertThat(join.awaitStatus()).isEqualTo(3);
            assertThat(join.err()).contains("<stdin>:1: no JSON object: Unrecognized token 'é'");
            assertThat(wrong.awaitStatus()).isEqualTo(2);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
    void signalLetsRunningPipeFinishWhatItHasRead() throws Exception {
        try (ChildJvm join = ChildJvm.ofClasses(JOIN)) {
            join.type("{\"id\":1,\"a\":1}\n{\"id\":2,\"a\":2}\n{\"id\":1,\"b\":1}\n");
            assertThat(join.readLine()).isEqualTo("{\"id\":1,\"a\":1,\"b\":1}");

            join.terminate();

            assertThat(join.awaitStatus()).isEqualTo(143);
            assertThat(join.err())
                    .contains("stopped after <stdin>:3", "2 (missing b)", "3 lines", "1 joined", "1 waiting");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
    void signalInTheMiddleOfFastInputLosesNoLineThatItCounts() throws Exception {
        try (ChildJvm join = ChildJvm.ofClasses(JOIN)) {
            Thread typing = new Thread(() -> {
                try {
                    for (int i = 0; ; i++) {
                        join.type("{\"id\":" + i + ",\"a\":1,\"b\":1}\n");
                    }
                } catch (java.io.IOException e) {
                    // The process has gone.
                }
            });
            typing.start();
            long read = 0;
            while (read < 1000) {
                assertThat(join.readLine()).isNotNull();
                read++;
            }

            join.terminate();

            read += join.readLines().size();
            assertThat(join.awaitStatus()).isEqualTo(143);
            typing.join();
            assertThat(join.err())
                    .contains("stopped after <stdin>:" + read + "\n", read + " lines", read + " joined", "0 waiting");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "names a broken pipe in other words")
    void outputThatNobodyReadsEndsQuietly() throws Exception {
        try (ChildJvm generate = ChildJvm.ofClasses("generate", "--joins", "1000000");
                ChildJvm join = ChildJvm.ofClasses("join", "--key", "id", "--require", "a")) {
            assertThat(generate.readLine()).startsWith("{\"event\"");
            generate.closeOutput();
            join.type("{\"id\":1,\"a\":1}\n");
            assertThat(join.readLine()).isEqualTo("{\"id\":1,\"a\":1}");
            join.closeOutput();
            join.type("{\"id\":1,\"a\":1}\n");

            assertThat(generate.awaitStatus()).isEqualTo(141);
            assertThat(generate.err()).isEmpty();
            assertThat(join.awaitStatus()).isEqualTo(141);
            assertThat(join.err()).isEmpty();
        }
    }
}
