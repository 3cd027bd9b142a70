package dev.joiner.cli;

/**
 * The ends of lines; or of the elements, if an array is what the input begins with.
 *
 * <p>Only brackets and quotes count inside of an array: what an element is worth, its parser says. Behind an array another
 * one may follow, as pages of an answer do, or lines.
 */
final class JsonBoundary implements Boundary {
    private enum Place {
        /** Nothing but blanks so far. */
        START,
        /** Among lines, for good. */
        LINES,
        ARRAY,
        TEXT_IN_ARRAY,
        /** Nothing but blanks since an array. */
        AFTER_ARRAY,
        LINE_AFTER_ARRAY
    }

    private Place place = Place.START;
    private int depth;
    private boolean isEscaped;
    private long number;

    @Override
    public int find(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = buffer[i];
            if (place == Place.LINES ? b == '\n' : endsAt(b)) {
                if (place == Place.LINES) {
                    number++;
                }
                return i;
            }
        }
        return -1;
    }

    private boolean endsAt(byte b) {
        return switch (place) {
            case START -> endsAtStart(b);
            case ARRAY -> endsInArray(b);
            case TEXT_IN_ARRAY -> {
                goOnInText(b);
                yield false;
            }
            case AFTER_ARRAY -> endsAfterArray(b);
            case LINES, LINE_AFTER_ARRAY -> endsLine(b);
        };
    }

    private boolean endsAtStart(byte b) {
        if (b == '[') {
            place = Place.ARRAY;
            number = 0;
            return true; // what stands before it is a piece of its own, and blank
        }
        if (b == '\n') {
            number++;
            return true;
        }
        if (!isBlank(b) && !isOfByteOrderMark(b)) {
            place = Place.LINES;
        }
        return false;
    }

    private boolean endsInArray(byte b) {
        if (b == '"') {
            place = Place.TEXT_IN_ARRAY;
        } else if (b == '[' || b == '{') {
            depth++;
        } else if (depth > 0 && (b == ']' || b == '}')) {
            depth--;
        } else if (depth == 0 && (b == ',' || b == ']')) {
            number++;
            place = b == ',' ? Place.ARRAY : Place.AFTER_ARRAY;
            return true;
        }
        return false;
    }

    private void goOnInText(byte b) {
        if (isEscaped) {
            isEscaped = false;
        } else if (b == '\\') {
            isEscaped = true;
        } else if (b == '"') {
            place = Place.ARRAY;
        }
    }

    private boolean endsAfterArray(byte b) {
        if (b == '[') {
            place = Place.ARRAY;
            return true;
        }
        if (!isBlank(b)) {
            place = b == '\n' ? Place.AFTER_ARRAY : Place.LINE_AFTER_ARRAY;
        }
        return b == '\n';
    }

    private boolean endsLine(byte b) {
        if (b != '\n') {
            return false;
        }
        number++;
        place = Place.AFTER_ARRAY;
        return true;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    private static boolean isOfByteOrderMark(byte b) {
        return b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
    }

    @Override
    public void endOfInput() {
        number++;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String cutOff() {
        return place == Place.ARRAY || place == Place.TEXT_IN_ARRAY ? "a JSON array" : "";
    }
}
