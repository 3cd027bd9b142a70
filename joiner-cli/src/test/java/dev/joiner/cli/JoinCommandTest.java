package dev.joiner.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.joiner.cli.Cli.Ended;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JoinCommandTest {
    private static final String A = "{\"id\":1,\"a\":1}\n";
    private static final String B = "{\"id\":1,\"b\":2}\n";
    private static final String JOINED = "{\"id\":1,\"a\":1,\"b\":2}\n";

    @TempDir
    private Path folder;

    @Test
    void linesOfOneKeyAreJoinedOnceTheyAreWhole() {
        Ended ended = join(A + "{\"id\":2,\"a\":3}\n" + B + "{\"id\":2,\"b\":4}\n");

        assertThat(ended.status()).isZero();
        assertThat(ended.out()).isEqualTo(JOINED + "{\"id\":2,\"a\":3,\"b\":4}\n");
        assertThat(ended.errLines())
                .containsExactly("joiner: 4 lines in 0.0 s: 2 joined, 0 waiting, 0 expired, 0 late, 0 duplicate,"
                        + " 0 rejected");
    }

    @Test
    void lineThatIsWholeNeedsNoOther() {
        assertThat(join(JOINED).out()).isEqualTo(JOINED);
    }

    @Test
    void objectsMergeDeeply() {
        Ended ended = run("""
                {"o":{"id":1,"x":{"y":1}},"l":[1,2]}
                {"o":{"id":1,"x":{"z":null}},"l":[3]}
                {"o":{"id":1,"x":{"z":2}}}
                """, "join", "--key", "o.id", "--require", "o.x.z");

        assertThat(ended.out()).isEqualTo("{\"o\":{\"id\":1,\"x\":{\"y\":1,\"z\":2}},\"l\":[3]}\n");
    }

    @Test
    void fieldsMayHaveDotsAndCommasInTheirNames() {
        Ended ended = run(
                "{\"order.id\":7,\"a,b\":1}\n{\"order.id\":7,\"c\\\\d\":{\"e\":2}}\n",
                "join",
                "--key",
                "order\\.id",
                "--require",
                "a\\,b,c\\\\d.e");

        assertThat(ended.outLines()).containsExactly("{\"order.id\":7,\"a,b\":1,\"c\\\\d\":{\"e\":2}}");
    }

    @Test
    void requireMayBeGivenSeveralTimes() {
        Ended ended = run(A + B, "join", "--key", "id", "--require", "a", "--require=b");

        assertThat(ended.out()).isEqualTo(JOINED);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {"1|\"1\"", "true|\"true\"", "1.50|\"1.50\"", "-7|-7"})
    void keysThatReadTheSameAreTheSame(String one, String two) {
        Ended ended = join("{\"id\":" + one + ",\"a\":1}\n{\"id\":" + two + ",\"b\":2}\n");

        assertThat(ended.outLines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {"1|1.0", "\"a\"|\"A\"", "\"a\"|\"a \"", "\"é\"|\"e\u0301\""})
    void keysThatReadDifferentlyAreDifferent(String one, String two) {
        Ended ended = join("{\"id\":" + one + ",\"a\":1}\n{\"id\":" + two + ",\"b\":2}\n");

        assertThat(ended.outLines()).isEmpty();
        assertThat(ended.summary()).contains("2 waiting");
    }

    @Test
    void numbersKeepTheirDigits() {
        String numbers = "\"a\":59.90,\"b\":[123456789012345678901234567890,1E-400,0.10000000000000000001]}\n";

        assertThat(join("{\"id\":1," + numbers).out()).isEqualTo("{\"id\":1," + numbers);
    }

    @Test
    void anyTextGoesThroughAsUtf8() {
        String line = "{\"id\":\"Zürich 日本 😀\",\"a\":\"\\u0001\",\"b\":2}\n";

        assertThat(join(line).out()).isEqualTo(line);
    }

    @Test
    void lineThatComesAgainCountsOnce() {
        String first = "{\"id\":1,\"event\":\"e1\",\"n\":1}\n";
        String second = "{\"id\":1,\"event\":\"e2\",\"a\":1,\"b\":2}\n";

        Ended ended = join(first + first + second + second, "--id", "event", "--remember", "1h");

        assertThat(ended.outLines()).hasSize(1);
        assertThat(ended.summary()).contains("4 lines", "1 joined", "0 waiting", "2 duplicate");
    }

    @Test
    void withoutRememberLineThatComesAfterItsJoinBeginsAnother() {
        Ended ended = join(A + B + B);

        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.summary()).contains("1 waiting", "0 late");
    }

    @Test
    void withRememberLineThatComesAfterItsJoinIsLate() throws IOException {
        Path late = folder.resolve("late.jsonl");

        Ended ended = join(A + B + B, "--remember", "1h", "--late-to", late.toString());

        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.summary()).contains("0 waiting", "1 late");
        assertThat(late).hasContent(B);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n \n\t\r\n", "\r\n", ""})
    void blankLinesAreIgnored(String blank) {
        Ended ended = join(blank + A + blank + B + blank);

        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.status()).isZero();
        assertThat(ended.summary()).contains("2 lines", "0 rejected");
    }

    /** A key that is misspelt is missing everywhere. */
    @Test
    void whatIsWrongWithManyLinesIsToldAFewTimes() {
        Ended ended = join("{\"x\":1}\n".repeat(500) + "nonsense\n" + A + B);

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.errLines())
                .filteredOn(line -> line.contains("no key: id is missing"))
                .hasSize(11);
        assertThat(ended.err())
                .contains(
                        "<stdin>:10: no key: id is missing\n",
                        "only counted (--rejected-to FILE would keep them): no key: id is missing\n",
                        "<stdin>:501: no JSON object",
                        "rejected for the same reason: 490 more",
                        "501 rejected");
    }

    @Test
    void linesMayEndAsOnWindowsOrNotAtAll() {
        assertThat(join((A + B).replace("\n", "\r\n")).out()).isEqualTo(JOINED);
        assertThat(join((A + B).stripTrailing()).out()).isEqualTo(JOINED);
        assertThat(join("\ufeff" + A + B).out()).isEqualTo(JOINED);
    }

    static Stream<Arguments> rejected() {
        return Stream.of(
                arguments(
                        "{\"id\":1",
                        "no JSON object: Unexpected end-of-input: expected close marker for Object (column"),
                arguments("nonsense", "no JSON object: Unrecognized token 'nonsense'"),
                arguments("[1]", "no JSON object, but an array"),
                arguments("1", "no JSON object, but a number"),
                arguments("\"text\"", "no JSON object, but a text"),
                arguments("null", "no JSON object, but null"),
                arguments("{\"id\":1}}", "no JSON object: Unexpected close marker '}'"),
                arguments("{\"id\":1}{\"id\":2}", "something follows the JSON object"),
                arguments("{\"id\":1} x", "no JSON object: Unrecognized token 'x'"),
                arguments("{\"id\":1,\"a\":2,\"a\":3}", "no JSON object: Duplicate field 'a' (column"),
                arguments("{'id':1}", "no JSON object: Unexpected character"),
                arguments("{\"id\":1,\"a\":NaN}", "no JSON object: Non-standard token 'NaN' (column"),
                arguments("{\"id\":1,\"a\":1e99999999999}", "no JSON object: "),
                arguments(
                        "{\"id\":1,\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}",
                        "no JSON object: Document nesting"),
                arguments("{\"id\":1,\"a\":\"\\ud800\"}", "an unpaired surrogate, which UTF-8 cannot write"),
                arguments("{\"id\":1,\"\\uD800\":1}", "no JSON object: "),
                arguments("{\"id\":1,\"\\uDC00\":1}", "no JSON object: Unexpected low surrogate"),
                arguments("{\"id\":1,\"a\":[{\"b\":\"\\udc00\\ud800\"}]}", "an unpaired surrogate"),
                arguments("{\"id\":1,\"a\":\"\\uD83D\"}", "an unpaired surrogate"),
                arguments("{\"id\":1,\"a\":\"\\uDE00\"}", "an unpaired surrogate"),
                arguments("{\"x\":1}", "no key: id is missing"),
                arguments("{\"id\":null}", "no key: id is null"),
                arguments("{\"id\":{}}", "no key: id is an object, not a value"),
                arguments("{\"id\":[1]}", "no key: id is an array, not a value"),
                arguments("{\"id\":\"\"}", "key id is empty"),
                arguments("{\"id\":\"" + "é".repeat(251) + "\"}", "key id is 502 bytes of UTF-8, the limit is 500"),
                arguments("{\"id\":\"\\u0000\"}", "key id contains U+0000"),
                arguments("\u0000{\"id\":1}", "no JSON object"),
                arguments("{\"id\":1,\"a\":\"\u0007\"}", "no JSON object: Illegal unquoted character"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("rejected")
    void badLineIsReportedAndLeftOut(String bad, String reason) {
        Ended ended = join(A + "\n" + bad + "\n" + B);

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.errLines()).hasSize(2);
        assertThat(ended.errLines().get(0)).startsWith("joiner: <stdin>:3: " + reason);
        assertThat(ended.summary()).contains("3 lines", "1 joined", "1 rejected");
    }

    static Stream<byte[]> notUtf8() {
        return Stream.of(
                "é".getBytes(ISO_8859_1), // another encoding
                new byte[] {(byte) 0xC0, (byte) 0x80}, // a form that is too long
                new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate
                new byte[] {(byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80}, // beyond Unicode
                new byte[] {(byte) 0xE2, (byte) 0x82}); // the end is missing
    }

    @ParameterizedTest
    @MethodSource("notUtf8")
    void lineThatIsNoUtf8IsRejected(byte[] bytes) {
        Ended ended = join(bytes(A, "{\"id\":\"", bytes, "\"}\n", B));

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.errLines().get(0)).isEqualTo("joiner: <stdin>:2: no UTF-8 at byte 8");
    }

    @Test
    void utf16IsNotGuessedAt() {
        Ended ended = join(A.getBytes(UTF_16LE));

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.summary()).contains("0 joined, 0 waiting");
    }

    @Test
    void lineWithoutIdIsRejectedWhereIdsAreAskedFor() {
        Ended ended = join(A, "--id", "event");

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.errLines().get(0)).isEqualTo("joiner: <stdin>:1: no id: event is missing");
    }

    @Test
    void lineTooLongIsRejectedAndKeepsNoMemory() throws IOException {
        Path rejected = folder.resolve("rejected.jsonl");
        String tooLong = "{\"id\":\"" + "x".repeat(17 << 20) + "\"}\n";

        Ended ended = join(A + tooLong + B, "--rejected-to", rejected.toString());

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(Files.readString(rejected)).hasSizeLessThan(2000).contains("the line is too long");
    }

    @Test
    void longLineIsJoined() {
        String text = "x".repeat(5 << 20);

        assertThat(join("{\"id\":1,\"a\":\"" + text + "\"}\n" + B).out()).contains(text);
    }

    @Test
    void rejectedLinesGoToTheirFileAsTheyWere() throws IOException {
        Path rejected = folder.resolve("rejected.jsonl");
        Files.writeString(rejected, "{\"before\":1}\n");

        Ended ended = join("no \"JSON\" \t\r\n" + A, "--rejected-to", rejected.toString());

        assertThat(ended.status()).isEqualTo(4);
        assertThat(ended.errLines()).noneMatch(line -> line.contains("<stdin>"));
        List<String> lines = Files.readAllLines(rejected);
        assertThat(lines).hasSize(2);
        JsonNode line = Json.MAPPER.readTree(lines.get(1));
        assertThat(line.get("file").textValue()).isEqualTo("<stdin>");
        assertThat(line.get("line").intValue()).isEqualTo(1);
        assertThat(line.get("reason").textValue()).startsWith("no JSON object: ");
        assertThat(line.get("text").textValue()).isEqualTo("no \"JSON\"");
    }

    @Test
    void whatTheInputSaysDoesNotMoveTheTerminal() {
        Ended ended = join("{\"id\":\"\\u0000\\u001b[2J\\n\"}\n");

        assertThat(ended.errLines().get(0)).contains("\\u001b[2J\\u000a").doesNotContain("\u001b");
    }

    @Test
    void filesAreReadOneAfterTheOther() throws IOException {
        Path one = Files.writeString(folder.resolve("one.jsonl"), "bad\n" + A.stripTrailing());
        Path two = Files.writeString(folder.resolve("two.jsonl"), "\ufeff" + B + "bad\n");

        Ended ended = join("", one.toString(), two.toString());

        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.errLines().get(0)).startsWith("joiner: " + one + ":1: ");
        assertThat(ended.errLines().get(1)).startsWith("joiner: " + two + ":2: ");
    }

    @Test
    void hyphenIsStandardInput() throws IOException {
        Path two = Files.writeString(folder.resolve("two.jsonl"), B);

        assertThat(join(A, "-", two.toString()).out()).isEqualTo(JOINED);
    }

    @Test
    void fileThatCannotBeReadIsToldBeforeAnythingIsJoined() throws IOException {
        Path one = Files.writeString(folder.resolve("one.jsonl"), JOINED);

        for (Path wrong : List.of(folder.resolve("none.jsonl"), folder)) {
            Ended ended = join("", one.toString(), wrong.toString());

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).startsWith("joiner: " + wrong + " (").hasLineCount(1);
        }
    }

    @Test
    void fileThatCannotBeWrittenIsToldBeforeAnythingIsJoined() {
        for (String option : List.of("--expired-to", "--rejected-to", "--late-to")) {
            Ended ended = join(JOINED, option, folder.toString(), "--remember", "1h");

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err())
                    .startsWith("joiner: " + option + ": " + folder)
                    .hasLineCount(1);
        }
    }

    @Test
    void openJoinsOfStoreInMemoryAreNamedAtTheEnd() {
        StringBuilder input = new StringBuilder();
        for (int i = 1; i <= 7; i++) {
            input.append("{\"id\":\"k").append(i).append("\",\"a\":1}\n");
        }

        Ended ended = join(input.toString());

        assertThat(ended.status()).isEqualTo(4);
        assertThat(ended.errLines()).hasSize(9);
        assertThat(ended.errLines().get(0))
                .isEqualTo("joiner: lost, as they still waited: 7 (--expired-to FILE would keep them)");
        assertThat(ended.errLines().get(1)).matches("joiner: {3}k[1-7] \\(missing b\\)");
        assertThat(ended.errLines().get(6)).isEqualTo("joiner:   and 2 more");
        assertThat(ended.errLines().get(7)).isEqualTo("joiner: --require: no line has b");
        assertThat(ended.summary()).contains("7 waiting");
    }

    @Test
    void openJoinsOfStoreInMemoryAreKeptInTheFile() throws IOException {
        Path expired = folder.resolve("expired.jsonl");

        Ended ended = join(A + "{\"id\":2,\"b\":1}\n", "--expired-to", expired.toString());

        assertThat(ended.status()).isZero();
        assertThat(Files.readAllLines(expired)).containsExactlyInAnyOrder(A.stripTrailing(), "{\"id\":2,\"b\":1}");
        assertThat(ended.err()).contains("still waiting, and written to the file of --expired-to: 2");
        assertThat(join(Files.readString(expired) + B).out()).isEqualTo(JOINED);
    }

    @Test
    void allOpenJoinsAreKeptHoweverManyThereAre() throws IOException {
        Path expired = folder.resolve("expired.jsonl");
        List<String> open = IntStream.rangeClosed(1, 1001)
                .mapToObj(i -> "{\"id\":" + i + ",\"a\":1}")
                .toList();

        Ended ended = join(String.join("\n", open), "--expired-to", expired.toString());

        assertThat(Files.readAllLines(expired)).containsExactlyInAnyOrderElementsOf(open);
        assertThat(ended.summary()).contains("1001 waiting");
    }

    @Test
    void joinsWhoseOutputFailedAreKeptInTheFile() throws IOException {
        Path expired = folder.resolve("expired.jsonl");
        String large = "{\"id\":1,\"a\":1,\"b\":\"" + "x".repeat(100_000) + "\"}"; // more than the output's buffer

        Ended ended = Cli.run(
                ("{\"id\":2}\n" + large).getBytes(UTF_8),
                failing("No space left on device"),
                "join",
                "--key=id",
                "--require=a,b",
                "--expired-to=" + expired);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(Files.readAllLines(expired)).containsExactlyInAnyOrder("{\"id\":2}", large);
    }

    @Test
    void linesAreNotRejectedBecauseTheOutputFailed() throws IOException {
        Path rejected = folder.resolve("rejected.jsonl");

        Ended ended = Cli.run(
                JOINED.repeat(5).getBytes(UTF_8),
                failing("No space left on device"),
                "join",
                "--key=id",
                "--require=a,b",
                "--batch=1",
                "--rejected-to=" + rejected);

        assertThat(ended.status()).isEqualTo(1);
        assertThat(rejected).isEmptyFile();
        assertThat(ended.err()).contains("in doubt, as it failed there: <stdin>:1\n");
        assertThat(ended.summary()).contains("0 rejected");
    }

    @Test
    void inputThatFailsLeavesNothingInDoubt() throws IOException {
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream((A + B).getBytes(UTF_8)), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the cable is out");
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        return read();
                    }
                });
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Ended ended = Cli.run(broken, out, "join", "--key=id", "--require=a,b");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.err()).contains("<stdin>: the cable is out").doesNotContain("in doubt");
    }

    @Test
    void boundedStoreHandsOverWhatItEvicts() throws IOException {
        Path expired = folder.resolve("expired.jsonl");
        StringBuilder input = new StringBuilder();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            values.add("{\"id\":" + i + ",\"a\":1}");
            input.append(values.get(i)).append('\n');
        }

        Ended ended =
                join(input.toString(), "--store", "caffeine:?maximumSize=100", "--expired-to", expired.toString());

        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(Files.readAllLines(expired)).containsExactlyInAnyOrderElementsOf(values);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10_000})
    void batchesOfAnySizeGiveTheSame(int size) {
        String input = run("", "generate", "--joins", "200", "--duplicates", "0.1", "--incomplete", "0.1")
                .out();

        Ended ended = run(
                input,
                "join",
                "--key",
                "order.id",
                "--require",
                "order.total,payment,shipment",
                "--id",
                "event",
                "--remember",
                "1h",
                "--batch",
                String.valueOf(size));

        assertThat(ended.outLines()).hasSize(200).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"500", "2000"})
    void allLinesOfBatchMayHaveTheSameKeyAndBeWhole(String size) {
        Ended ended = join(JOINED.repeat(10_000), "--batch", size);

        assertThat(ended.status()).isZero();
        assertThat(ended.out()).isEqualTo(JOINED.repeat(10_000));
    }

    @Test
    void quietSaysNothingThatIsNotNeeded() {
        assertThat(join(A + B, "--quiet").err()).isEmpty();
        assertThat(join(A + "bad\n", "-q").errLines()).hasSize(3);
    }

    @Test
    void progressGivesWayToMessages() {
        List<Instant> clock = new ArrayList<>(List.of(Cli.START));
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        Ended ended = Cli.run(
                (A + B + "bad\n").getBytes(UTF_8),
                out,
                true,
                () -> {
                    synchronized (clock) {
                        clock.set(0, clock.get(0).plusSeconds(1));
                        return clock.get(0);
                    }
                },
                "join",
                "--key",
                "id",
                "--require",
                "a,b",
                "--batch",
                "1");

        assertThat(out.toString(UTF_8)).isEqualTo(JOINED);
        assertThat(ended.err())
                .contains(
                        "\r\033[K1 lines, 0 joined", "\r\033[K2 lines, 1 joined, 0 lines/s\r\033[Kjoiner: <stdin>:3: ")
                .contains("\r\033[Kjoiner: 3 lines in ");
    }

    @Test
    void brokenPipeEndsQuietly() {
        Ended ended =
                Cli.run((A + B).getBytes(UTF_8), failing("Broken pipe"), "join", "--key", "id", "--require", "a,b");

        assertThat(ended.status()).isEqualTo(141);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void joinsThatABrokenPipeLeavesBehindAreKeptInTheFile() throws IOException {
        Path expired = folder.resolve("expired.jsonl");

        Ended ended = Cli.run(
                (A + B + "{\"id\":2}\n").getBytes(UTF_8),
                failing("Broken pipe"),
                "join",
                "--key=id",
                "--require=a,b",
                "--expired-to=" + expired);

        assertThat(ended.err()).isEmpty();
        assertThat(Files.readAllLines(expired)).contains("{\"id\":2}");
    }

    @Test
    void outputThatFailsIsTold() {
        Ended ended = Cli.run(
                (A + B).getBytes(UTF_8), failing("No space left on device"), "join", "--key", "id", "--require", "a,b");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errLines())
                .startsWith(
                        "joiner: No space left on device",
                        "joiner: in doubt, as it failed there: <stdin>:1 to <stdin>:2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "join --key id                                   | nothing says when an object is whole: --require, --count,",
                "join --require a                                | Missing required option: '--key=FIELDS'",
                "join --key a..b --require a                     | --key: an empty name in \"a..b\"",
                "join --key a,,b --require a                     | --key: an empty name in \"\"",
                "join --key a --require a --time x,y             | --time: names 2 fields, not one: x,y",
                "join --key a --count 0                          | --count is 0, must be at least 1",
                "join --key a --until level                      | --until: must be FIELD=VALUE, is level",
                "join --key a --idle 1s --merge b=add            | --merge: \"add\" is not one of newest, first, min,",
                "join --key a --idle 1s --merge b=min --merge b.c=max | --merge: b.c is inside of b",
                "join --key a --idle 1s --merge b=min --merge b=max | --merge: two operations for b",
                "join --key a --idle 1s --time t --store kept:   | --time needs a store in memory",
                "join --key a --starts-with b=c --store kept:    | --starts-with needs a store in memory",
                "join --key a --starts-with b=c --id d           | --starts-with and --id contradict each other",
                "join --key a --require a --delimiter ;          | --delimiter needs --csv",
                "join --key a --require a --csv --delimiter ab   | --delimiter is ab, must be one ASCII character",
                "join --key a --require a --max-line 2g          | Invalid value for option '--max-line': '2g' must be",
                "join --key a --require a --max-line x           | Invalid value for option '--max-line': 'x' is no size",
                "join --key a --require a --store rediss:x --sotre | Unknown option: '--sotre'",
                "join --sotre memory:                            | Unknown option: '--sotre'",
                "join --key a --require a,,b                     | --require: an empty name in \"a,,b\"",
                "join --key a --require a --id x.                | --id: an empty name in \"x.\"",
                "join --key a --require a --batch 0              | --batch is 0, must be from 1 to 10000",
                "join --key a --require a --batch x              | Invalid value for option '--batch'",
                "join --key a --require a --park-after 0         | --park-after is 0, must be at least 1",
                "join --key a --require a --lease 5              | Invalid value for option '--lease': '5' is not a duration",
                "join --key a --require a --expire-after 0s      | Invalid value for option '--expire-after': '0s' is no",
                "join --key a --require a --remember soon        | Invalid value for option '--remember': 'soon' is no",
                "join --key a --require a --sweep-every -1s      | Invalid value for option '--sweep-every': '-1s' is no",
                "join --key a --require a --store nowhere://p:w@h | --store: no store for nowhere:",
                "join --key a --require a --store joins          | --store: a store's URL begins with its scheme",
                "join --key a --require a --store memory:?x=1    | --store: ",
                "join --key a --require a --namespace=           | --namespace is blank",
                "join --key a --require a --unknown              | Unknown option: '--unknown'"
            })
    void wrongUsageIsNamed(String commandLine, String problem) {
        Ended ended = run(JOINED, commandLine.strip().split(" +"));

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).startsWith("joiner: " + problem).endsWith("joiner: see joiner join --help\n");
        assertThat(ended.err()).doesNotContain("p:w");
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }

    private static byte[] bytes(Object... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object part : parts) {
            bytes.writeBytes(
                    part instanceof byte[] array ? array : part.toString().getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private static Ended run(String input, String... args) {
        return Cli.run(input, args);
    }

    private static Ended join(String input, String... args) {
        return join(input.getBytes(UTF_8), args);
    }

    private static Ended join(byte[] input, String... args) {
        List<String> all = new ArrayList<>(List.of("join", "--key", "id", "--require", "a,b"));
        all.addAll(Arrays.asList(args));
        return Cli.run(input, all.toArray(String[]::new));
    }
}
