package dev.joiner.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints lines to join. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Prints JSON lines to join.", ""},
        description = {
            "Each order comes in three parts: the order, its payment, its shipment. The parts of many orders come"
                    + " mixed. The same options give the same lines.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  joiner generate | joiner join --key order.id --require order.total,payment,shipment",
            "  joiner generate --duplicates 0.05 | joiner join --key order.id --id event --remember 1h"
                    + " --require order.total,payment,shipment"
        })
final class GenerateCommand implements Callable<Integer> {
    private final Environment environment;

    @Option(
            names = "--joins",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many orders become complete. Default: ${DEFAULT-VALUE}.")
    private long joins;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Another number gives other lines. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--duplicates",
            paramLabel = "P",
            defaultValue = "0",
            description =
                    "How likely it is, from 0 to less than 1, that a line comes again. Default: ${DEFAULT-VALUE}.")
    private double duplicates;

    @Option(
            names = "--incomplete",
            paramLabel = "P",
            defaultValue = "0",
            description = "How likely it is, from 0 to less than 1, that an order is one that never becomes complete."
                    + " Default: ${DEFAULT-VALUE}.")
    private double incomplete;

    @Option(
            names = "--open",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many orders are open at a time. Default: ${DEFAULT-VALUE}.")
    private int open;

    GenerateCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Options.check(joins >= 0, "--joins is " + joins + ", must not be negative");
        Options.check(open >= 1, "--open is " + open + ", must be at least 1");
        Options.check(
                duplicates >= 0 && duplicates < 1, "--duplicates is " + duplicates + ", must be from 0 to below 1");
        Options.check(
                incomplete >= 0 && incomplete < 1, "--incomplete is " + incomplete + ", must be from 0 to below 1");
        OrderGenerator generator = new OrderGenerator(seed, joins, duplicates, incomplete, open);
        OutputStream out = new BufferedOutputStream(environment.out(), 1 << 16);
        StringBuilder line = new StringBuilder();
        while (generator.next(line)) {
            line.append('\n');
            out.write(line.toString().getBytes(StandardCharsets.ISO_8859_1));
            line.setLength(0);
        }
        out.flush();
        return ExitStatus.OK;
    }
}
