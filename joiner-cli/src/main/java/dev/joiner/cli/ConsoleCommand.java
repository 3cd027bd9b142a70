package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.console.Console;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what waits in a store on a web page. */
@Command(
        name = "console",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Shows what waits in a store on a web page.", ""},
        description = {
            "Serves a page that shows what pending, release, drop and reexamine do, until it is stopped (Ctrl-C). Prints the"
                    + " page's URL on standard error, and a line for each change. What is released there is printed on"
                    + " standard output; what is dropped goes to the file of --dropped-to.",
            "",
            "On this machine alone, everybody who may log in here may open the page. From other machines it demands a token,"
                    + " which is printed once; what goes over the network is not encrypted, so put a proxy with TLS or a"
                    + " tunnel in front of it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  joiner console --store jdbc:h2:./joins --require order.total,payment,shipment",
            "  joiner console --store URL --allow-changes --dropped-to dropped.jsonl >> released.jsonl",
            "",
            "Exit status: 0 if it was stopped, 2 if the command line is wrong, 1 otherwise."
        })
final class ConsoleCommand implements Callable<Integer> {
    private static final Duration A_DAY = Duration.ofDays(1);
    private static final int LAST_PORT = 65_535;

    private final Environment environment;

    @Mixin
    private LastingStore store = new LastingStore();

    @Option(
            names = "--require",
            paramLabel = "FIELDS",
            description =
                    "The required fields, as given to join: shows which of them are missing, and what reexamine asks"
                            + " for.")
    private List<String> require = new ArrayList<>();

    @Option(
            names = "--allow-changes",
            description =
                    "Let the page release, reexamine and, with --dropped-to, drop. Without it, the page only shows.")
    private boolean allowChanges;

    @Option(
            names = "--dropped-to",
            paramLabel = "FILE",
            description = "Where joins go that are dropped; they are added to what is there. Without it, the page drops"
                    + " nothing.")
    private @Nullable File droppedTo;

    @Option(
            names = "--remember",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description =
                    "The key of what is released or dropped takes no more lines for so long; to be given as it was to"
                            + " join.")
    private @Nullable Duration remember;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The address to listen at. Any but that of this machine alone demands a token."
                    + " Default: ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The port to listen at. Default: one that is free.")
    private int port;

    @Option(names = "--token", description = "Demand a token on this machine, too.")
    private boolean demandToken;

    ConsoleCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Options.check(port >= 0 && port <= LAST_PORT, "--port is " + port + ", must be from 0 to " + LAST_PORT);
        Options.check(
                droppedTo == null || allowChanges, "--dropped-to needs --allow-changes: without it nothing is dropped");
        if (droppedTo != null) {
            store.requireNotRead("--dropped-to", droppedTo.toPath(), environment);
        }
        InetAddress address = address();
        RequiredFields required = Options.required(require);
        Completion whole = required.isEmpty() ? Completion.NEVER : new Completion(required, 0, List.of());
        JsonLines output = new JsonLines(environment.out(), true);
        try (JsonLines dropped = droppedTo == null
                        ? null
                        : JsonLines.appendTo(ConsoledStore.DROPPED_TO, droppedTo, cause -> {});
                KeyedJoiner<?, String, ObjectNode, ?> joiner =
                        store.open(environment, output, whole, required, remember)) {
            Console console = Console.of(
                    List.of(new ConsoledStore(
                            store.namespace(), joiner, dropped, !required.isEmpty(), environment.messages())),
                    allowChanges,
                    environment.clock());
            Optional<ConsoleToken> token =
                    demandToken || !address.isLoopbackAddress() ? Optional.of(ConsoleToken.random()) : Optional.empty();
            try (ConsoleServer server = ConsoleServer.start(console, new InetSocketAddress(address, port), token)) {
                environment.messages().say("the console is at " + server.url() + " (Ctrl-C stops it)");
                token.ifPresent(secret -> environment.messages().say("its token is " + secret.text()));
                awaitStop();
            }
        }
        return ExitStatus.OK;
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new UsageException("--host: " + host + " is not a host that is known here");
        }
    }

    private void awaitStop() throws InterruptedException {
        environment.stop().listen(new StopSignal.Stoppable() {
            @Override
            public void finish() {}

            @Override
            public void giveBack() {}
        });
        while (!environment.stop().isWanted()) {
            environment.stop().await(A_DAY);
        }
    }
}
