package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What makes an object whole: fields that have to be there, a number of lines, a line that says so; all that is asked for.
 *
 * <p>The number of lines, and whether one of them said so, stand in the object itself while it waits, under a name of their
 * own: it is all that a store keeps.
 *
 * @param count how many lines; 0 if any number is enough
 * @param until one of them has to hold in a line; none if nothing has to
 */
record Completion(RequiredFields required, int count, List<FieldCondition> until) {
    static final String PROGRESS = "joiner:progress";
    private static final String LINES = "lines";
    private static final String ENDED = "ended";

    /** Nothing makes an object whole. */
    static final Completion NEVER = new Completion(new RequiredFields(List.of()), 0, List.of());

    Completion {
        until = List.copyOf(until);
    }

    /** Whether lines alone can make an object whole. */
    boolean isPossible() {
        return !required.isEmpty() || isTracked();
    }

    private boolean isTracked() {
        return count > 0 || !until.isEmpty();
    }

    /** The merged object, with the progress that this line makes. */
    ObjectNode track(ObjectNode line, @Nullable ObjectNode pending, ObjectNode merged) {
        if (!isTracked()) {
            return merged;
        }
        ObjectNode before = progress(pending == null ? merged.objectNode() : pending);
        ObjectNode tracked = merged.objectNode();
        tracked.setAll(merged);
        tracked.putObject(PROGRESS)
                .put(LINES, before.path(LINES).asInt(0) + 1)
                .put(ENDED, before.path(ENDED).asBoolean(false) || isLast(line));
        return tracked;
    }

    private boolean isLast(ObjectNode line) {
        for (FieldCondition condition : until) {
            if (condition.holdsIn(line)) {
                return true;
            }
        }
        return false;
    }

    private static ObjectNode progress(ObjectNode object) {
        return object.get(PROGRESS) instanceof ObjectNode progress ? progress : object.objectNode();
    }

    boolean isWhole(ObjectNode object) {
        return isPossible() && required.areIn(object) && linesMissingIn(object) == 0 && isEnded(object);
    }

    private int linesMissingIn(ObjectNode object) {
        return count == 0 ? 0 : Math.max(0, count - progress(object).path(LINES).asInt(0));
    }

    private boolean isEnded(ObjectNode object) {
        return until.isEmpty() || progress(object).path(ENDED).asBoolean(false);
    }

    /** What an object waits for, each as people read it. */
    List<String> missingIn(ObjectNode object) {
        List<String> missing = new ArrayList<>(required.missingIn(object));
        int lines = linesMissingIn(object);
        if (lines > 0) {
            missing.add(lines + (lines == 1 ? " line" : " lines"));
        }
        if (!isEnded(object)) {
            missing.add(until.stream().map(FieldCondition::toString).collect(Collectors.joining(" or ")));
        }
        return missing;
    }
}
