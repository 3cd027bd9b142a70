package dev.joiner.cli;

import dev.joiner.cli.Input.Position;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Reads the inputs one after the other, on a thread of its own, and feeds what it reads in batches.
 *
 * <p>A batch ends when it is full, or when the next line is not there yet: a slow pipe gets its answers at once.
 */
final class InputReader implements Runnable {
    private final List<Source> sources;
    private final Reading reading;
    private final int mostLines;
    private final Feed feed;
    private final Progress progress;
    private Batch batch;

    /** An input and its name. */
    record Source(String name, Opener opener) {
        interface Opener {
            InputStream open() throws IOException;
        }
    }

    /** How inputs are read. */
    interface Reading {
        LineReader reader(InputStream in);

        LineParser parser(String name);
    }

    InputReader(List<Source> sources, Reading reading, int mostLines, Feed feed, Progress progress) {
        this.sources = List.copyOf(sources);
        this.reading = reading;
        this.mostLines = mostLines;
        this.feed = feed;
        this.progress = progress;
        batch = new Batch(mostLines);
    }

    @Override
    public void run() {
        try {
            for (Source source : sources) {
                try (InputStream in = source.opener().open()) {
                    if (!read(source.name(), reading.reader(Gunzip.ifNeeded(progress.counting(in))))) {
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
        LineParser parser = reading.parser(name);
        String textCutOff = "";
        while (true) {
            if ((batch.isFull() || !reader.isReady()) && !handOver()) {
                return false;
            }
            if (!reader.next()) {
                if (!reader.cutOff().isEmpty()) {
                    String reason = "the input ends in the middle of " + reader.cutOff();
                    batch.add(new Rejection(new Position(name, reader.number()), reason, textCutOff, null), 0);
                }
                return true;
            }
            Input input = parser.parse(reader);
            if (input instanceof Rejection rejection && reader.isLineCutOff()) {
                textCutOff = rejection.text(); // it is rejected below, for the reason that explains it
            } else if (input != null) {
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
