package dev.joiner.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** How far the inputs have been read. Thread-safe. */
final class Progress {
    /** The size of an input that has none, as a pipe. */
    static final long UNKNOWN = -1;

    private final long size;
    private final AtomicLong read = new AtomicLong();

    /** @param size how many bytes all inputs have together, or {@link #UNKNOWN} */
    Progress(long size) {
        this.size = size;
    }

    /** The stream; what is read from it counts. */
    InputStream counting(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int b = super.read();
                read.addAndGet(b < 0 ? 0 : 1);
                return b;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int count = super.read(bytes, offset, length);
                read.addAndGet(Math.max(0, count));
                return count;
            }
        };
    }

    /** A line for people: what was done, how fast, and for files how long it will take. */
    String text(long lines, long joined, Duration elapsed) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%,d lines, %,d joined", lines, joined));
        long millis = elapsed.toMillis();
        if (millis > 0) {
            text.append(String.format(Locale.ROOT, ", %,d lines/s", lines * 1000 / millis));
        }
        long done = read.get();
        if (size > 0 && done > 0 && millis > 0) {
            double left = Math.max(0, (double) (size - done) / done);
            text.append(String.format(Locale.ROOT, ", %d%%, ", Math.min(100, 100 * done / size)))
                    .append(DurationConverter.text(Duration.ofMillis((long) (millis * left))))
                    .append(" left");
        }
        return text.toString();
    }
}
