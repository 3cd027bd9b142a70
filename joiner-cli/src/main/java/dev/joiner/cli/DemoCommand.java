package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.cli.Input.Position;
import dev.joiner.store.memory.MapJoinStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Shows a join happening. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        header = {"Shows a join happening, step by step.", ""})
final class DemoCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final FieldPath KEY = FieldPath.parse("order.id");
    private static final FieldPath ID = FieldPath.parse("event");
    private static final RequiredFields REQUIRED =
            new RequiredFields(FieldPath.parseAll("order.total,payment,shipment"));

    private final PrintStream out;
    private Instant now = Instant.parse("2026-01-01T09:00:00Z");

    DemoCommand(Environment environment) {
        out = new PrintStream(environment.out(), false, StandardCharsets.UTF_8);
    }

    @Override
    public Integer call() throws IOException {
        JoinSpec<Line, String, ObjectNode, ObjectNode> spec = JoinSpec.joining(Line.class)
                .keyedBy(Line::key)
                .mergedBy((Line line, @Nullable ObjectNode pending) -> DeepMerge.NEWEST.merge(line.object(), pending))
                .sufficientWhen(REQUIRED::areIn)
                .identifiedBy(Line::id)
                .rememberFor(Duration.ofHours(1))
                .expireAfter(Duration.ofMinutes(10))
                .onIncomplete(value -> explain("waits for " + String.join(" and ", REQUIRED.missingIn(value))))
                .onExpired((value, handOver) -> {
                    explain(handOver.key() + " expires without " + String.join(", ", REQUIRED.missingIn(value)) + ":");
                    show("out", value);
                })
                .process(value -> {
                    explain("is whole:");
                    show("out", value);
                    return value;
                })
                .build();
        out.println("Three services tell of orders, each in its own time. Here is what Joiner makes of it:");
        out.println();
        out.println("  joiner join --key order.id --require order.total,payment,shipment \\");
        out.println("              --id event --remember 1h --expire-after 10m");
        out.println();
        try (Joiner<Line, ObjectNode> joiner = Joiner.create(spec, MapJoinStore.create(), () -> now)) {
            tell(joiner, """
                    {"event":"e1","order":{"id":"o1","customer":"Ada","total":12.50}}""");
            tell(joiner, """
                    {"event":"e2","order":{"id":"o2"},"payment":{"method":"card"}}""");
            tell(joiner, """
                    {"event":"e3","order":{"id":"o1"},"shipment":{"parcels":1}}""");
            tell(joiner, """
                    {"event":"e4","order":{"id":"o1"},"payment":{"method":"invoice"}}""");
            tell(joiner, """
                    {"event":"e3","order":{"id":"o1"},"shipment":{"parcels":1}}""");
            now = now.plus(Duration.ofMinutes(10));
            out.println(TIME.format(now) + "  ...");
            joiner.sweep();
        }
        out.println();
        out.println("Next: joiner generate | joiner join --key order.id --require order.total,payment,shipment");
        out.flush();
        return ExitStatus.OK;
    }

    private void tell(Joiner<Line, ObjectNode> joiner, String json) throws IOException {
        now = now.plusSeconds(1);
        ObjectNode object = Json.MAPPER.readValue(json, ObjectNode.class);
        show("in ", object);
        String key = KEY.requiredIn(object).asText();
        String id = ID.requiredIn(object).asText();
        Outcome<ObjectNode> outcome = joiner.accept(new Line(new Position("demo", 1), key, id, null, object));
        if (outcome instanceof Outcome.Duplicate) {
            explain("came before: left out");
        }
    }

    private void show(String direction, ObjectNode object) {
        out.println(TIME.format(now) + "  " + direction + "  " + Json.text(object));
    }

    private void explain(String text) {
        out.println("               " + text);
    }
}
