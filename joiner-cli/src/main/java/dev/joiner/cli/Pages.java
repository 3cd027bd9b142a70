package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads the joins of a store, page by page. */
final class Pages {
    private static final int KEYS = 500;

    private Pages() {}

    /** Reads one page, on which all joins of a key stand together. */
    interface Reader {
        /** Whether to go on to the next page. */
        boolean read(List<PendingJoin<String, ObjectNode>> page) throws IOException;
    }

    /** Reads page after page. Whether the reader has read them all. */
    static boolean read(KeyedJoiner<?, String, ObjectNode, ?> joiner, Reader reader) throws IOException {
        PendingJoin.Page<String, ObjectNode> page = joiner.pending(KEYS);
        boolean goesOn = reader.read(page.joins());
        for (Optional<String> next = page.next(); goesOn && next.isPresent(); next = page.next()) {
            page = joiner.pending(next.get(), KEYS);
            goesOn = reader.read(page.joins());
        }
        return page.next().isEmpty();
    }
}
