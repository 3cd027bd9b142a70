package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A field inside a JSON object, by the names on the way to it: {@code order.id}.
 *
 * <p>A backslash takes the meaning from a dot, a comma, a bar, an equals sign or a backslash that is part of a name. The
 * way leads through objects only, and no name on it is empty.
 */
final class FieldPath {
    private final List<String> names;
    private final String text;

    private FieldPath(List<String> names) {
        this.names = List.copyOf(names);
        text = names.stream()
                .map(name -> name.replaceAll("[\\\\.,|=]", "\\\\$0"))
                .collect(Collectors.joining("."));
    }

    /** The path that leads through these names. */
    static FieldPath of(List<String> names) {
        return new FieldPath(names);
    }

    /** The path that the text names. */
    static FieldPath parse(String text) {
        List<FieldPath> paths = parseAll(text);
        if (paths.size() != 1) {
            throw new IllegalArgumentException(
                    "names " + paths.size() + " fields, not one: " + text + " (a comma in a name is written \\,)");
        }
        return paths.get(0);
    }

    /** The paths that the text names, with commas in between. */
    static List<FieldPath> parseAll(String text) {
        List<FieldPath> paths = new ArrayList<>();
        List<String> names = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                if (i == text.length() || "\\.,|=".indexOf(text.charAt(i)) < 0) {
                    throw new IllegalArgumentException(
                            "a backslash stands before one of . , | = or another backslash: " + text);
                }
                name.append(text.charAt(i));
            } else if (c == '.') {
                endName(names, name, text);
            } else if (c == ',') {
                endName(names, name, text);
                paths.add(new FieldPath(names));
                names.clear();
            } else {
                name.append(c);
            }
        }
        endName(names, name, text);
        paths.add(new FieldPath(names));
        return paths;
    }

    private static void endName(List<String> names, StringBuilder name, String text) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an empty name in \"" + text + "\"");
        }
        names.add(name.toString());
        name.setLength(0);
    }

    /** The names on the way to the field. */
    List<String> names() {
        return names;
    }

    /** What is there, or null. */
    @Nullable
    JsonNode in(ObjectNode object) {
        JsonNode node = object;
        for (String name : names) {
            node = node instanceof ObjectNode ? node.get(name) : null;
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    /** What is there; an error if there is nothing. */
    JsonNode requiredIn(ObjectNode object) {
        return Objects.requireNonNull(in(object), this::toString);
    }

    /** Whether something is there, and is not null. */
    boolean isSetIn(ObjectNode object) {
        JsonNode node = in(object);
        return node != null && !node.isNull();
    }

    /** The path as it is written. */
    @Override
    public String toString() {
        return text;
    }
}
