package dev.joiner.cli;

/** Text that does to a terminal nothing but what it says: no moved cursor, no reversed direction, no other line. */
final class Printable {
    private Printable() {}

    /** The text with escapes for all that is not shown but does something. */
    static String text(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isHarmless(c)) {
                printable.appendCodePoint(c);
            } else {
                printable.append(escape(c));
            }
        });
        return printable.toString();
    }

    static String escape(int c) {
        return String.format("\\u%04x", c);
    }

    /** Whether the character only shows: no control, no separator of lines, no direction. */
    static boolean isHarmless(int c) {
        return !(Character.isISOControl(c)
                || c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || (c >= 0x2028 && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069));
    }
}
