package dev.joiner.test.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class JavaProcessTest {
    @TempDir
    private Path folder;

    @Test
    void runsWithArgumentsAndOptionsAndGivesItsOutputAndItsStatus() {
        try (JavaProcess child = JavaProcess.start(Child.class, List.of("-Dwhat=日本"), "say", "ä", "😀")) {
            assertThat(child.readLine()).isEqualTo("ä");
            child.awaitLine("日本");
            assertThat(child.readRemainingLines()).containsExactly(System.getProperty("java.io.tmpdir"));
            assertThat(child.readLine()).isNull();
            assertThat(child.awaitExit()).isEqualTo(7);
            assertThat(child.errors()).contains("wrong");
        }
    }

    @Test
    void readsWhatIsWrittenToItUntilTheInputEnds() {
        try (JavaProcess child = JavaProcess.start(Child.class, "echo")) {
            child.writeLine("ä 😀");
            child.awaitLine("ä 😀");
            child.writeLine("and");
            child.endInput();

            assertThat(child.readRemainingLines()).containsExactly("and");
            assertThat(child.awaitExit()).isZero();
            child.writeLine("too late");
            child.endInput();
        }
    }

    @Test
    void lineThatNeverComesFailsWithTheErrorOutput() {
        try (JavaProcess child = JavaProcess.start(Child.class, "say")) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> child.awaitLine("never"))
                    .withMessageMatching("(?s)Child \\(process \\d+\\) ended without the line.*wrong.*");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
    void killedChildRunsNoShutdownHook() throws Exception {
        Path file = folder.resolve("hook");
        try (JavaProcess child = JavaProcess.start(Child.class, "count", file.toString())) {
            child.awaitLine("1");

            child.kill();

            assertThat(child.awaitExit()).isEqualTo(128 + 9);
            assertThat(child.isAlive()).isFalse();
            assertThat(file).doesNotExist();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
    void childThatIsAskedToEndRunsItsShutdownHooks() {
        Path file = folder.resolve("hook");
        try (JavaProcess child = JavaProcess.start(Child.class, "count", file.toString())) {
            child.awaitLine("1");

            child.terminate();

            assertThat(child.awaitExit()).isEqualTo(128 + 15);
            assertThat(file).exists();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals")
    void pausedChildStandsStillUntilItIsResumed() throws Exception {
        Path file = folder.resolve("count");
        try (JavaProcess child = JavaProcess.start(Child.class, "write", file.toString())) {
            await().until(() -> Files.exists(file) && Files.size(file) > 0);

            child.pause();

            long paused = awaitSizeThatStays(file);
            assertThat(child.isAlive()).isTrue();
            child.resume();
            await().until(() -> Files.size(file) > paused);

            child.pause();
            child.kill();
            assertThat(child.isAlive()).isFalse();
        }
    }

    private static long awaitSizeThatStays(Path file) {
        long[] size = {-1};
        await().until(() -> {
            long before = size[0];
            size[0] = Files.size(file);
            return size[0] == before;
        });
        return size[0];
    }

    @Test
    void childEndsWithTheJvmThatStartedIt() {
        try (JavaProcess parent = JavaProcess.start(Child.class, "parent")) {
            long grandchild = Long.parseLong(parent.awaitLine(line -> line.matches("\\d+")));

            assertThat(parent.awaitExit()).isZero();

            await().untilAsserted(() -> assertThat(ProcessHandle.of(grandchild)).isEmpty());
        }
    }

    /** What the children do. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws Exception {
            switch (args[0]) {
                case "say" -> {
                    System.out.println(args.length > 1 ? args[1] : "");
                    System.out.println(System.getProperty("what"));
                    System.out.println(System.getProperty("java.io.tmpdir"));
                    System.err.println("wrong");
                    System.exit(7);
                }
                case "echo" -> {
                    System.in.transferTo(System.out);
                    System.out.flush();
                }
                case "count" -> {
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> touch(Path.of(args[1]))));
                    System.out.println("1");
                    Thread.currentThread().join();
                }
                case "write" -> {
                    while (true) {
                        touch(Path.of(args[1]));
                    }
                }
                case "parent" ->
                    System.out.println(
                            JavaProcess.start(Child.class, "count", "none").pid());
                default -> throw new IllegalArgumentException(args[0]);
            }
        }

        private static void touch(Path file) {
            try {
                Files.writeString(file, ".", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
