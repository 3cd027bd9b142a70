package dev.joiner.store.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Cuts what is to be written so that each statement is one that every database takes. */
final class Chunks {
    static final int MAX_ROWS = 1_000;

    private static final long MAX_BYTES = 4L << 20;

    private Chunks() {}

    /**
     * Cuts rows into runs of so many and of so many bytes, but one at the least.
     *
     * @param largest how large a statement may be
     */
    static <T> List<List<T>> of(List<T> rows, ToLongFunction<T> size, long largest) {
        long maxBytes = Math.min(MAX_BYTES, largest);
        List<List<T>> chunks = new ArrayList<>();
        long bytes = 0;
        int begin = 0;
        for (int i = 0; i < rows.size(); i++) {
            long next = size.applyAsLong(rows.get(i));
            if (i > begin && (i - begin == MAX_ROWS || bytes + next > maxBytes)) {
                chunks.add(rows.subList(begin, i));
                begin = i;
                bytes = 0;
            }
            bytes += next;
        }
        if (begin < rows.size()) {
            chunks.add(rows.subList(begin, rows.size()));
        }
        return chunks;
    }

    /** Cuts rows that take next to nothing. */
    static <T> List<List<T>> of(List<T> rows) {
        return of(rows, row -> 0, MAX_BYTES);
    }
}
