package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Cause;
import dev.joiner.JoinerException;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Counts;
import dev.joiner.PendingJoin.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
            "Prints a line for each join, the oldest first: how long ago its first line came, what it waits for (WAITING"
                    + " for lines; CLAIMED, as a process prints it or died doing so; FAILED, to be printed again; PARKED,"
                    + " for release), how many lines are in it, how often it was tried to print it, its key, what is"
                    + " missing of the fields that --require names, and why it failed. Of a value that is no JSON object, as"
                    + " another codec wrote it, the size is shown.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  joiner pending --store URL --older-than 1h --require order.total,payment --missing payment",
            "  joiner pending --store URL --json | jq -r 'select(.status == \"PARKED\") | .key'",
            "",
            "Exit status: 0 if all is well, 2 if the command line is wrong, 1 otherwise."
        })
final class PendingCommand implements Callable<Integer> {
    private static final String ROW = "%-8s %-8s %6s %5s  %s%s";

    private final Environment environment;

    @Mixin
    private LastingStore store = new LastingStore();

    @Option(
            names = "--require",
            paramLabel = "FIELDS",
            description = "The required fields, as given to join; shows which of them are missing.")
    private List<String> require = new ArrayList<>();

    @Option(
            names = "--missing",
            paramLabel = "FIELDS",
            description = "Show only the joins in which one of these fields is missing.")
    private List<String> missing = new ArrayList<>();

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Show only the joins whose first line came longer ago.")
    private Duration olderThan = Duration.ZERO;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Show at most so many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--json", description = "Print JSON objects, one a line, for programs.")
    private boolean json;

    @Option(names = "--values", description = "Show the merged objects, too; with --json.")
    private boolean values;

    @Option(
            names = "--count",
            description = "Show only how many joins there are of each kind, and since when the oldest waits, as JSON.")
    private boolean count;

    PendingCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Options.check(limit >= 1, "--limit is " + limit + ", must be at least 1");
        Options.check(!count || olderThan.isZero(), "--count and --older-than contradict each other");
        Options.check(!count || missing.isEmpty(), "--count and --missing contradict each other");
        Options.check(!values || json, "--values needs --json");
        RequiredFields required = Options.required(require);
        RequiredFields asked = Options.fields("--missing", missing);
        Instant now = environment.clock().instant();
        JsonLines output = new JsonLines(environment.out(), false);
        OldestJoins oldest =
                new OldestJoins(limit, join -> isOld(join, now) && lacksOneOf(asked, join), !asked.isEmpty());
        boolean areAllReadable;
        try (KeyedJoiner<?, String, ObjectNode, ?> joiner =
                store.open(environment, output, Completion.NEVER, required, null)) {
            if (count) {
                output.write(node(ForeignValues.count(joiner)));
                output.flush();
                return ExitStatus.OK;
            }
            areAllReadable = oldest.readAll(joiner, environment.messages());
            print(oldest.joins(), now, output);
        }
        output.flush();
        tellOfTheRest(oldest.joins().size(), oldest.count(), areAllReadable);
        return areAllReadable ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private void print(List<PendingJoin<String, ObjectNode>> joins, Instant now, JsonLines output) throws IOException {
        if (json) {
            for (PendingJoin<String, ObjectNode> join : joins) {
                print(join, now, output);
            }
        } else if (!joins.isEmpty()) {
            output.writeText(String.format(ROW, "AGE", "STATUS", "LINES", "TRIED", "KEY", ""));
            for (PendingJoin<String, ObjectNode> join : joins) {
                output.writeText(row(join, now));
            }
        }
    }

    private void print(PendingJoin<String, ObjectNode> join, Instant now, JsonLines output) throws IOException {
        Optional<MergedObject> object = Optional.empty();
        if (values) {
            try {
                object = MergedObject.of(join);
            } catch (IllegalStateException | JoinerException e) { // it has ended meanwhile, or is of another codec
                environment.messages().say(String.valueOf(e.getMessage()));
            }
        }
        if (object.isPresent()) {
            output.write(node(join, now), "value", object.get());
        } else {
            output.write(node(join, now));
        }
    }

    private boolean isOld(PendingJoin<?, ?> join, Instant now) {
        return olderThan.isZero() || join.firstAt().orElse(now).isBefore(now.minus(olderThan));
    }

    private static boolean lacksOneOf(RequiredFields asked, PendingJoin<?, ObjectNode> join) {
        return asked.isEmpty() || !asked.areIn(join.value().orElseThrow());
    }

    private void tellOfTheRest(int shown, long count, boolean areAllReadable) {
        if (count == 0 && areAllReadable) {
            String such = olderThan.isZero() && missing.isEmpty() ? "nothing" : "nothing of that kind";
            store.tellThatNothingWaits(environment.messages(), such);
        } else if (count > shown) {
            environment.messages().say("and " + (count - shown) + " more (--limit)");
        }
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

    private ObjectNode node(PendingJoin<String, ObjectNode> join, Instant now) {
        ObjectNode node = Json.MAPPER.createObjectNode();
        node.put("key", join.key());
        node.put("status", join.status().name());
        node.put("parts", join.parts());
        node.put("firstAt", join.firstAt().orElseThrow().toString());
        node.put("ageSeconds", age(join, now).toSeconds());
        join.cause().map(Cause::name).ifPresent(cause -> node.put("cause", cause));
        if (join.status() != Status.WAITING) {
            node.put("attempts", join.attempts());
        }
        join.lastError().ifPresent(error -> node.put("lastError", error));
        join.dueAt().ifPresent(at -> node.put("dueAt", at.toString()));
        if (!require.isEmpty()) {
            ArrayNode fields = node.putArray("missing");
            join.missing().forEach(fields::add);
        }
        join.bytes().ifPresent(bytes -> node.put("valueBytes", bytes.length));
        return node;
    }

    private static String row(PendingJoin<String, ObjectNode> join, Instant now) {
        StringBuilder rest = new StringBuilder();
        if (!join.missing().isEmpty()) {
            rest.append("  missing ").append(String.join(", ", join.missing()));
        }
        join.bytes().ifPresent(bytes -> rest.append("  value: " + bytes.length + " bytes of another codec"));
        join.lastError().ifPresent(error -> rest.append("  ").append(error));
        return Printable.text(String.format(
                Locale.ROOT,
                ROW,
                DurationConverter.text(age(join, now)),
                join.status(),
                join.parts(),
                join.attempts(),
                join.key(),
                rest));
    }

    private static Duration age(PendingJoin<?, ?> join, Instant now) {
        Duration age = Duration.between(join.firstAt().orElseThrow(), now);
        return age.isNegative() ? Duration.ZERO : age;
    }
}
