package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.cli.Cli.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
                "console ",
                "report ",
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
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "joins, unknown command: joins; did you mean join?",
                "jion --key a, unknown command: jion; did you mean join?",
                "pendign, unknown command: pendign; did you mean pending?",
                "realease, unknown command: realease; did you mean release?",
                "join --key a --requier b, Unknown option: '--requier'; did you mean --require?",
                "join --key a --require b --expire 10m, Unknown option: '--expire'; did you mean --expire-after?",
                "join --kye a --require b, Unknown option: '--kye'; did you mean --key?",
                "join --requir=b, Unknown option: '--requir=b'; did you mean --require?"
            })
    void whatIsMisspeltIsCorrected(String commandLine, String message) {
        Ended ended = Cli.run("", commandLine.split(" "));

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.errLines()).hasSize(2).first().isEqualTo("joiner: " + message);
    }

    @Test
    void keyThatLinesDoNotHaveIsToldWhatItResembles() {
        Ended ended = Cli.run("{\"order\":{\"id\":1},\"paid\":1}\n", "join", "--key", "order.ids", "--require", "paid");

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.err()).startsWith("joiner: <stdin>:1: no key: order.ids is missing; did you mean order.id?\n");
    }

    @Test
    void requiredFieldThatNoLineHasIsToldWhatItResembles() {
        Ended ended = Cli.run(
                "{\"id\":1,\"paid\":1}\n{\"id\":1,\"shipment\":{}}\n",
                "join",
                "--key",
                "id",
                "--require",
                "paid,shipmnt,gift");

        assertThat(ended.err())
                .contains("joiner: --require: no line has shipmnt; did you mean shipment?\n")
                .contains("joiner: --require: no line has gift\n")
                .doesNotContain("no line has paid");
    }

    @ParameterizedTest
    @CsvSource({"--merge, totl=sum", "--until, totl=3", "--starts-with, totl=3"})
    void fieldOfAnOptionThatNoLineHasIsToldWhatItResembles(String option, String setting) {
        Ended ended = Cli.run(
                "{\"id\":1,\"total\":1}\n{\"id\":1,\"total\":2}\n",
                "join",
                "--key",
                "id",
                "--idle",
                "1h",
                option,
                setting);

        assertThat(ended.err()).contains("joiner: " + option + ": no line has totl; did you mean total?\n");
    }

    @Test
    void fieldOfMergeThatALineHasIsNotTold() {
        Ended ended =
                Cli.run("{\"id\":1,\"total\":1}\n", "join", "--key", "id", "--count", "1", "--merge", "total=sum");

        assertThat(ended.err()).doesNotContain("no line has");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--time", "--id"})
    void misspeltFieldThatEachLineNeedsIsToldWhatItResembles(String option) {
        Ended ended = Cli.run("{\"id\":1,\"stamp\":1}\n", "join", "--key", "id", "--idle", "1h", option, "stmp");

        assertThat(ended.err()).contains("stmp is missing; did you mean stamp?\n");
    }

    @Test
    void linesThatAreNotSortedByTimeAreCounted() {
        Ended ended = Cli.run(
                "{\"id\":1,\"ts\":0}\n{\"id\":2,\"ts\":7200}\n{\"id\":2,\"ts\":60}\n{\"id\":1,\"ts\":120}\n",
                "join",
                "--key",
                "id",
                "--idle",
                "1h",
                "--time",
                "ts");

        assertThat(ended.err())
                .contains("joiner: --time: the input is not sorted by it: 2 lines are older than a line before by more"
                        + " than 1h, first <stdin>:3; what should be apart may be merged\n");
    }

    @Test
    void linesThatAreLessOutOfOrderThanJoinsWaitAreNotCounted() {
        Ended ended = Cli.run(
                "{\"id\":1,\"ts\":3600}\n{\"id\":1,\"ts\":0}\n", "join", "--key", "id", "--idle", "1h", "--time", "ts");

        assertThat(ended.err()).doesNotContain("not sorted");
    }

    @Test
    void requiredFieldsAreRightWhereSomethingIsJoined() {
        Ended ended = Cli.run(
                "{\"id\":1,\"paid\":1,\"sent\":1}\n{\"id\":2,\"pay\":1}\n", "join", "--key", "id", "--require", "paid");

        assertThat(ended.err()).doesNotContain("no line has");
    }

    @Test
    void laterRunMayHaveWhatIsRequired(@TempDir Path folder) {
        String store = "jdbc:h2:" + folder.resolve("joins");
        Ended ended =
                Cli.run("{\"id\":1,\"paid\":1}\n", "join", "--key", "id", "--require", "paid,gift", "--store", store);

        assertThat(ended.status()).isZero();
        assertThat(ended.err()).doesNotContain("no line has");
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
