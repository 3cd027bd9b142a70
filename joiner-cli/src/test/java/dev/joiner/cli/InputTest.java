package dev.joiner.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.joiner.cli.Cli.Ended;
import dev.joiner.cli.Cli.Running;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs that are not plain lines of JSON. */
class InputTest {
    private static final String A = "{\"id\":1,\"a\":1}\n";
    private static final String B = "{\"id\":1,\"b\":2}\n";
    private static final String JOINED = "{\"id\":1,\"a\":1,\"b\":2}\n";

    @TempDir
    private Path folder;

    private static Ended join(byte[] input, String... args) {
        List<String> all = new ArrayList<>(List.of("join", "--key", "id", "--require", "a,b"));
        all.addAll(Arrays.asList(args));
        return Cli.run(input, all.toArray(String[]::new));
    }

    private static Ended join(String input, String... args) {
        return join(input.getBytes(UTF_8), args);
    }

    @Nested
    class Gzip {
        @Test
        void isReadAsWhatItIsMadeFrom() throws IOException {
            Path file = Files.write(folder.resolve("lines"), gzip(A + B)); // whatever its name is

            assertThat(join("", file.toString()).out()).isEqualTo(JOINED);
            assertThat(join(gzip(A + B)).out()).isEqualTo(JOINED);
            assertThat(join(gzip("[" + A + "," + B + "]")).out()).isEqualTo(JOINED);
        }

        @Test
        void isReadToTheEndOfItsLastPart() throws IOException {
            ByteArrayOutputStream parts = new ByteArrayOutputStream();
            parts.writeBytes(gzip(A));
            parts.writeBytes(gzip(B));

            assertThat(join(parts.toByteArray()).out()).isEqualTo(JOINED);
            assertThat(Cli.run(
                                    neverAvailable(parts.toByteArray()),
                                    new ByteArrayOutputStream(),
                                    "join",
                                    "--key=id",
                                    "--require=a,b")
                            .out())
                    .isEqualTo(JOINED);
        }

        @Test
        void thatIsCutOffFailsBehindWhatCouldBeRead() throws IOException {
            byte[] whole = gzip(JOINED + A.repeat(1000));

            Ended ended = join(Arrays.copyOf(whole, whole.length - 8));

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.out()).isEqualTo(JOINED);
            assertThat(ended.err()).contains("joiner: <stdin>: is cut off, as its gzip has no end\n");
        }

        @Test
        void inAPipeIsReadAsItComes() throws IOException {
            try (Running join = new Running("join", "--key", "id", "--require", "a,b")) {
                try (GZIPOutputStream zipped = new GZIPOutputStream(join.keyboard(), 512, true)) {
                    zipped.write((A + B).getBytes(UTF_8));
                    zipped.flush();
                    join.awaitOut(JOINED);
                    zipped.write(JOINED.getBytes(UTF_8));
                }
                assertThat(join.awaitEnd().out()).isEqualTo(JOINED.repeat(2));
            }
        }

        private byte[] gzip(String text) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream zipped = new GZIPOutputStream(bytes)) {
                zipped.write(text.getBytes(UTF_8));
            }
            return bytes.toByteArray();
        }

        private static InputStream neverAvailable(byte[] bytes) {
            return new java.io.ByteArrayInputStream(bytes) {
                @Override
                public synchronized int available() {
                    return 0;
                }
            };
        }
    }

    @Nested
    class Array {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[{\"id\":1,\"a\":1},{\"id\":1,\"b\":2}]",
                    "\ufeff \n [ {\"id\":1,\n\"a\":1}\n , {\"id\":1,\"b\":2} \n ] \n",
                    "[{\"id\":1,\"a\":1}]\n[{\"id\":1,\"b\":2}]",
                    "[{\"id\":1,\"a\":1}][][{\"id\":1,\"b\":2}]\n",
                    "[{\"id\":1,\"a\":1}]\n{\"id\":1,\"b\":2}\n"
                })
        void elementsAreWhatLinesAre(String input) {
            Ended ended = join(input);

            assertThat(ended.status()).as(ended.err()).isZero();
            assertThat(ended.out()).isEqualTo(JOINED);
        }

        @Test
        void bracketsAndCommasInTextsEndNothing() {
            String text = "\"]},[{\\\"\\\\\"";

            assertThat(join("[{\"id\":" + text + ",\"a\":[[1],{}],\"b\":2}]").out())
                    .isEqualTo("{\"id\":" + text + ",\"a\":[[1],{}],\"b\":2}\n");
        }

        @Test
        void badElementIsRejectedAlone() {
            Ended ended = join("[" + A + ",7,{\"id\":1,,}," + B + "]");

            assertThat(ended.status()).isEqualTo(3);
            assertThat(ended.out()).isEqualTo(JOINED);
            assertThat(ended.errLines().get(0)).isEqualTo("joiner: <stdin>:2: no JSON object, but a number");
            assertThat(ended.errLines().get(1)).startsWith("joiner: <stdin>:3: no JSON object: Unexpected character");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[{\"id\":1,\"a\":1,\"b\":2}",
                    "[{\"id\":1,\"a\":1,\"b\":2},\n",
                    "[{\"id\":1,\"a\":1,\"b\":2}, \"x"
                })
        void thatHasNoEndIsTold(String input) {
            Ended ended = join(input);

            assertThat(ended.status()).isEqualTo(3);
            assertThat(ended.out()).isEqualTo(JOINED);
            assertThat(ended.err()).contains("the input ends in the middle of a JSON array");
        }

        @Test
        void isNotHeldInMemory() {
            long elements = 300_000; // each of 1 KB: more than what the test may have
            InputStream array = new InputStream() {
                private final byte[] element =
                        (",{\"id\":1,\"a\":1,\"b\":\"" + "x".repeat(1000) + "\"}").getBytes(UTF_8);
                private long left = elements;
                private int at = -1;

                @Override
                public int read() {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0];
                }

                @Override
                public int read(byte[] bytes, int offset, int length) {
                    if (left == 0) {
                        left--;
                        bytes[offset] = ']';
                        return 1;
                    }
                    if (left < 0) {
                        return -1;
                    }
                    if (at < 0) {
                        bytes[offset] = '[';
                        at = 1;
                        return 1;
                    }
                    int count = Math.min(length, element.length - at);
                    System.arraycopy(element, at, bytes, offset, count);
                    at += count;
                    if (at == element.length) {
                        at = 0;
                        left--;
                    }
                    return count;
                }
            };
            long[] lines = {0};
            OutputStream counted = new OutputStream() {
                @Override
                public void write(int b) {
                    lines[0] += b == '\n' ? 1 : 0;
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    for (int i = offset; i < offset + length; i++) {
                        write(bytes[i]);
                    }
                }
            };

            Ended ended = Cli.run(array, counted, "join", "--key=id", "--require=a,b");

            assertThat(ended.status()).as(ended.err()).isZero();
            assertThat(lines[0]).isEqualTo(elements);
        }

        @Test
        void inAPipeIsReadAsItComes() throws IOException {
            try (Running join = new Running("join", "--key", "id", "--require", "a,b")) {
                join.type("[" + A + "," + B + ",");
                join.awaitOut(JOINED);
            }
        }
    }

    @Nested
    class Csv {
        @Test
        void rowsAreObjectsOfTexts() {
            Ended ended = join("id,a,b\n007,1,\n007,,\"x,\"\"y\"\"\nz\"\n", "--csv");

            assertThat(ended.status()).as(ended.err()).isZero();
            assertThat(ended.out()).isEqualTo("{\"id\":\"007\",\"a\":\"1\",\"b\":\"x,\\\"y\\\"\\nz\"}\n");
        }

        @Test
        void cellsMayBeApartBySomethingElse() {
            assertThat(join("\ufeffid;a;b\r\n1;1;2\r\n", "--csv", "--delimiter", ";")
                            .out())
                    .isEqualTo("{\"id\":\"1\",\"a\":\"1\",\"b\":\"2\"}\n");
            assertThat(join("id\ta\tb\n1\t1\t2", "--csv", "--delimiter", "\\t").out())
                    .isEqualTo("{\"id\":\"1\",\"a\":\"1\",\"b\":\"2\"}\n");
        }

        @Test
        void rowWithAQuoteThatIsNotClosedIsRejectedOnce() {
            Ended ended = Cli.run("id,a\n1,\"x\n2,y\n", "join", "--key", "id", "--require", "a", "--csv");

            assertThat(ended.err())
                    .startsWith("joiner: <stdin>:2: the input ends in the middle of a quoted cell\n")
                    .contains(" 1 rejected")
                    .doesNotContain("no row of a table");
        }

        @Test
        void quoteInTheMiddleOfACellIsAQuote() {
            assertThat(join("id,a,b\n1,5\" pipe,2\n2,1,2\n", "--csv").outLines())
                    .containsExactly(
                            "{\"id\":\"1\",\"a\":\"5\\\" pipe\",\"b\":\"2\"}",
                            "{\"id\":\"2\",\"a\":\"1\",\"b\":\"2\"}");
        }

        @Test
        void eachFileHasItsOwnHead() throws IOException {
            Path one = Files.writeString(folder.resolve("one.csv"), "id,a\n1,1\n");
            Path two = Files.writeString(folder.resolve("two.csv"), "b,id\n2,1\n");

            assertThat(join("", "--csv", one.toString(), two.toString()).out())
                    .isEqualTo("{\"id\":\"1\",\"a\":\"1\",\"b\":\"2\"}\n");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1,2", "1,1,2,3", "1,1,\"2"})
        void badRowIsRejectedAlone(String row) {
            Ended ended = join("id,a,b\n1,1,2\n" + row, "--csv");

            assertThat(ended.status()).isEqualTo(3);
            assertThat(ended.outLines()).startsWith("{\"id\":\"1\",\"a\":\"1\",\"b\":\"2\"}");
            assertThat(ended.errLines().get(0)).startsWith("joiner: <stdin>:3: ");
        }

        @ParameterizedTest
        @ValueSource(strings = {"id,,b\n1,1,1\n", "id,a,a\n1,1,1\n"})
        void headThatCannotBeUsedFailsTheInput(String input) {
            Ended ended = join(input, "--csv");

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.errLines().get(0)).startsWith("joiner: <stdin>: the first line ");
        }

        @Test
        void withoutTheOptionIsHintedAt() {
            assertThat(join("id,a,b\n1,1,2\n").err()).contains("joiner: this looks like CSV, which --csv reads\n");
        }
    }

    static Stream<Arguments> hints() {
        return Stream.of(
                arguments("{\"id\":\"é\"}\n".repeat(5).getBytes(ISO_8859_1), "in another encoding than UTF-8", 4),
                arguments("{\"id\":1}\n".repeat(5).getBytes(UTF_16LE), "seems to be UTF-16", 4),
                arguments("{\n\"id\":1\n}\n{\n\"id\":1\n}\n".getBytes(UTF_8), "jq -c", 1),
                arguments(new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, '\n', (byte) 0xFF}, "zstd -dc", 0),
                arguments(new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0}, "xz -dc", 0),
                arguments(new byte[] {'B', 'Z', 'h', '9', (byte) 0xFF}, "bzip2 -dc", 0),
                arguments(new byte[] {'P', 'K', 3, 4, (byte) 0xFF}, "unzip -p", 0));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("hints")
    void whatIsWrongWithTheWholeInputIsToldOnce(byte[] input, String hint, int untold) {
        Ended ended = join(input);

        assertThat(ended.errLines().stream().filter(line -> line.contains(hint)))
                .hasSize(1);
        if (untold > 0) {
            assertThat(ended.err())
                    .contains("rejected for the same reason: " + untold + " more (--rejected-to FILE would keep them)");
        }
    }

    @Test
    void lineTooLongIsToldItsLimit() {
        Ended ended = join(A + "{\"id\":1,\"c\":\"" + "x".repeat(3000) + "\"}\n" + B, "--max-line", "2k");

        assertThat(ended.status()).isEqualTo(3);
        assertThat(ended.out()).isEqualTo(JOINED);
        assertThat(ended.errLines().get(0))
                .isEqualTo("joiner: <stdin>:2: the line is too long: more than 2k (--max-line)");
    }

    @Test
    void longLineIsReadIfItMayBeLong() {
        String text = "x".repeat(21 << 20);

        assertThat(join("{\"id\":1,\"a\":1,\"b\":\"" + text + "\"}\n", "--max-line", "32m")
                        .out())
                .contains(text);
    }

    @Test
    void fileThatIsReadIsNoOutput() throws IOException {
        Path file = Files.writeString(folder.resolve("lines.jsonl"), A);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);

        for (String option : List.of("--expired-to", "--late-to", "--rejected-to")) {
            Ended ended = join("", option, link.toString(), "--remember", "1h", file.toString());

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err()).startsWith("joiner: " + option + ": " + link + " is also read: " + file + "\n");
            assertThat(file).hasContent(A);
        }
    }
}
