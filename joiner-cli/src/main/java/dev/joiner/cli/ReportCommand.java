package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.console.Console;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes what waits in a store as a page. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Writes what waits in a store as a page that needs no server.", ""},
        description = {
            "Writes the page of console as one HTML file with the data in it: the whole store counted, and of its joins those"
                    + " that failed, are parked or cannot be read, and then the oldest. Changes nothing.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  joiner report --store jdbc:h2:./joins --require order.total,payment --html joins.html",
            "",
            "Exit status: 0 if all is well, 2 if the command line is wrong, 1 otherwise."
        })
final class ReportCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private LastingStore store = new LastingStore();

    @Option(names = "--html", required = true, paramLabel = "FILE", description = "The file to write, or to overwrite.")
    private File html = new File("");

    @Option(
            names = "--require",
            paramLabel = "FIELDS",
            description = "The required fields, as given to join; shows which of them are missing.")
    private List<String> require = new ArrayList<>();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Show at most so many joins. All are counted. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--values", description = "Show the merged objects, too, or their beginnings.")
    private boolean values;

    ReportCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Options.check(limit >= 1, "--limit is " + limit + ", must be at least 1");
        RequiredFields required = Options.required(require);
        store.requireNotRead("--html", html.toPath(), environment);
        JsonLines output = new JsonLines(environment.out(), false);
        try (KeyedJoiner<?, String, ObjectNode, ?> joiner =
                store.open(environment, output, Completion.NEVER, required, null)) {
            Console console = Console.of(
                    List.of(new ConsoledStore(store.namespace(), joiner, null, false, environment.messages())),
                    false,
                    environment.clock());
            Files.writeString(html.toPath(), console.report(limit, values));
        }
        environment.messages().say("wrote " + html);
        return ExitStatus.OK;
    }
}
