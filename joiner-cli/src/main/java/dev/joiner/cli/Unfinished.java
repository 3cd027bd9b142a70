package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Cause;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where joins go that did not become whole: to a file as they are, or else to people. */
final class Unfinished implements JoinSpec.Handler<String, ObjectNode> {
    private final @Nullable JsonLines file;
    private final RequiredFields required;
    private final Messages messages;

    Unfinished(@Nullable JsonLines file, RequiredFields required, Messages messages) {
        this.file = file;
        this.required = required;
        this.messages = messages;
    }

    @Override
    public void handle(ObjectNode value, HandOver<String> handOver) throws IOException {
        if (file != null) {
            file.write(value);
        } else {
            messages.say((handOver.cause() == Cause.EVICTED ? "evicted " : "expired ") + missing(handOver.key(), value)
                    + ": " + Json.text(value));
        }
    }

    /** A key and what its join waits for. */
    String missing(String key, ObjectNode value) {
        return key + " (missing " + String.join(", ", required.missingIn(value)) + ")";
    }

    boolean hasFile() {
        return file != null;
    }

    /** Keeps a value that would end with the process. */
    void keep(ObjectNode value) throws IOException {
        if (file != null) {
            file.write(value);
        }
    }
}
