package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The joins that are open when a store ends with its process: nobody but this process can tell of them. */
final class Leftovers {
    private static final int SHOWN = 5;

    private final Unfinished unfinished;
    private final List<String> shown = new ArrayList<>();
    private long count;

    Leftovers(Unfinished unfinished) {
        this.unfinished = unfinished;
    }

    /** Reads the whole store, and keeps the values if there is a file for them. */
    void readAll(KeyedJoiner<?, String, ObjectNode, ?> joiner) throws IOException {
        Pages.read(joiner, page -> {
            for (PendingJoin<String, ObjectNode> join : page) {
                add(join);
            }
            return true;
        });
    }

    private void add(PendingJoin<String, ObjectNode> join) throws IOException {
        count++;
        if (shown.size() < SHOWN) {
            shown.add(
                    unfinished.missing(String.valueOf(join.key()), join.value().orElseThrow()));
        }
        if (unfinished.hasFile()) {
            unfinished.keep(MergedObject.of(join).orElseThrow());
        }
    }

    long count() {
        return count;
    }

    /** Whether they are gone with the process. */
    boolean areLost() {
        return count > 0 && !unfinished.hasFile();
    }

    void tell(Messages messages) {
        if (count == 0) {
            return;
        }
        messages.say(
                unfinished.hasFile()
                        ? "still waiting, and written to the file of --expired-to: " + count
                        : "lost, as they still waited: " + count + " (--expired-to FILE would keep them)");
        shown.forEach(line -> messages.say("  " + line));
        if (count > shown.size()) {
            messages.say("  and " + (count - shown.size()) + " more");
        }
    }
}
