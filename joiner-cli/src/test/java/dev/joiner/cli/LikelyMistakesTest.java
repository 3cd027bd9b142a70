package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.cli.Cli.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the page on mistakes, run: each says what the page says. */
class LikelyMistakesTest {
    private static final Path PAGE = Path.of("..", "docs", "mistakes.md");
    private static final Pattern RUN =
            Pattern.compile("^\\$ joiner (.*)\\n((?:joiner: .*\\n|…\\n)*)\\[status (\\d+)]$", Pattern.MULTILINE);
    private static final String ANY_LINES = "…\n";

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> eachIsAnsweredAsThePageSays() throws IOException {
        Files.copy(Path.of("samples", "orders.jsonl"), folder.resolve("orders.jsonl"));
        Files.writeString(folder.resolve("orders.csv"), "id,total\n1,2\n");
        List<DynamicTest> tests = new ArrayList<>();
        Matcher run = RUN.matcher(Files.readString(PAGE));
        while (run.find()) {
            String command = run.group(1);
            String said = run.group(2);
            int status = Integer.parseInt(run.group(3));
            tests.add(DynamicTest.dynamicTest(command, () -> {
                Ended ended = Cli.run("", inFolder(command));
                assertThat(withoutFolder(ended.err())).matches(pattern(said));
                assertThat(ended.status()).isEqualTo(status);
                assertThat(ended.out()).isEmpty();
            }));
        }
        assertThat(tests).hasSizeGreaterThan(15);
        return tests;
    }

    private String[] inFolder(String command) {
        return Pattern.compile(" ")
                .splitAsStream(command)
                .map(word -> word.matches("\\w+\\.(jsonl|csv)") ? folder + "/" + word : word)
                .map(word -> word.replace("jdbc:h2:./", "jdbc:h2:" + folder + "/"))
                .toArray(String[]::new);
    }

    /** Nor with the store that the tests bring along. */
    private String withoutFolder(String said) {
        return said.replace(folder + "/", "").replace("jdbc, kept,", "jdbc,");
    }

    private static String pattern(String said) {
        return Pattern.quote(said).replace(ANY_LINES, "\\E(?:.*\\n)*\\Q");
    }
}
