package dev.joiner.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When a join is over. */
final class CompletionOptions {
    @Option(
            names = "--require",
            paramLabel = "FIELDS",
            description = "What makes an object whole, with commas in between: all there, and none null.")
    private List<String> require = new ArrayList<>();

    @Option(names = "--count", paramLabel = "N", description = "An object is whole with its Nth line.")
    private @Nullable Integer count;

    @Option(
            names = "--until",
            paramLabel = "FIELD=VALUE",
            description =
                    "An object is whole with a line in which FIELD has this value. Given several times: with any of"
                            + " them.")
    private List<String> until = new ArrayList<>();

    @Option(
            names = "--starts-with",
            paramLabel = "FIELD=VALUE",
            description =
                    "A line in which FIELD has this value begins a new object: the one before is printed as it is,"
                            + " and so is the last one at the end of the input. Needs a store in memory.")
    private List<String> startsWith = new ArrayList<>();

    @Option(
            names = "--idle",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description =
                    "An object for which no line comes for so long is printed as it is; with a store in memory, so"
                            + " are all others at the end of the input.")
    private @Nullable Duration idle;

    /** What makes an object whole. Of --require, --count and --until all that are given have to agree. */
    Completion completion() {
        Options.check(count == null || count >= 1, "--count is " + count + ", must be at least 1");
        Completion completion = new Completion(
                Options.required(require), count == null ? 0 : count, Options.conditions("--until", until));
        Options.check(
                completion.isPossible() || endsWithInput(),
                "nothing says when an object is whole: --require, --count, --until, --starts-with or --idle has to");
        return completion;
    }

    List<FieldCondition> startLines() {
        return Options.conditions("--starts-with", startsWith);
    }

    @Nullable
    Duration idle() {
        return idle;
    }

    /** Whether joins may end without being whole, and so do at the end of the input. */
    boolean endsWithInput() {
        return idle != null || !startsWith.isEmpty();
    }
}
