package dev.joiner.test.servers;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * How fast bytes pass a {@link TcpProxy}: what arrives together goes on in pieces, with a pause before each.
 *
 * @param pieces how many, at least one
 */
public record Pace(Duration pause, int pieces) {
    /** As fast as it goes. */
    public static final Pace FULL = new Pace(Duration.ZERO, 1);

    public Pace {
        if (pieces < 1) {
            throw new IllegalArgumentException("pieces must be positive: " + pieces);
        }
    }

    /** Returns a pace that delays what arrives, and leaves it in one piece. */
    public static Pace late(Duration pause) {
        return new Pace(pause, 1);
    }

    /** @param pauser waits for a number of nanoseconds */
    void write(byte[] bytes, int length, OutputStream out, LongConsumer pauser) throws IOException {
        int size = (length + pieces - 1) / pieces;
        for (int from = 0; from < length; from += size) {
            if (!pause.isZero()) {
                pauser.accept(pause.toNanos());
            }
            out.write(bytes, from, Math.min(size, length - from));
        }
    }
}
