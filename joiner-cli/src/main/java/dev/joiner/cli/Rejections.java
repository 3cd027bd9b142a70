package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where rejected lines go: to a file as JSON objects that hold the whole line, or else to people. */
final class Rejections {
    private final @Nullable JsonLines file;
    private final Messages messages;

    Rejections(@Nullable JsonLines file, Messages messages) {
        this.file = file;
        this.messages = messages;
    }

    void add(Rejection rejection) throws IOException {
        if (file == null) {
            messages.say(rejection.at() + ": " + rejection.reason());
            return;
        }
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("file", rejection.at().file());
        line.put("line", rejection.at().line());
        line.put("reason", rejection.reason());
        line.put("text", rejection.text());
        file.write(line);
    }
}
