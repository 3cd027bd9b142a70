package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fields whose values make a key, with commas in between; each may have alternatives, the first of which that is set
 * counts: {@code tenant,order.id|orderId}.
 *
 * <p>The values of several fields make the key with commas in between as well. A comma or a backslash in a value has a
 * backslash before it then, so that no two lists of values make the same key.
 */
final class KeyFields {
    private final String what;
    private final List<List<FieldPath>> fields;

    private KeyFields(String what, List<List<FieldPath>> fields) {
        this.what = what;
        this.fields = fields;
    }

    /** @param what the key is called so where it is missing */
    static KeyFields parse(String what, String text) {
        List<List<FieldPath>> fields = new ArrayList<>();
        for (String field : Escaped.split(text, ',')) {
            fields.add(Escaped.split(field, '|').stream().map(FieldPath::parse).toList());
        }
        return new KeyFields(what, fields);
    }

    /** The text of strings, numbers and booleans: what reads the same is the same key. */
    String in(ObjectNode object) throws UnusableLineException {
        if (fields.size() == 1) {
            return checked(value(fields.get(0), object));
        }
        StringJoiner key = new StringJoiner(",");
        for (List<FieldPath> alternatives : fields) {
            key.add(Escaped.escape(value(alternatives, object), ','));
        }
        return checked(key.toString());
    }

    private String value(List<FieldPath> alternatives, ObjectNode object) throws UnusableLineException {
        for (FieldPath path : alternatives) {
            if (path.isSetIn(object) && path.requiredIn(object).isValueNode()) {
                return path.requiredIn(object).asText();
            }
        }
        String reasons = alternatives.stream()
                .map(path -> path + " is " + kind(path.in(object)))
                .collect(Collectors.joining(", "));
        throw new UnusableLineException("no " + what + ": " + reasons + suggestion(alternatives, object));
    }

    private static String kind(@Nullable JsonNode node) {
        if (node == null) {
            return "missing";
        }
        return switch (node.getNodeType()) {
            case OBJECT -> "an object, not a value";
            case ARRAY -> "an array, not a value";
            default -> node.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }

    /** What is meant by a field that the object does not have, if the object has one that resembles it. */
    private static String suggestion(List<FieldPath> alternatives, ObjectNode object) {
        if (alternatives.size() > 1 || alternatives.get(0).in(object) != null) {
            return "";
        }
        FieldNames names = new FieldNames();
        names.addAll(object);
        return names.suggestionFor(alternatives.get(0));
    }

    private String checked(String key) throws UnusableLineException {
        try {
            return KeyCodec.checked(what + " " + this, key);
        } catch (IllegalArgumentException e) {
            throw new UnusableLineException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String toString() {
        return fields.stream()
                .map(paths -> paths.stream().map(FieldPath::toString).collect(Collectors.joining("|")))
                .collect(Collectors.joining(","));
    }
}
