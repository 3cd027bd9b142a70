package dev.joiner.console;

import java.io.Writer;

/** The beginning of a text, and how long the whole of it is. Holds no more than that beginning. */
final class CutText extends Writer {
    private final StringBuilder beginning = new StringBuilder();
    private final int limit;
    private long length;

    /** @param limit in characters */
    CutText(int limit) {
        this.limit = limit;
    }

    @Override
    public void write(char[] chars, int offset, int count) {
        length += count;
        beginning.append(chars, offset, Math.min(count, limit - beginning.length()));
    }

    /** How long the text is, with what was cut off. */
    long length() {
        return length;
    }

    /** The beginning; does not end within a pair of surrogates. */
    String beginning() {
        int end = beginning.length();
        boolean endsWithinPair = end < length && end > 0 && Character.isHighSurrogate(beginning.charAt(end - 1));
        return beginning.substring(0, endsWithinPair ? end - 1 : end);
    }

    /** The beginning of a text that is there as a whole. */
    static String beginning(String text, int limit) {
        CutText cut = new CutText(limit);
        cut.write(text.toCharArray(), 0, text.length());
        return cut.beginning();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
