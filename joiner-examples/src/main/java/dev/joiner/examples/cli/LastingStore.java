package dev.joiner.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.spi.JoinStore;
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

    JoinStore<String, ObjectNode> open() {
        Stores.inThisProcess(url).ifPresent(kind -> {
            throw new UsageException(
                    "--store: what is in " + kind + " ends with its process, so there is nothing to see in a new one");
        });
        return Stores.openExisting(url, namespace);
    }
}
