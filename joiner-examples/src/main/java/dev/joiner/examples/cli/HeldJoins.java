package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that take joins out of the store of other processes. */
final class HeldJoins {
    @Mixin
    private LastingStore store = new LastingStore();

    @Option(
            names = "--remember",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "The key takes no more lines for so long; to be given as it was to join.")
    private @Nullable Duration remember;

    /** A joiner that prints what it is told to hand over, whatever has become of it. */
    Joiner<Line, Boolean> open(Environment environment, JsonLines output) {
        JoinSpec.Builder<Line, ObjectNode, Boolean> spec = JoinSpec.<Line>keyedBy(Line::key)
                .<ObjectNode>mergedBy((line, pending) -> DeepMerge.merge(line.object(), pending))
                .sufficientWhen(value -> false)
                .onExpired((value, handOver) -> output.write(value))
                .process(value -> {
                    output.write(value);
                    return true;
                });
        if (remember != null) {
            spec.rememberFor(remember);
        }
        return Joiner.create(spec.build(), store.open(), environment.clock());
    }
}
