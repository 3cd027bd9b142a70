package dev.joiner.store.jdbc;

import dev.joiner.spi.PartsChange;
import dev.joiner.spi.PartsChange.Append;
import dev.joiner.spi.StoredParts.Part;
import java.util.ArrayList;
import java.util.List;

/** What an exchange does to the parts of its key. */
record KeyParts(String key, PartsChange change) {

    /** The rows of what is added. */
    List<PartRow> appended() {
        List<PartRow> rows = new ArrayList<>();
        for (Append append : change.appended()) {
            int position = append.position();
            for (Part part : append.parts()) {
                rows.add(new PartRow(key, append.number(), position++, part));
            }
        }
        return rows;
    }

    /** How many bytes of statements what is added takes, at most. */
    long bytes() {
        long bytes = 0;
        for (PartRow row : appended()) {
            bytes += row.bytes();
        }
        return bytes;
    }
}
