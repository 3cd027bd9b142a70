package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A line that can be joined.
 *
 * @param id null without {@code --id}
 * @param object not to be changed
 */
record Line(Position at, String key, @Nullable String id, ObjectNode object) implements Input {

    /** The object, merged into what was there before. */
    ObjectNode mergedInto(@Nullable ObjectNode pending) {
        return DeepMerge.merge(object, pending);
    }
}
