package dev.joiner.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines, or whatever its boundary takes for one. Of a line that is too long it keeps the
 * beginning only, so that garbage without an end does not eat the heap.
 *
 * <p>The last line needs no end. Not thread-safe.
 */
final class LineReader {
    private static final int READ_AT_ONCE = 1 << 16;
    private static final int KEPT_OF_TOO_LONG = 1000;

    private final InputStream in;
    private final int longest;
    private final Boundary boundary;
    private byte[] buffer = new byte[READ_AT_ONCE];
    /** Where the next line begins. */
    private int from;
    /** The end of what has been read. */
    private int to;
    /** Up to here the boundary has looked. */
    private int searched;
    /** Where the line ends; -1 as long as that is not known. */
    private int end = -1;
    /** The beginning of the line that is being read, if that is too long. */
    private byte[] beginning = {};

    private boolean tooLong;
    private boolean isAtEnd;
    private ByteBuffer line = ByteBuffer.allocate(0);

    /** @param longest how many bytes a line may have, without its end */
    LineReader(InputStream in, int longest, Boundary boundary) {
        this.in = in;
        this.longest = longest;
        this.boundary = boundary;
    }

    /** Whether there is another line that can be had without waiting for it. */
    boolean isReady() throws IOException {
        while (lineEnd() < 0) {
            if (in.available() <= 0 || !fill()) {
                return false;
            }
        }
        return true;
    }

    /** Goes on to the next line, and waits for it. False at the end. */
    boolean next() throws IOException {
        while (lineEnd() < 0) {
            if (!fill()) {
                if (from == to && beginning.length == 0) {
                    return false;
                }
                boundary.endOfInput();
                isAtEnd = true;
                end = to;
                break;
            }
        }
        tooLong = beginning.length > 0 || end - from > longest;
        if (beginning.length > 0) {
            line = ByteBuffer.wrap(beginning);
            beginning = new byte[] {};
        } else {
            line = ByteBuffer.wrap(buffer, from, tooLong ? Math.min(end - from, KEPT_OF_TOO_LONG) : end - from);
        }
        from = Math.min(end + 1, to);
        searched = from;
        end = -1;
        return true;
    }

    /** The number of the line, from 1. */
    long number() {
        return boundary.number();
    }

    /** What the input ended in the middle of, if it is at its end; empty if it ended where it may. */
    String cutOff() {
        return boundary.cutOff();
    }

    /** Whether the line is the last one, and the input ended in the middle of something. */
    boolean isLineCutOff() {
        return isAtEnd && !cutOff().isEmpty();
    }

    /** How many bytes a line may have. */
    int longest() {
        return longest;
    }

    /** The line without its end, or as much as was kept of it; until the next call. */
    ByteBuffer line() {
        return line;
    }

    /** Whether the line is longer than the limit. */
    boolean isTooLong() {
        return tooLong;
    }

    private int lineEnd() {
        if (end < 0) {
            end = boundary.find(buffer, searched, to);
            searched = end < 0 ? to : end + 1;
        }
        return end;
    }

    /** Reads on behind what there is. False at the end of the stream. */
    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            searched -= from;
            from = 0;
        }
        if (beginning.length > 0) {
            to = 0;
            searched = 0;
        } else if (to > longest) {
            beginning = Arrays.copyOf(buffer, Math.min(to, KEPT_OF_TOO_LONG));
            to = 0;
            searched = 0;
        }
        if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, (long) longest + READ_AT_ONCE));
        }
        int read = in.read(buffer, to, buffer.length - to);
        if (read > 0) {
            to += read;
        }
        return read >= 0;
    }
}
