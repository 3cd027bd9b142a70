package dev.joiner.cli;

import picocli.CommandLine.Command;

/** The command that the others are part of. */
@Command(
        name = "joiner",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {"Merges JSON lines about one thing back into one.", ""},
        footer = {
            "",
            "Examples:",
            "  joiner demo",
            "  joiner generate | joiner join --key order.id --require order.total,payment,shipment",
            "",
            "joiner COMMAND --help tells more."
        })
final class JoinerCommand {}
