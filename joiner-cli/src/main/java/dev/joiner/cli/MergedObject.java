package dev.joiner.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Collected;
import dev.joiner.PendingJoin;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a join has come to, as it is printed: without what the value holds for Joiner alone, and with what was collected in its
 * place.
 *
 * <p>Collected fields are arrays in the value. What is in there comes first; the rest lies apart from the value, an object of
 * fields for each line, and is streamed, so that a join may be larger than the memory.
 */
final class MergedObject {
    private static final String COLLECTED = "joiner:collected";
    /** What another program has collected, which knows no fields. */
    private static final String PARTS = "joiner:parts";

    private static final int MOST_HELD = 1_000;

    private final ObjectNode value;
    private final Iterable<?> parts;
    private final Set<String> collected = new HashSet<>();

    private MergedObject(ObjectNode value, Iterable<?> parts) {
        this.value = value;
        this.parts = parts;
        value.path(COLLECTED).forEach(field -> collected.add(field.asText()));
    }

    /** A value of which nothing lies apart. */
    static MergedObject of(ObjectNode value) {
        return new MergedObject(value, List.of());
    }

    /**
     * A value and what was collected beside it.
     *
     * @throws dev.joiner.JoinerException if that cannot be read: better now than behind half a line
     */
    static MergedObject of(Collected<ObjectNode, ?> collected) {
        if (collected.size() <= MOST_HELD) {
            return new MergedObject(collected.value(), collected.toList());
        }
        collected.forEach(part -> {});
        return new MergedObject(collected.value(), collected);
    }

    /** What waits, if it can be read. */
    static Optional<MergedObject> of(PendingJoin<?, ObjectNode> join) {
        return join.collected().isPresent()
                ? join.collected().map(MergedObject::of)
                : join.value().map(MergedObject::of);
    }

    /** Notes in a value which fields are collected; they stay collected in this join. */
    static ObjectNode collecting(List<FieldPath> fields, ObjectNode value) {
        Set<String> names = new HashSet<>();
        value.path(COLLECTED).forEach(name -> names.add(name.asText()));
        List<String> missing = fields.stream()
                .map(FieldPath::toString)
                .filter(name -> !names.contains(name))
                .toList();
        if (missing.isEmpty()) {
            return value;
        }
        ArrayNode all = value.arrayNode();
        value.path(COLLECTED).forEach(all::add);
        missing.forEach(all::add);
        ObjectNode noted = value.objectNode();
        noted.setAll(value);
        noted.set(COLLECTED, all);
        return noted;
    }

    /** What a line adds to what is collected. */
    static ObjectNode part(List<FieldPath> fields, ObjectNode line) {
        ObjectNode part = line.objectNode();
        for (FieldPath field : fields) {
            if (field.isSetIn(line)) {
                part.set(field.toString(), field.requiredIn(line));
            }
        }
        return part;
    }

    /** The name in an object of the input that is Joiner's own, if it has one. */
    static Optional<String> reservedNameIn(ObjectNode object) {
        return Optional.of(Completion.PROGRESS)
                .filter(object::has)
                .or(() -> Optional.of(COLLECTED).filter(object::has));
    }

    void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        writeFields(value, List.of(), json);
        if (collected.isEmpty() && parts.iterator().hasNext()) {
            json.writeArrayFieldStart(PARTS);
            for (Object part : parts) {
                json.writeTree((JsonNode) part);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void writeFields(ObjectNode object, List<String> way, JsonGenerator json) throws IOException {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = field.getKey();
            if (way.isEmpty() && (name.equals(COLLECTED) || name.equals(Completion.PROGRESS))) {
                continue;
            }
            json.writeFieldName(name);
            if (collected.isEmpty()) {
                json.writeTree(field.getValue());
            } else {
                List<String> names = new ArrayList<>(way);
                names.add(name);
                write(field.getValue(), names, json);
            }
        }
    }

    private void write(JsonNode node, List<String> way, JsonGenerator json) throws IOException {
        String field = FieldPath.of(way).toString();
        if (collected.contains(field)) {
            json.writeStartArray();
            for (JsonNode element : node) {
                json.writeTree(element);
            }
            for (Object part : parts) {
                JsonNode element = ((JsonNode) part).get(field);
                if (element != null) {
                    json.writeTree(element);
                }
            }
            json.writeEndArray();
        } else if (node instanceof ObjectNode object) {
            json.writeStartObject();
            writeFields(object, way, json);
            json.writeEndObject();
        } else {
            json.writeTree(node);
        }
    }

    /** All of it, in memory. */
    String text() {
        StringWriter text = new StringWriter();
        try {
            writeTo(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    void writeTo(Writer out) throws IOException {
        try (JsonGenerator json = Json.MAPPER.getFactory().createGenerator(out)) {
            writeTo(json);
        }
    }
}
