package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.joiner.spi.JoinState.Join;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Takes joins out of a store. */
@Command(
        name = "drop",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Takes waiting joins out of a store.", ""},
        description = {
            "Takes the waiting join of each key out of the store, and then prints what it was. A join that another"
                    + " process is printing is left alone.",
            ""
        },
        footer = {"", "Exit status: 0 if something waited under every key, 2 if the command line is wrong, 1 otherwise."
        })
final class DropCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private HeldJoins joins = new HeldJoins();

    DropCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        return joins.takeEach(environment, (joiner, key, output) -> {
            List<Join<?>> dropped = joiner.drop(key);
            for (Join<?> join : dropped) {
                output.write((JsonNode) join.value());
            }
            return !dropped.isEmpty();
        });
    }
}
