package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** The store of other processes, for commands that look into it. */
final class LastingStore {
    @Mixin
    private StoreOptions options = new StoreOptions();

    /** The store's URL. */
    String url(Environment environment) throws IOException {
        String url = options.url(environment.variables())
                .orElseThrow(() -> new UsageException("no store: --store URL, or the environment variable "
                        + StoreOptions.VARIABLE + ", has to name one"));
        Stores.inThisProcess(url).ifPresent(kind -> {
            throw new UsageException(
                    "--store: what is in " + kind + " ends with its process, so there is nothing to see in a new one");
        });
        return url;
    }

    String namespace() {
        return options.namespace();
    }

    /** Refuses an output that would overwrite what is read: the store's own file, or that of its URL. */
    void requireNotRead(String option, Path output, Environment environment) throws IOException {
        List<Path> inputs = new ArrayList<>();
        options.file(environment.variables()).ifPresent(inputs::add);
        Stores.file(url(environment)).ifPresent(inputs::add);
        for (Path input : inputs) {
            if (Files.isRegularFile(output) && Files.isRegularFile(input) && Files.isSameFile(input, output)) {
                throw new UsageException(option + ": " + output + " is also read, for --store");
            }
        }
    }

    /** Says that there is nothing, and where: the namespace may be misspelt. */
    void tellThatNothingWaits(Messages messages, String what) {
        messages.say(what + " waits in the namespace \"" + namespace() + "\" of this store");
    }

    /**
     * Opens a joiner that prints what it is told to hand over, whatever has become of it.
     *
     * @param completion what makes objects whole
     * @param remember how long a key takes no more lines; null if it takes them at once
     */
    KeyedJoiner<Line, String, ObjectNode, Boolean> open(
            Environment environment, JsonLines output, Completion completion, @Nullable Duration remember)
            throws IOException {
        return open(environment, output, completion, new RequiredFields(List.of()), remember);
    }

    /**
     * Opens the store as the other method does.
     *
     * @param required the fields that joins are to have; what they lack is shown, and nothing is made whole by it
     */
    KeyedJoiner<Line, String, ObjectNode, Boolean> open(
            Environment environment,
            JsonLines output,
            Completion completion,
            RequiredFields required,
            @Nullable Duration remember)
            throws IOException {
        var spec = JoinSpec.joining(Line.class)
                .keyedBy(Line::key)
                .mergedBy((Line line, @Nullable ObjectNode pending) -> line.object())
                .collecting(Line::object, Json.ofAnyCodec())
                .sufficientWhen((value, parts) -> completion.isWhole(value))
                .missing(required::missingIn)
                .onExpired((collected, handOver) -> output.write(MergedObject.of(collected)))
                .process(collected -> {
                    output.write(MergedObject.of(collected));
                    return true;
                });
        if (remember != null) {
            spec.rememberFor(remember);
        }
        return Stores.openExisting(url(environment), namespace(), spec.build(), environment.clock());
    }
}
