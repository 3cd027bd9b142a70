package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.cli.Cli.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What all commands have in common, and those that need little. */
class CommandsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "join ",
                "pending ",
                "release ",
                "drop ",
                "reexamine ",
                "export ",
                "import ",
                "demo ",
                "generate "
            })
    void everyCommandHasHelpAndVersion(String command) {
        Ended help = Cli.run("", (command + "--help").split(" "));
        Ended version = Cli.run("", (command + "--version").split(" "));

        assertThat(help.status()).isZero();
        assertThat(help.out())
                .contains("Usage: " + ("joiner " + command).strip())
                .contains("--help", "--version");
        assertThat(help.err()).isEmpty();
        assertThat(help.outLines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(version.status()).isZero();
        assertThat(version.outLines().get(0)).startsWith("joiner ");
    }

    @Test
    void withoutCommandTheCommandsAreShown() {
        Ended ended = Cli.run("");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("joiner: Missing required subcommand", "generate", "joiner demo");
    }

    @ParameterizedTest
    @CsvSource({
        "joins, joiner join",
        "jion, joiner join",
        "pendign, joiner pending",
        "realease, joiner release",
        "join --key a --requier b, --require",
        "join --kye a --require b, --key",
        "join --requir=b, --require"
    })
    void whatIsMisspeltIsCorrected(String commandLine, String meant) {
        Ended ended = Cli.run("", commandLine.split(" "));

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).startsWith("joiner: Un").contains("joiner: did you mean " + meant + "?\n");
    }

    @Test
    void whatResemblesNothingIsNotCorrected() {
        assertThat(Cli.run("", "xyzzy").err()).doesNotContain("did you mean");
    }

    @Test
    void demoShowsJoinDuplicateAndExpiry() {
        Ended ended = Cli.run("", "demo");

        assertThat(ended.status()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.outLines())
                .containsSubsequence(
                        "09:00:01  in   {\"event\":\"e1\",\"order\":{\"id\":\"o1\",\"customer\":\"Ada\",\"total\":12.50}}",
                        "               waits for payment and shipment",
                        "               is whole:",
                        "09:00:04  out  {\"event\":\"e4\",\"order\":{\"id\":\"o1\",\"customer\":\"Ada\",\"total\":12.50},"
                                + "\"shipment\":{\"parcels\":1},\"payment\":{\"method\":\"invoice\"}}",
                        "               came before: left out",
                        "09:10:05  out  {\"event\":\"e2\",\"order\":{\"id\":\"o2\"},\"payment\":{\"method\":\"card\"}}");
    }

    @Test
    void generateGivesTheSameLinesForTheSameOptions() {
        String[] options = {"generate", "--joins", "50", "--seed", "9", "--duplicates", "0.1", "--incomplete", "0.1"};

        assertThat(Cli.run("", options).out()).isEqualTo(Cli.run("", options).out());
        options[4] = "10";
        assertThat(Cli.run("", options).out())
                .isNotEqualTo(
                        Cli.run("", "generate", "--joins", "50", "--seed", "9").out());
    }

    @Test
    void generateMixesTheLinesOfAsManyOrdersAsAreOpen() {
        assertThat(Cli.run("", "generate", "--joins", "2", "--open", "1").outLines())
                .hasSize(6)
                .satisfies(lines -> {
                    assertThat(lines.subList(0, 3)).allMatch(line -> line.contains("\"id\":\"o1\""));
                    assertThat(lines.subList(3, 6)).allMatch(line -> line.contains("\"id\":\"o2\""));
                });
        assertThat(Cli.run("", "generate").outLines()).hasSize(3000).doesNotHaveDuplicates();
        assertThat(Cli.run("", "generate", "--joins", "0").out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--joins -1", "--open 0", "--duplicates 1", "--duplicates -0.1", "--incomplete NaN", "--seed x"})
    void generateRefusesWhatMakesNoSense(String options) {
        Ended ended = Cli.run("", ("generate " + options).split(" "));

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err())
                .contains(options.substring(0, options.indexOf(' ')))
                .endsWith("see joiner generate --help\n");
    }
}
