package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Merges JSON objects, and what is inside them: where both have an object, the two are merged; otherwise what is new
 * wins, unless it is null.
 *
 * <p>Neither object is changed. The result shares with them what it did not have to merge, so nobody may change it
 * either.
 */
final class DeepMerge {
    private DeepMerge() {}

    static ObjectNode merge(ObjectNode message, @Nullable ObjectNode pending) {
        if (pending == null) {
            return message;
        }
        ObjectNode merged = pending.objectNode();
        merged.setAll(pending);
        for (Map.Entry<String, JsonNode> field : message.properties()) {
            String name = field.getKey();
            JsonNode before = merged.get(name);
            JsonNode now = field.getValue();
            if (before instanceof ObjectNode objectBefore && now instanceof ObjectNode objectNow) {
                merged.set(name, merge(objectNow, objectBefore));
            } else if (before == null || !now.isNull()) {
                merged.set(name, now);
            }
        }
        return merged;
    }
}
