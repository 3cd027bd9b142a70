package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Fields named by options that no line has had so far: they may be misspelt. Not thread-safe. */
final class UnseenFields {
    /** By then lines have shown their fields; collecting the names of more would cost time for each line. */
    private static final int LINES_WITH_NAMES = 1_000;

    static final String REQUIRE = "--require";

    private record NamedField(String option, FieldPath path) {}

    private final List<NamedField> unseen = new ArrayList<>();
    private final FieldNames names = new FieldNames();
    private int lines;

    void add(String option, List<FieldPath> paths) {
        paths.forEach(path -> unseen.add(new NamedField(option, path)));
    }

    void see(ObjectNode line) {
        if (!unseen.isEmpty()) {
            unseen.removeIf(field -> field.path.isSetIn(line));
            if (lines < LINES_WITH_NAMES) {
                lines++;
                names.addAll(line);
            }
        }
    }

    /**
     * Names the fields that no line had.
     *
     * @param onlyMisspelt whether to be silent on a field that resembles none, as other runs may have it
     * @param anyJoined whether something was joined: what is required was there then, if in an earlier run
     */
    void tell(Messages messages, boolean onlyMisspelt, boolean anyJoined) {
        for (NamedField field : unseen) {
            if (anyJoined && field.option.equals(REQUIRE)) {
                continue;
            }
            String suggestion = names.suggestionFor(field.path);
            if (!onlyMisspelt || !suggestion.isEmpty()) {
                messages.say(field.option + ": no line has " + field.path + suggestion);
            }
        }
    }
}
