package dev.joiner.examples.cli;

import dev.joiner.Joiner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Hands joins over that are not whole. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Prints waiting joins of a store as if they were whole.", ""},
        description = {
            "Prints the waiting join of each key as it is, and takes it out of the store once it is printed. A join"
                    + " that another process is printing is left alone.",
            ""
        },
        footer = {"", "Exit status: 0 if something waited under every key, 2 if the command line is wrong, 1 otherwise."
        })
final class ReleaseCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private HeldJoins joins = new HeldJoins();

    @Parameters(paramLabel = "KEY", arity = "1..*", description = "A key of a join, as pending prints it.")
    private List<String> keys = new ArrayList<>();

    ReleaseCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        JsonLines output = new JsonLines(environment.out(), true);
        boolean allFound = true;
        try (Joiner<Line, Boolean> joiner = joins.open(environment, output)) {
            for (String key : keys) {
                if (joiner.release(Options.key(key)).isEmpty()) {
                    environment.messages().say("nothing waits under " + key);
                    allFound = false;
                }
            }
        }
        return allFound ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
