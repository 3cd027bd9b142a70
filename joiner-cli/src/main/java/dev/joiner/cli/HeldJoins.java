package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.CodecException;
import dev.joiner.ContentionException;
import dev.joiner.KeyedJoiner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments of commands that take joins, key by key, out of the store of other processes. */
final class HeldJoins {
    @Mixin
    private LastingStore store = new LastingStore();

    @Option(
            names = "--remember",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "The key takes no more lines for so long; to be given as it was to join.")
    private @Nullable Duration remember;

    @Parameters(paramLabel = "KEY", arity = "1..*", description = "A key of a join, as pending prints it.")
    private List<String> keys = new ArrayList<>();

    /** Takes what is under one key, and prints it. */
    interface Taking {
        /** Whether there was anything. */
        boolean take(KeyedJoiner<Line, String, ObjectNode, Boolean> joiner, String key, JsonLines output)
                throws IOException;
    }

    /** Takes what is under each key; the exit status. */
    int takeEach(Environment environment, Taking taking) throws IOException {
        JsonLines output = new JsonLines(environment.out(), true);
        boolean allFound = true;
        try (var joiner = store.open(environment, output, Completion.NEVER, remember)) {
            for (String key : keys) {
                try {
                    if (!taking.take(joiner, Options.key(key), output)) {
                        environment.messages().say("nothing waits under " + key);
                        allFound = false;
                    }
                } catch (CodecException | ContentionException e) { // of this key alone
                    environment.messages().say(String.valueOf(e.getMessage()));
                    allFound = false;
                }
            }
        }
        return allFound ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
