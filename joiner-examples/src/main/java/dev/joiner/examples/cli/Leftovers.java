package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Page;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The joins that are open when a store ends with its process: nobody but this process can tell of them. */
final class Leftovers {
    private static final int PAGE = 1000;
    private static final int SHOWN = 5;

    private final Unfinished unfinished;
    private final List<String> shown = new ArrayList<>();
    private long count;

    Leftovers(Unfinished unfinished) {
        this.unfinished = unfinished;
    }

    /** Reads the whole store, and keeps the values if there is a file for them. */
    void readAll(JoinStore<String, ObjectNode> store) throws IOException {
        String cursor = null;
        do {
            Page<String, ObjectNode> page = store.scan(cursor, PAGE);
            for (Entry<String, ObjectNode> entry : page.entries()) {
                add(entry);
            }
            cursor = page.next();
        } while (cursor != null);
    }

    private void add(Entry<String, ObjectNode> entry) throws IOException {
        JoinState<ObjectNode> state = entry.held().state();
        List<ObjectNode> values = Stream.concat(
                        Stream.ofNullable(state.open()),
                        state.inFlight().stream().map(JoinState.Flight::join))
                .map(Join::value)
                .toList();
        for (ObjectNode value : values) {
            count++;
            if (shown.size() < SHOWN) {
                shown.add(unfinished.missing(String.valueOf(entry.key()), value));
            }
            unfinished.keep(value);
        }
    }

    long count() {
        return count;
    }

    void tell(Messages messages) {
        if (count == 0) {
            return;
        }
        messages.say("still waiting, and gone with this process: "
                + count
                + (unfinished.hasFile()
                        ? " (kept in the file of --expired-to)"
                        : " (--expired-to FILE would keep them)"));
        shown.forEach(line -> messages.say("  " + line));
        if (count > shown.size()) {
            messages.say("  and " + (count - shown.size()) + " more");
        }
    }
}
