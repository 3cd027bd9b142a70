package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Required fields that no line has had so far: they may be misspelt. Not thread-safe. */
final class UnseenFields {
    /** The names that lines have are told apart long before; to go on would cost each line. */
    private static final int LINES_WITH_NAMES = 1_000;

    private final List<FieldPath> unseen;
    private final FieldNames names = new FieldNames();
    private int lines;

    UnseenFields(List<FieldPath> required) {
        unseen = new ArrayList<>(required);
    }

    void see(ObjectNode line) {
        if (!unseen.isEmpty()) {
            unseen.removeIf(path -> path.isSetIn(line));
            if (lines < LINES_WITH_NAMES) {
                lines++;
                names.addAll(line);
            }
        }
    }

    /** @param onlyMisspelt whether to be silent on a field that resembles none, as other runs may have it */
    void tell(Messages messages, boolean onlyMisspelt) {
        for (FieldPath path : unseen) {
            String suggestion = names.suggestionFor(path);
            if (!onlyMisspelt || !suggestion.isEmpty()) {
                messages.say("--require: no line has " + path + suggestion);
            }
        }
    }
}
