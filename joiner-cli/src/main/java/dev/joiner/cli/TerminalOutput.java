package dev.joiner.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes UTF-8 to a terminal, with the escapes of JSON for what would do something to it. In JSON it means the same.
 *
 * <p>Not thread-safe.
 */
final class TerminalOutput extends FilterOutputStream {
    /** A character that is not complete yet: none of those that are escaped is longer than three bytes. */
    private final byte[] begun = new byte[3];

    private int length;
    private int expected;

    TerminalOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        if (length == 0) {
            expected = expectedLength(b & 0xFF);
            if (expected == 1) {
                writeCharacter(b & 0xFF, b);
                return;
            }
        }
        begun[length++] = (byte) b;
        if (length == expected) {
            length = 0;
            int character = new String(begun, 0, expected, StandardCharsets.UTF_8).codePointAt(0);
            if (Printable.isHarmless(character)) {
                out.write(begun, 0, expected);
            } else {
                out.write(Printable.escape(character).getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private static int expectedLength(int first) {
        if (first >= 0xC2 && first <= 0xDF) {
            return 2;
        }
        return first >= 0xE0 && first <= 0xEF ? 3 : 1;
    }

    private void writeCharacter(int character, int b) throws IOException {
        if (character == '\n' || character == '\t' || character > 0x7F || Printable.isHarmless(character)) {
            out.write(b);
        } else {
            out.write(Printable.escape(character).getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        for (int i = offset; i < offset + count; i++) {
            write(bytes[i]);
        }
    }
}
