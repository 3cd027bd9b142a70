package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** That a field has a value: {@code level=ERROR}. Values are compared as text. */
record FieldCondition(FieldPath path, String value) {

    static FieldCondition parse(String text) {
        return parse(text, "FIELD=VALUE");
    }

    /** @param form what the text has to be like, for people */
    static FieldCondition parse(String text, String form) {
        List<String> nameAndRest = Escaped.split(text, '=');
        if (nameAndRest.size() < 2) {
            throw new IllegalArgumentException("must be " + form + ", is " + text);
        }
        String name = nameAndRest.get(0);
        return new FieldCondition(FieldPath.parse(name), text.substring(name.length() + 1));
    }

    boolean holdsIn(ObjectNode object) {
        JsonNode node = path.in(object);
        return node != null && node.isValueNode() && node.asText().equals(value);
    }

    @Override
    public String toString() {
        return path + "=" + value;
    }
}
