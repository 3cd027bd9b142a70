package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Required fields that no line has had so far: they may be misspelt. Not thread-safe. */
final class UnseenFields {
    private final List<FieldPath> unseen;
    private final FieldNames names = new FieldNames();

    UnseenFields(List<FieldPath> required) {
        unseen = new ArrayList<>(required);
    }

    void see(ObjectNode line) {
        if (!unseen.isEmpty()) {
            unseen.removeIf(path -> path.isSetIn(line));
            names.addAll(line);
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
