package dev.joiner.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** JSON as the page reads and writes it. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> FIELDS = new TypeReference<>() {};

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array(long[] numbers) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (long number : numbers) {
            array.add(number);
        }
        return array;
    }

    static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("is a tree of strings and numbers", e);
        }
    }

    /** The text of a JSON tree as it can stand in HTML: nothing in it ends the element that it is in. */
    static String inHtml(JsonNode node) {
        return text(node).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
    }

    /** @throws IllegalArgumentException if it is not an object of texts */
    static Map<String, String> fields(String text) {
        try {
            Map<String, String> fields = MAPPER.readValue(text, FIELDS);
            if (fields == null || fields.containsValue(null)) {
                throw new IllegalArgumentException("the body is not a JSON object of texts");
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the body is not a JSON object of texts", e);
        }
    }
}
