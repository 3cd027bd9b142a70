package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Cause;
import dev.joiner.HandOver;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where joins go that did not become whole: to a file as they are, or else to people. */
final class Unfinished {
    private final @Nullable JsonLines file;
    private final Completion completion;
    private final Messages messages;

    Unfinished(@Nullable JsonLines file, Completion completion, Messages messages) {
        this.file = file;
        this.completion = completion;
        this.messages = messages;
    }

    void handle(MergedObject object, ObjectNode value, HandOver<String> handOver) throws IOException {
        if (file != null) {
            file.write(object);
        } else {
            messages.say((handOver.cause() == Cause.EVICTED ? "evicted " : "expired ") + missing(handOver.key(), value)
                    + ": " + object.text());
        }
    }

    /** A key and what its join waits for. */
    String missing(String key, ObjectNode value) {
        List<String> missing = completion.missingIn(value);
        return missing.isEmpty() ? key : key + " (missing " + String.join(", ", missing) + ")";
    }

    boolean hasFile() {
        return file != null;
    }

    /** Keeps a value that would end with the process. */
    void keep(MergedObject object) throws IOException {
        if (file != null) {
            file.write(object);
        }
    }
}
