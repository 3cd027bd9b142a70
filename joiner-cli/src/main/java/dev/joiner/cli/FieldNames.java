package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The names of the fields that lines have, so that a misspelt one can be told what it resembles. Not thread-safe. */
final class FieldNames {
    /** Objects with numbers for names have no end of them. */
    private static final int MOST = 200;

    private final Set<String> names = new LinkedHashSet<>();

    void addAll(ObjectNode object) {
        addAll("", object);
    }

    private void addAll(String prefix, ObjectNode object) {
        for (var field : object.properties()) {
            if (names.size() >= MOST) {
                return;
            }
            String name = prefix + FieldPath.of(List.of(field.getKey()));
            names.add(name);
            if (field.getValue() instanceof ObjectNode inner) {
                addAll(name + ".", inner);
            }
        }
    }

    /** "; did you mean order.id?", or nothing. */
    String suggestionFor(FieldPath missing) {
        return Spelling.didYouMean(missing.toString(), names);
    }
}
