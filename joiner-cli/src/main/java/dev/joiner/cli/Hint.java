package dev.joiner.cli;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** What probably is wrong with a whole input of which one line after the other cannot be used. Told once. */
enum Hint {
    ENCODING("the text seems to be in another encoding than UTF-8; iconv -f ENCODING -t UTF-8 FILE converts it"),
    UTF_16("the text seems to be UTF-16; iconv -f UTF-16 -t UTF-8 FILE converts it"),
    ZSTD("the input is compressed; zstd -dc FILE | joiner join ... reads it"),
    XZ("the input is compressed; xz -dc FILE | joiner join ... reads it"),
    BZIP2("the input is compressed; bzip2 -dc FILE | joiner join ... reads it"),
    ZIP("the input is a ZIP archive; unzip -p FILE | joiner join ... reads it"),
    SEVERAL_LINES("an object has to stand on one line, or in an array; jq -c . FILE writes one line each"),
    TABLE("this looks like CSV, which --csv reads");

    private static final Pattern TABLE_HEAD = Pattern.compile("\"?[\\w .-]+\"?([,;\t]\"?[\\w .-]+\"?)+\r?");

    private final String text;

    Hint(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }

    /** What bytes may be that are no UTF-8. */
    static Hint ofBytes(ByteBuffer line) {
        if (startsWith(line, 0x28, 0xB5, 0x2F, 0xFD)) {
            return ZSTD;
        }
        if (startsWith(line, 0xFD, '7', 'z', 'X', 'Z')) {
            return XZ;
        }
        if (startsWith(line, 'B', 'Z', 'h')) {
            return BZIP2;
        }
        if (startsWith(line, 'P', 'K', 3, 4)) {
            return ZIP;
        }
        return isUtf16(line) ? UTF_16 : ENCODING;
    }

    /** Whether the text is that of UTF-16, which has a zero in each ASCII character. */
    static boolean isUtf16(ByteBuffer line) {
        return startsWith(line, 0xFF, 0xFE) || startsWith(line, 0xFE, 0xFF) || hasZeroInEachPair(line);
    }

    private static boolean hasZeroInEachPair(ByteBuffer line) {
        if (line.remaining() < 4) {
            return false;
        }
        int at = line.position();
        boolean isFirstZero = line.get(at) == 0;
        return isFirstZero != (line.get(at + 1) == 0)
                && isFirstZero == (line.get(at + 2) == 0)
                && isFirstZero != (line.get(at + 3) == 0);
    }

    private static boolean startsWith(ByteBuffer line, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (i == line.remaining() || line.get(line.position() + i) != (byte) bytes[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the line may be the head of a table. */
    static boolean isTableHead(CharSequence line) {
        return line.length() < 10_000 && TABLE_HEAD.matcher(line).matches();
    }
}
