package dev.joiner.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyCodec;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A join on its way from one store to another, as a JSON object.
 *
 * @param deadline null if it does not expire
 */
record ExportedJoin(String key, Instant firstAt, @Nullable Instant deadline, ObjectNode value) {
    private static final String KEY = "key";
    private static final String FIRST_AT = "firstAt";
    private static final String DEADLINE = "deadline";
    static final String VALUE = "value";

    /** A join as it is exported, but for its value, and with what else people may want to know of it. */
    static ObjectNode node(PendingJoin<String, ObjectNode> join) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put(KEY, join.key());
        node.put("status", join.status().name());
        node.put("parts", join.parts());
        node.put(FIRST_AT, join.firstAt().orElseThrow().toString());
        if (join.status() == Status.WAITING) {
            join.dueAt().ifPresent(at -> node.put(DEADLINE, at.toString()));
        }
        return node;
    }

    /** A join as it was exported. */
    static ExportedJoin parse(ObjectNode node) throws UnusableLineException {
        if (!(node.get(VALUE) instanceof ObjectNode value) || !node.path(KEY).isTextual()) {
            throw new UnusableLineException("no exported join: key or value is missing");
        }
        try {
            String key = KeyCodec.checked(KEY, node.path(KEY).textValue());
            Instant firstAt = Instant.parse(node.path(FIRST_AT).asText());
            JsonNode deadline = node.get(DEADLINE);
            return new ExportedJoin(key, firstAt, deadline == null ? null : Instant.parse(deadline.asText()), value);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new UnusableLineException("no exported join: " + e.getMessage());
        }
    }
}
