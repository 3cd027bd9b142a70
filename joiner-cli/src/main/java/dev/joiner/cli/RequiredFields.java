package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The fields that make an object whole: all there, none null. */
final class RequiredFields {
    private final List<FieldPath> paths;

    RequiredFields(List<FieldPath> paths) {
        this.paths = List.copyOf(paths);
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }

    List<FieldPath> paths() {
        return paths;
    }

    boolean areIn(ObjectNode object) {
        for (FieldPath path : paths) {
            if (!path.isSetIn(object)) {
                return false;
            }
        }
        return true;
    }

    List<String> missingIn(ObjectNode object) {
        return paths.stream()
                .filter(path -> !path.isSetIn(object))
                .map(FieldPath::toString)
                .toList();
    }
}
