package dev.joiner.campaign;

import java.util.ArrayList;
import java.util.List;

/** What the handlers of a query's spec were given, in rows. */
final class QueryOutput {
    private final List<String> rows = new ArrayList<>();

    /** @return the rows */
    List<String> joined(List<String> joined) {
        rows.addAll(joined);
        return joined;
    }

    void expired(List<String> unjoined) {
        rows.addAll(unjoined);
    }

    /** What has come since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(rows);
        rows.clear();
        return taken;
    }
}
