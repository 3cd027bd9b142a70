package dev.joiner.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Reads the inputs one after the other, on a thread of its own, and feeds what it reads in batches.
 *
 * <p>A batch ends when it is full, or when the next line is not there yet: a slow pipe gets its answers at once.
 */
final class InputReader implements Runnable {
    /** Far longer than any message broker's messages. */
    private static final int LONGEST_LINE = 16 << 20;

    private final List<Source> sources;
    private final LineParser parser;
    private final int mostLines;
    private final Feed feed;
    private Batch batch;

    /** An input and its name. */
    record Source(String name, Opener opener) {
        interface Opener {
            InputStream open() throws IOException;
        }
    }

    InputReader(List<Source> sources, LineParser parser, int mostLines, Feed feed) {
        this.sources = List.copyOf(sources);
        this.parser = parser;
        this.mostLines = mostLines;
        this.feed = feed;
        batch = new Batch(mostLines);
    }

    @Override
    public void run() {
        try {
            for (Source source : sources) {
                try (InputStream in = source.opener().open()) {
                    if (!read(source.name(), new LineReader(in, LONGEST_LINE))) {
                        return;
                    }
                } catch (IOException e) {
                    handOver();
                    throw new IOException(source.name() + ": " + e.getMessage(), e);
                }
            }
            if (handOver()) {
                feed.complete();
            }
        } catch (Throwable e) { // whatever it is, the thread that joins has to hear of it
            feed.fail(e);
        }
    }

    /** False if nobody wants to have more. */
    private boolean read(String name, LineReader reader) throws IOException, InterruptedException {
        while (true) {
            if ((batch.isFull() || !reader.isReady()) && !handOver()) {
                return false;
            }
            if (!reader.next()) {
                return true;
            }
            Input input = parser.parse(name, reader);
            if (input != null) {
                batch.add(input, reader.line().remaining());
            }
        }
    }

    private boolean handOver() throws InterruptedException {
        if (batch.isEmpty()) {
            return true;
        }
        Batch full = batch;
        batch = new Batch(mostLines);
        return feed.put(full);
    }
}
