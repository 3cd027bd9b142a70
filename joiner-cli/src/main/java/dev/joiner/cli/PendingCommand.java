package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Cause;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Counts;
import dev.joiner.PendingJoin.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
                    + " is printing, or that could not be printed, stand in inFlight with cause, state (CLAIMED, FAILED"
                    + " or PARKED), attempt, lastError and nextAt. A parked join has no nextAt: only release prints it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  joiner pending --store URL --older-than 1h",
            "  joiner pending --store URL | jq -r 'select(.inFlight[]?.state == \"PARKED\") | .key'",
            "",
            "Exit status: 0 if all is well, 2 if the command line is wrong, 1 otherwise."
        })
final class PendingCommand implements Callable<Integer> {
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

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Show only the joins whose first line came longer ago, the oldest first.")
    private @Nullable Duration olderThan;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Show at most so many joins with --older-than. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--count",
            description = "Show only how many joins there are of each kind, and since when the oldest waits.")
    private boolean count;

    PendingCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Options.check(limit >= 1, "--limit is " + limit + ", must be at least 1");
        Options.check(!count || olderThan == null, "--count and --older-than contradict each other");
        Page page = new Page(Options.required(require));
        try (KeyedJoiner<?, String, ObjectNode, ?> joiner = store.open(environment, page.output, Completion.NEVER, null)) {
            if (count) {
                page.output.write(node(joiner.counts()));
            } else if (olderThan != null) {
                page.print(joiner.pending(olderThan, limit));
            } else {
                Pages.read(joiner, page::print);
            }
        }
        page.output.flush();
        return page.allReadable ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private static ObjectNode node(Counts counts) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put("waiting", counts.waiting());
        node.put("claimed", counts.claimed());
        node.put("failed", counts.failed());
        node.put("parked", counts.parked());
        node.put("unreadable", counts.unreadable());
        counts.oldest().ifPresent(oldest -> node.put("oldest", oldest.toString()));
        return node;
    }

    /** Prints pages, one line for each key on them. */
    private final class Page {
        private final RequiredFields required;
        private final JsonLines output = new JsonLines(environment.out(), false);
        private boolean allReadable = true;

        Page(RequiredFields required) {
            this.required = required;
        }

        boolean print(List<PendingJoin<String, ObjectNode>> joins) throws IOException {
            Map<String, ObjectNode> lines = new LinkedHashMap<>();
            for (PendingJoin<String, ObjectNode> join : joins) {
                if (join.status() == Status.UNREADABLE) {
                    environment.messages().say(join.lastError().orElse(""));
                    allReadable = false;
                } else {
                    describe(join, lines.computeIfAbsent(String.valueOf(join.key()), Page::line));
                }
            }
            for (ObjectNode line : lines.values()) {
                output.write(line);
            }
            output.flush();
            return true;
        }

        private static ObjectNode line(String key) {
            return Json.MAPPER.createObjectNode().put("key", key);
        }

        private void describe(PendingJoin<String, ObjectNode> join, ObjectNode line) {
            if (join.status() == Status.WAITING) {
                describe(join, join.value().orElseThrow(), line);
                join.dueAt().ifPresent(at -> line.put("deadline", at.toString()));
                return;
            }
            ObjectNode flight = line.withArray("inFlight").addObject();
            join.cause().map(Cause::name).ifPresent(cause -> flight.put("cause", cause));
            flight.put("state", join.status().name());
            flight.put("attempt", join.attempts());
            join.lastError().ifPresent(error -> flight.put("lastError", error));
            join.dueAt().ifPresent(at -> flight.put("nextAt", at.toString()));
            describe(join, join.value().orElseThrow(), flight);
        }

        private void describe(PendingJoin<String, ObjectNode> join, ObjectNode value, ObjectNode node) {
            Instant firstAt = join.firstAt().orElseThrow();
            node.put("parts", join.parts());
            node.put("firstAt", firstAt.toString());
            node.put(
                    "ageSeconds",
                    Math.max(
                            0,
                            Duration.between(firstAt, environment.clock().instant())
                                    .toSeconds()));
            if (!require.isEmpty()) {
                ArrayNode missing = node.putArray("missing");
                required.missingIn(value).forEach(missing::add);
            }
            if (values) {
                node.set("value", value);
            }
        }
    }
}
