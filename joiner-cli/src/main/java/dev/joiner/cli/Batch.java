package dev.joiner.cli;

import dev.joiner.cli.Input.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines that were read together, and are joined together. */
final class Batch {
    /** Long lines make short batches, as a few of them wait in memory. */
    private static final long MOST_BYTES = 4 << 20;

    private final int mostLines;
    private final List<Input> inputs;
    private long bytes;
    private @Nullable Position first;
    private @Nullable Position last;

    Batch(int mostLines) {
        this.mostLines = mostLines;
        inputs = new ArrayList<>(Math.min(mostLines, 1000));
    }

    void add(Input input, int size) {
        inputs.add(input);
        bytes += size;
        first = first == null ? input.at() : first;
        last = input.at();
    }

    boolean isEmpty() {
        return last == null;
    }

    boolean isFull() {
        return size() >= mostLines || bytes >= MOST_BYTES;
    }

    int size() {
        return inputs.size();
    }

    /** In the order in which they were read. */
    List<Input> inputs() {
        return inputs;
    }

    /** Where its last line stands; null if it is empty. */
    @Nullable
    Position last() {
        return last;
    }

    /** From where to where it goes. */
    @Override
    public String toString() {
        return first == null || first.equals(last) ? String.valueOf(first) : first + " to " + last;
    }
}
