package dev.joiner.cli;

import dev.joiner.CodecException;
import dev.joiner.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Hands joins over that are not whole. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Prints waiting joins of a store as if they were whole.", ""},
        description = {
            "Prints what waits under each key as it is, and takes it out of the store once it is printed: joins that"
                    + " are not whole, failed or are parked. A join that another process is printing is left alone.",
            ""
        },
        footer = {"", "Exit status: 0 if something waited under every key, 2 if the command line is wrong, 1 otherwise."
        })
final class ReleaseCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private HeldJoins joins = new HeldJoins();

    ReleaseCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        return joins.takeEach(environment, (joiner, key, output) -> {
            List<Outcome<Boolean>> released = joiner.release(key);
            for (Outcome<Boolean> outcome : released) {
                if (outcome instanceof Outcome.Failed<Boolean> failed) {
                    if (failed.cause().getCause() instanceof CodecException parts) {
                        throw parts;
                    }
                    throw new IOException(failed.cause().getMessage(), failed.cause());
                }
            }
            return !released.isEmpty();
        });
    }
}
