package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.cli.InputReader.Source;
import java.io.File;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Joins JSON lines. */
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Joins JSON lines.", ""},
        description = {
            "Merges the objects that have the same key, and prints each merged object as one line as soon as it has"
                    + " all required fields.",
            "",
            "Objects merge deeply; where two lines differ, the newer value wins unless it is null, and an array is"
                    + " replaced as a whole. A line that cannot be joined is reported and left out.",
            ""
        },
        footer = {
            "",
            "FIELD is a name, or names with dots in between: order.id is the id inside of order. A dot, comma or"
                    + " backslash in a name is written with a backslash before it. Keys and ids are strings, numbers"
                    + " or booleans and are compared as text: 1 and \"1\" are the same, 1 and 1.0 are not.",
            "",
            "In a store that outlives the process, a join is taken out once it is printed. After kill -9, give the next"
                    + " run the same lines again: with --id and --remember, those that had been taken count once, and a"
                    + " join is printed again only if it was being printed when the process died.",
            "",
            "DURATION is a number and its unit (ms, s, m, h or d), or several: 1h30m.",
            "",
            "Examples:",
            "  joiner join --key order.id --require order.total,payment,shipment orders.jsonl",
            "  tail -f events.log | joiner join --key id --require a,b --expire-after 10m",
            "  joiner join --key id --require a,b --id event --remember 1d --store jdbc:h2:./joins events.log",
            "",
            "Exit status: 0 if all lines were taken; 3 if some were rejected; 4 if joins were lost, as they still waited"
                    + " when a store in memory ended and --expired-to was not given; 130 or 143 if a signal (INT or"
                    + " TERM) stopped it before the end of its input; 2 if the command line is wrong; 141 if nobody"
                    + " reads the output any more; 1 if anything else went wrong. Of several, the last one counts."
        })
final class JoinCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    /** Nobody takes over from a process in which the store is, however long its output blocks. */
    private static final Duration LEASE_IN_MEMORY = Duration.ofDays(36_500);

    private final Environment environment;

    @Option(
            names = "--key",
            required = true,
            paramLabel = "FIELD",
            description = "What the lines of one join have in common.")
    private String key = "";

    @Option(
            names = "--require",
            required = true,
            paramLabel = "FIELDS",
            description = "What makes an object whole, with commas in between: all there, and none null.")
    private List<String> require = new ArrayList<>();

    @Option(
            names = "--id",
            paramLabel = "FIELD",
            description = "What tells the lines of one key apart: a line that comes again counts once. After its join"
                    + " it is recognised for as long as --remember says.")
    private @Nullable String id;

    @Option(
            names = "--remember",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "A key takes no more lines for so long after its join; they are late. Without it, they begin"
                    + " another join.")
    private @Nullable Duration remember;

    @Option(
            names = "--late-to",
            paramLabel = "FILE",
            description = "Where late lines go. Without it they are only counted.")
    private @Nullable File lateTo;

    @Option(
            names = "--expire-after",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long a join waits, from its first line on. Without it: as long as its store is there.")
    private @Nullable Duration expireAfter;

    @Option(
            names = "--expired-to",
            paramLabel = "FILE",
            description = "Where joins go that expired, that the store evicted, or that still wait when a store in"
                    + " memory ends. Without it, the first two go to standard error, and of the others a few.")
    private @Nullable File expiredTo;

    @Option(
            names = "--rejected-to",
            paramLabel = "FILE",
            description = "Where lines go that cannot be joined, as JSON with file, line, reason and text. Without it,"
                    + " file, line and reason go to standard error.")
    private @Nullable File rejectedTo;

    @Option(
            names = "--store",
            paramLabel = "URL",
            defaultValue = "memory:",
            description = "Where joins wait. Default: ${DEFAULT-VALUE}, which ends with the process;"
                    + " caffeine:?maximumSize=N is bounded. jdbc:h2:./joins is a file, for one process at"
                    + " a time; jdbc:postgresql://HOST/DB, jdbc:mariadb://HOST/DB and redis://HOST are for any number. What"
                    + " waits there goes on waiting for the next run, also when this one is killed.")
    private String store = "";

    @Option(
            names = "--namespace",
            paramLabel = "N",
            defaultValue = "joiner",
            description = "Keeps these joins apart from others in the same database. Default: ${DEFAULT-VALUE}.")
    private String namespace = "";

    @Option(
            names = "--lease",
            paramLabel = "DURATION",
            defaultValue = "1m",
            converter = DurationConverter.class,
            description =
                    "If a process dies, or its output blocks, while it prints a join, another one prints that join"
                            + " after so long, and waits for it at the end of its input. Default: ${DEFAULT-VALUE};"
                            + " means nothing to a store in memory.")
    private Duration lease = Duration.ZERO;

    @Option(
            names = "--park-after",
            paramLabel = "N",
            description = "A join that could not be printed N times, or whose process died N times while it printed it,"
                    + " is parked: pending shows it, release prints it, and nothing else does. Without it, it is tried"
                    + " again for ever.")
    private @Nullable Integer parkAfter;

    @Option(
            names = "--reexamine",
            description = "First print the joins that wait in the store and are whole by now: for when --require names"
                    + " less than it did before.")
    private boolean reexamine;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "500",
            description = "How many lines are joined at once, if so many are there. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--sweep-every",
            paramLabel = "DURATION",
            defaultValue = "1s",
            converter = DurationConverter.class,
            description = "How often to look for joins that expired. Default: ${DEFAULT-VALUE}.")
    private Duration sweepEvery = Duration.ZERO;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no summary.")
    private boolean quiet;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "Files to join, read one after the other; none, or -, is standard input.")
    private List<String> files = new ArrayList<>();

    JoinCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        FieldPath keyField = Options.field("--key", key);
        FieldPath idField = id == null ? null : Options.field("--id", id);
        RequiredFields required = Options.required(require);
        Options.check(batch >= 1 && batch <= 10_000, "--batch is " + batch + ", must be from 1 to 10000");
        Options.check(parkAfter == null || parkAfter >= 1, "--park-after is " + parkAfter + ", must be at least 1");
        List<Source> sources = sources();
        boolean lasting = Stores.outlivesProcess(store);
        JoinRun run = new JoinRun(environment, quiet);
        try (JsonLines late = run.appendTo("--late-to", lateTo);
                JsonLines expired = run.appendTo("--expired-to", expiredTo);
                JsonLines rejected = run.appendTo("--rejected-to", rejectedTo)) {
            // A join that is written off in a store that stays has to be out of this process by then.
            JsonLines output = new JsonLines(environment.out(), lasting, run::fail);
            Unfinished unfinished = new Unfinished(expired, required, environment.messages());
            JoinSpec<Line, String, ObjectNode, Boolean> spec = spec(required, output, unfinished, late, run.tally());
            try (KeyedJoiner<Line, String, ObjectNode, Boolean> joiner =
                    Stores.open(store, namespace, spec, environment.clock())) {
                if (reexamine) {
                    run.reexamine(joiner);
                }
                start(new InputReader(sources, new LineParser(keyField, idField), batch, run.feed()));
                run.join(
                        joiner,
                        sweepEvery,
                        output,
                        new Rejections(rejected, environment.messages()),
                        lasting ? lease : Duration.ZERO);
                return lasting ? run.endWith(joiner) : run.endWith(joiner, unfinished);
            }
        }
    }

    private JoinSpec<Line, String, ObjectNode, Boolean> spec(
            RequiredFields required,
            JsonLines output,
            Unfinished unfinished,
            @Nullable JsonLines late,
            JoinListener listener) {
        JoinSpec.Builder<Line, String, ObjectNode, Boolean> spec = JoinSpec.joining(Line.class)
                .keyedBy(Line::key)
                .mergedBy(Line::mergedInto)
                .sufficientWhen(required::areIn)
                .named("join")
                .onExpired(unfinished)
                .lease(Stores.outlivesProcess(store) ? lease : LEASE_IN_MEMORY)
                .listener(listener)
                .process(value -> {
                    output.write(value);
                    return true;
                });
        if (id != null) {
            spec.identifiedBy(Line::id);
        }
        if (remember != null) {
            spec.rememberFor(remember);
        }
        if (expireAfter != null) {
            spec.expireAfter(expireAfter);
        }
        if (parkAfter != null) {
            spec.retry(parkAfter).parkPoisoned();
        }
        if (late != null) {
            spec.onLate(line -> late.writeUnchecked(line.object()));
        }
        return spec.build();
    }

    private List<Source> sources() throws IOException {
        List<Source> sources = new ArrayList<>();
        for (String file : files.isEmpty() ? List.of(STANDARD_INPUT) : files) {
            if (file.equals(STANDARD_INPUT)) {
                sources.add(new Source("<stdin>", () -> leftOpen(environment.in())));
            } else {
                requireReadable(new File(file));
                sources.add(new Source(file, () -> new FileInputStream(file)));
            }
        }
        return sources;
    }

    /** A wrong name is to show before anything is joined. A pipe can be opened once only, and its name is not wrong. */
    private static void requireReadable(File file) throws IOException {
        if (!file.exists() || file.isFile() || file.isDirectory()) {
            new FileInputStream(file).close();
        }
    }

    /** Standard input is not this command's to close: if it was closed before, its number is a file of the JVM. */
    private static InputStream leftOpen(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public void close() {}
        };
    }

    /** A thread that blocks in a read cannot be stopped, and must not hold the process. */
    private static void start(InputReader reader) {
        Thread thread = new Thread(reader, "reader");
        thread.setDaemon(true);
        thread.start();
    }
}
