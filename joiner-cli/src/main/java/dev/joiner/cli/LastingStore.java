package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that look into the store of other processes. */
final class LastingStore {
    @Option(
            names = "--store",
            required = true,
            paramLabel = "URL",
            description = "The store to look into, as it was given to join. A store in memory ends with its process.")
    private String url = "";

    @Option(
            names = "--namespace",
            paramLabel = "N",
            defaultValue = "joiner",
            description = "The namespace that was given to join. Default: ${DEFAULT-VALUE}.")
    private String namespace = "";

    /**
     * Opens a joiner that prints what it is told to hand over, whatever has become of it.
     *
     * @param remember how long a key takes no more lines; null if it takes them at once
     */
    KeyedJoiner<Line, String, ObjectNode, Boolean> open(
            JsonLines output, InstantSource clock, @Nullable Duration remember) {
        Stores.inThisProcess(url).ifPresent(kind -> {
            throw new UsageException(
                    "--store: what is in " + kind + " ends with its process, so there is nothing to see in a new one");
        });
        var spec = JoinSpec.joining(Line.class)
                .keyedBy(Line::key)
                .mergedBy(Line::mergedInto)
                .sufficientWhen(value -> false)
                .onExpired((value, handOver) -> output.write(value))
                .process(value -> {
                    output.write(value);
                    return true;
                });
        if (remember != null) {
            spec.rememberFor(remember);
        }
        return Stores.openExisting(url, namespace, spec.build(), clock);
    }
}
