package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints what is in a store, for another store. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Prints the joins of a store, for import into another one.", ""},
        description = {
            "Prints a JSON object for each join, one a line, and leaves the store as it is. Stop what joins there first:"
                    + " what comes in meanwhile is in one store only.",
            "",
            "Ids of lines that were merged are not exported, nor what is only remembered: a line that comes again counts"
                    + " again.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  joiner export --store jdbc:h2:./joins | joiner import --store redis://HOST",
            "",
            "Exit status: 0 if all is well, 2 if the command line is wrong, 1 otherwise."
        })
final class ExportCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private LastingStore store = new LastingStore();

    ExportCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        JsonLines output = new JsonLines(environment.out(), false);
        boolean[] areAllReadable = {true};
        boolean[] isEmpty = {true};
        try (KeyedJoiner<?, String, ObjectNode, ?> joiner = store.open(environment, output, Completion.NEVER, null)) {
            Pages.read(joiner, page -> {
                isEmpty[0] &= page.isEmpty();
                for (PendingJoin<String, ObjectNode> join : page) {
                    if (join.status() == Status.UNREADABLE) {
                        environment
                                .messages()
                                .say(
                                        ForeignValues.in(join).isEmpty()
                                                ? join.lastError().orElse("")
                                                : "key \"" + join.key()
                                                        + "\": the value is of another codec, not JSON");
                        areAllReadable[0] = false;
                    } else {
                        output.write(
                                ExportedJoin.node(join),
                                ExportedJoin.VALUE,
                                MergedObject.of(join).orElseThrow());
                    }
                }
                return true;
            });
        }
        output.flush();
        if (isEmpty[0]) {
            store.tellThatNothingWaits(environment.messages(), "nothing");
        }
        return areAllReadable[0] ? ExitStatus.OK : ExitStatus.FAILED;
    }
}
