package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.CodecException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Page;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what waits in a store. */
@Command(
        name = "pending",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Shows what waits in a store.", ""},
        description = {
            "Prints a JSON object for each key, one a line: key, parts (the lines merged), firstAt, ageSeconds,"
                    + " deadline, and what is missing of the fields that --require names. Joins that another process"
                    + " is printing, or that could not be printed, stand in inFlight with cause, state (CLAIMED or"
                    + " FAILED), attempt, lastError and nextAt.",
            ""
        },
        footer = {
            "",
            "Example, all keys that have waited for more than an hour:",
            "  joiner pending --store URL | jq -r 'select(.ageSeconds > 3600) | .key'",
            "",
            "Exit status: 0 if all is well, 2 if the command line is wrong, 1 otherwise."
        })
final class PendingCommand implements Callable<Integer> {
    private static final int PAGE = 500;

    private final Environment environment;

    @Mixin
    private LastingStore store = new LastingStore();

    @Option(
            names = "--require",
            paramLabel = "FIELDS",
            description = "The required fields, as given to join; shows which of them are missing.")
    private List<String> require = new ArrayList<>();

    @Option(names = "--values", description = "Show the merged objects, too.")
    private boolean values;

    PendingCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        RequiredFields required = Options.required(require);
        JsonLines output = new JsonLines(environment.out(), false);
        boolean allReadable = true;
        try (JoinStore<String, ObjectNode> opened = store.open()) {
            String cursor = null;
            do {
                Page<String, ObjectNode> page = opened.scan(cursor, PAGE);
                for (Entry<String, ObjectNode> entry : page.entries()) {
                    allReadable &= print(entry, required, output);
                }
                output.flush();
                cursor = page.next();
            } while (cursor != null);
        }
        return allReadable ? ExitStatus.OK : ExitStatus.FAILED;
    }

    /** False if the entry cannot be read. */
    private boolean print(Entry<String, ObjectNode> entry, RequiredFields required, JsonLines output)
            throws IOException {
        JoinState<ObjectNode> state;
        try {
            state = entry.held().state();
        } catch (CodecException e) {
            environment.messages().say(String.valueOf(e.getMessage()));
            return false;
        }
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("key", entry.key());
        if (state.open() != null) {
            describe(state.open(), required, line);
            putTime("deadline", state.open().dueAt(), line);
        }
        if (!state.inFlight().isEmpty()) {
            ArrayNode flights = line.putArray("inFlight");
            state.inFlight().forEach(flight -> describe(flight, required, flights.addObject()));
        }
        if (line.size() > 1) { // otherwise nothing waits: the key is only remembered
            output.write(line);
        }
        return true;
    }

    private void describe(Flight<ObjectNode> flight, RequiredFields required, ObjectNode node) {
        node.put("cause", flight.cause().name());
        node.put("state", flight.isClaimed() ? "CLAIMED" : "FAILED");
        node.put("attempt", flight.attempt());
        if (flight.lastError() != null) {
            node.put("lastError", flight.lastError());
        }
        putTime("nextAt", flight.dueAt(), node);
        describe(flight.join(), required, node);
    }

    private void describe(Join<ObjectNode> join, RequiredFields required, ObjectNode node) {
        Instant firstAt = Instant.ofEpochMilli(join.firstAt());
        node.put("parts", join.parts());
        node.put("firstAt", firstAt.toString());
        node.put(
                "ageSeconds",
                Math.max(
                        0,
                        Duration.between(firstAt, environment.clock().instant()).toSeconds()));
        if (!require.isEmpty()) {
            ArrayNode missing = node.putArray("missing");
            required.missingIn(join.value()).forEach(missing::add);
        }
        if (values) {
            node.set("value", join.value());
        }
    }

    private static void putTime(String name, long millis, ObjectNode node) {
        if (millis != JoinState.NEVER) {
            node.put(name, Instant.ofEpochMilli(millis).toString());
        }
    }
}
