package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Merges JSON objects, and what is inside them: where both have an object, the two are merged; otherwise what is new
 * wins, unless it is null, or an operation is set for the field.
 *
 * <p>Neither object is changed. The result shares with them what it did not have to merge, so nobody may change it
 * either.
 */
final class DeepMerge {
    /** Without operations. */
    static final DeepMerge NEWEST = new DeepMerge();

    private final Map<String, DeepMerge> inside = new HashMap<>();
    private @Nullable MergeOperation operation;
    private String path = "";
    /** Of all operations; filled in the root alone. */
    private final List<FieldPath> paths = new ArrayList<>();
    /** The same. */
    private final List<FieldPath> collected = new ArrayList<>();

    private DeepMerge() {}

    /**
     * Reads operations.
     *
     * @param texts {@code FIELD=OPERATION} each
     */
    static DeepMerge parse(List<String> texts) {
        DeepMerge root = new DeepMerge();
        for (String text : texts) {
            FieldCondition setting = FieldCondition.parse(text, "FIELD=HOW");
            DeepMerge field = root;
            for (String name : setting.path().names()) {
                if (field.operation != null) {
                    throw new IllegalArgumentException(setting.path() + " is inside of " + field.path);
                }
                field = field.inside.computeIfAbsent(name, key -> new DeepMerge());
            }
            if (field.operation != null || !field.inside.isEmpty()) {
                throw new IllegalArgumentException("two operations for " + setting.path() + ", or inside of it");
            }
            field.operation = MergeOperation.parse(setting.value());
            field.path = setting.path().toString();
            root.paths.add(setting.path());
            if (field.operation == MergeOperation.COLLECT) {
                root.collected.add(setting.path());
            }
        }
        return root;
    }

    /** The fields that have operations. */
    List<FieldPath> paths() {
        return List.copyOf(paths);
    }

    /** The fields whose values are kept apart from the merged object, which has only their place. */
    List<FieldPath> collected() {
        return List.copyOf(collected);
    }

    ObjectNode merge(ObjectNode message, @Nullable ObjectNode pending) {
        if (pending == null && inside.isEmpty()) {
            return message;
        }
        ObjectNode merged = message.objectNode();
        if (pending != null) {
            merged.setAll(pending);
        }
        for (Map.Entry<String, JsonNode> field : message.properties()) {
            String name = field.getKey();
            DeepMerge rule = inside.getOrDefault(name, NEWEST);
            JsonNode before = merged.get(name);
            JsonNode now = field.getValue();
            if (rule.operation != null) {
                if (!now.isNull()) {
                    merged.set(name, rule.operate(rule.operation, now, before));
                }
            } else if (now instanceof ObjectNode objectNow) {
                merged.set(
                        name, rule.merge(objectNow, before instanceof ObjectNode objectBefore ? objectBefore : null));
            } else if (before == null || !now.isNull()) {
                merged.set(name, now);
            }
        }
        return merged;
    }

    private JsonNode operate(MergeOperation how, JsonNode now, @Nullable JsonNode before) {
        try {
            return before == null || before.isNull() ? how.first(now) : how.merge(before, now);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--merge " + path + "=" + how + ": " + path + " " + e.getMessage(), e);
        }
    }
}
