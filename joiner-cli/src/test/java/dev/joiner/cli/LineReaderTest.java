package dev.joiner.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {

    @Test
    void lastLineNeedsNoEnd() throws IOException {
        assertThat(lines("a\nb", 10)).containsExactly("1:a", "2:b");
        assertThat(lines("a\nb\n", 10)).containsExactly("1:a", "2:b");
        assertThat(lines("\n\na", 10)).containsExactly("1:", "2:", "3:a");
        assertThat(lines("", 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100_000})
    void linesAreTheSameHoweverTheyArrive(int atOnce) throws IOException {
        StringBuilder text = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 1; i < 400; i++) {
            String line = "x".repeat(i * 3 % 1000);
            text.append(line).append('\n');
            expected.add(i + ":" + line);
        }

        assertThat(lines(text.toString(), 1000, atOnce)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100_000, 1_000_000})
    void lineOfAnyLengthUpToTheLimitIsReadWhole(int length) throws IOException {
        String line = "y".repeat(length);

        assertThat(lines("a\n" + line + "\nb\n", length)).containsExactly("1:a", "2:" + line, "3:b");
    }

    @ParameterizedTest
    @ValueSource(ints = {2001, 70_000, 1_000_000})
    void ofLineTooLongTheBeginningIsKept(int length) throws IOException {
        String line = "y".repeat(length);

        assertThat(lines("a\n" + line + "\nb\n", 2000)).containsExactly("1:a", "2:too long:" + "y".repeat(1000), "3:b");
        assertThat(lines(line, 2000)).containsExactly("1:too long:" + "y".repeat(1000));
    }

    @Test
    void isReadyOnlyForWholeLines() throws IOException {
        PipedOutputStream out = new PipedOutputStream();
        LineReader reader = new LineReader(new PipedInputStream(out), 100, new JsonBoundary());

        assertThat(reader.isReady()).isFalse();
        out.write("a\nb".getBytes(UTF_8));
        assertThat(reader.isReady()).isTrue();
        assertThat(reader.next()).isTrue();
        assertThat(reader.isReady()).isFalse();
        out.write('\n');
        assertThat(reader.isReady()).isTrue();
    }

    private static List<String> lines(String text, int longest) throws IOException {
        return lines(text, longest, Integer.MAX_VALUE);
    }

    private static List<String> lines(String text, int longest, int atOnce) throws IOException {
        InputStream in = new ByteArrayInputStream(text.getBytes(UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, atOnce));
            }
        };
        LineReader reader = new LineReader(in, longest, new JsonBoundary());
        List<String> lines = new ArrayList<>();
        while (reader.next()) {
            lines.add(reader.number() + ":" + (reader.isTooLong() ? "too long:" : "") + UTF_8.decode(reader.line()));
        }
        return lines;
    }
}
