package dev.joiner.campaign;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one process has to say of its hand-overs, in a file that is only ever appended to.
 *
 * <p>A line is one write: what a process has written is the system's, and stays when the process is killed.
 */
final class Ledger implements AutoCloseable {

    /** What a line says. */
    enum Kind {
        /** A call to the joiner begins. */
        CALL,
        /** A handler begins. */
        BEFORE,
        /** It has read what its join collected. */
        READ,
        /** It found that the parts of its join are gone. */
        GONE,
        /** It returned. */
        AFTER,
        /** It threw, as it was to. */
        THREW,
        /** It noticed that its thread was interrupted, and threw. */
        INTERRUPTED,
        /** A join went to {@code onPoisoned}. */
        POISONED,
        /** The call said that the hand-over was the key's last. */
        CONFIRMED,
        /** The call said that it could not tell, or that the last write failed. */
        UNCONFIRMED,
        /** A call was interrupted, and the thread does not know any more. */
        FLAG_LOST,
        /** A call to the joiner has ended. */
        END
    }

    /**
     * One line.
     *
     * @param at milliseconds since the epoch, at the moment before it was written
     * @param call number of the call, within the process
     * @param key empty for a line on a call
     */
    record Line(long at, Kind kind, long call, String key, int attempt, long token, String value) {

        static Line parse(String text) {
            String[] fields = text.split("\t", -1);
            return new Line(
                    Long.parseLong(fields[0]),
                    Kind.valueOf(fields[1]),
                    Long.parseLong(fields[2]),
                    fields[3],
                    Integer.parseInt(fields[4]),
                    Long.parseLong(fields[5]),
                    fields[6]);
        }

        String text() {
            return at + "\t" + kind + "\t" + call + "\t" + key + "\t" + attempt + "\t" + token + "\t" + value;
        }
    }

    private final FileOutputStream file; // not a channel, which a thread that is interrupted closes

    Ledger(Path path) throws IOException {
        file = new FileOutputStream(path.toFile(), true);
    }

    synchronized void write(Line line) {
        try {
            file.write((line.text() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole lines of a ledger; none if its process did not come to writing one. */
    static List<Line> read(Path path) throws IOException {
        List<Line> lines = new ArrayList<>();
        if (Files.exists(path)) {
            String text = Files.readString(path);
            text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(Line::parse)
                    .forEach(lines::add);
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
