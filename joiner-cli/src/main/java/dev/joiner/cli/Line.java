package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line that can be joined.
 *
 * @param id null without {@code --id}
 * @param time null without {@code --time}
 * @param object not to be changed
 */
record Line(
        Position at,
        String key,
        @Nullable String id,
        @Nullable Instant time,
        ObjectNode object) implements Input {}
