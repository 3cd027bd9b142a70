package dev.joiner.cli;

import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints what is whole by smaller requirements. */
@Command(
        name = "reexamine",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Prints the waiting joins of a store that are whole by now.", ""},
        description = {
            "Looks at all joins that wait for lines, prints those that have the required fields, and takes them out of the"
                    + " store: for when join is to require less than it did. join --reexamine does the same before it"
                    + " begins.",
            ""
        },
        footer = {"", "Exit status: 0 if all is well, 2 if the command line is wrong, 1 otherwise."})
final class ReexamineCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private LastingStore store = new LastingStore();

    @Option(
            names = "--require",
            required = true,
            paramLabel = "FIELDS",
            description = "What makes an object whole from now on, with commas in between.")
    private List<String> require = new ArrayList<>();

    @Option(
            names = "--remember",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Keys of what is printed take no more lines for so long; to be given as it was to join.")
    private @Nullable Duration remember;

    ReexamineCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Completion completion = new Completion(Options.required(require), 0, List.of());
        JsonLines output = new JsonLines(environment.out(), true);
        try (var joiner = store.open(environment, output, completion, remember)) {
            SweepReport report;
            try {
                report = joiner.reexamine();
            } catch (SweepException e) {
                tellFailures(e.report());
                throw e;
            }
            tellFailures(report);
            if (report.joined() + report.failed() == 0) {
                store.tellThatNothingWaits(environment.messages(), "nothing that is whole");
            }
            return report.failed() == 0 ? ExitStatus.OK : ExitStatus.FAILED;
        }
    }

    private void tellFailures(SweepReport report) {
        for (SweepReport.Failure failure : report.failures()) {
            environment.messages().say(String.valueOf(failure.cause().getMessage()));
        }
    }
}
