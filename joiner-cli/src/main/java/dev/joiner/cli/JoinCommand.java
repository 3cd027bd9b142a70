package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.Cause;
import dev.joiner.Collected;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.cli.InputReader.Source;
import dev.joiner.cli.JoinRun.Ways;
import dev.joiner.cli.LineParser.LineFields;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Joins JSON lines. */
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Joins JSON lines.", ""},
        description = {
            "Merges the objects that have the same key, and prints each merged object as one line as soon as it is"
                    + " whole.",
            "",
            "Objects merge deeply; where two lines differ, the newer value wins unless it is null, and an array is"
                    + " replaced as a whole. A line that cannot be joined is reported and left out.",
            ""
        },
        footer = {
            "",
            "FIELD is a name, or names with dots in between: order.id is the id inside of order. A dot, comma, |, = or"
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
            "  joiner join --key session --idle 30m --time ts --merge bytes=sum --merge page=collect access.log.gz",
            "",
            "Exit status: 0 if all lines were taken; 3 if some were rejected; 4 if joins were lost, as they still waited"
                    + " when a store in memory ended and --expired-to was not given; 130 or 143 if a signal (INT or"
                    + " TERM) stopped it before the end of its input; 2 if the command line is wrong; 141 if nobody"
                    + " reads the output any more; 1 if anything else went wrong. Of several, the last one counts."
        })
final class JoinCommand implements Callable<Integer> {
    private static final Path STANDARD_OUTPUT_FILE = Path.of("/dev/fd/1");

    /** Nobody takes over from a process in which the store is, however long its output blocks. */
    private static final Duration LEASE_IN_MEMORY = Duration.ofDays(36_500);

    private final Environment environment;

    @Option(
            names = "--key",
            required = true,
            paramLabel = "FIELDS",
            description =
                    "What the lines of one join have in common: a field, or several with commas in between; with | in"
                            + " between the first that is set counts, as in order.id|orderId.")
    private String key = "";

    @Mixin
    private CompletionOptions completion = new CompletionOptions();

    @Option(
            names = "--merge",
            paramLabel = "FIELD=HOW",
            description = "How the values of a field go together: newest (as without it), first, min, max (numbers by"
                    + " their value, texts in alphabetical order: error is less than info), sum, count, collect (a list), distinct (a list without repetitions), concat (texts as one, a line each; lists"
                    + " as one). May be given several times.")
    private List<String> merge = new ArrayList<>();

    @Option(
            names = "--time",
            paramLabel = "FIELD",
            description = "The time goes by this field and not by the clock: ISO 8601, or seconds, milliseconds,"
                    + " microseconds or nanoseconds since 1970. So --idle, --expire-after and --remember come to the same"
                    + " for old lines as they would have then. The input must be sorted by this field: a line that comes too late for its join is merged"
                    + " into it all the same. Needs a store in memory.")
    private @Nullable String time;

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
            description =
                    "Where joins go that expired, that the store evicted, or that still wait when a store in"
                            + " memory ends; they are added to what is there. Without it, the first two go to standard error, and of the others a few.")
    private @Nullable File expiredTo;

    @Option(
            names = "--rejected-to",
            paramLabel = "FILE",
            description = "Where lines go that cannot be joined, as JSON with file, line, reason and text. Without it,"
                    + " file, line and reason go to standard error.")
    private @Nullable File rejectedTo;

    @Mixin
    private StoreOptions store = new StoreOptions();

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

    @Mixin
    private InputOptions input = new InputOptions();

    JoinCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Completion whole = completion.completion();
        InputReader.Reading reading = input.reading(new LineFields(
                Options.keyFields("--key", "key", key),
                id == null ? null : Options.keyFields("--id", "id", id),
                time == null ? null : new EventTime(Options.field("--time", time))));
        Options.check(batch >= 1 && batch <= 10_000, "--batch is " + batch + ", must be from 1 to 10000");
        Options.check(parkAfter == null || parkAfter >= 1, "--park-after is " + parkAfter + ", must be at least 1");
        Options.check(
                lateTo == null || remember != null, "--late-to needs --remember: without it no line comes too late");
        DeepMerge merging = Options.merge(merge);
        String url = store.url(environment.variables()).orElse("memory:");
        boolean lasting = Stores.outlivesProcess(url);
        Interludes interludes = interludes(lasting);
        List<Source> sources = input.sources(environment.in());
        requireOutputsApart();
        Progress progress = input.progress();
        JoinRun run = new JoinRun(environment, progress, quiet);
        try (JsonLines late = run.appendTo("--late-to", lateTo);
                JsonLines expired = run.appendTo("--expired-to", expiredTo);
                JsonLines rejected = run.appendTo("--rejected-to", rejectedTo)) {
            // A join that is written off in a store that stays has to be out of this process by then.
            JsonLines output = new JsonLines(environment.out(), lasting, run::fail);
            Unfinished unfinished = new Unfinished(expired, whole, environment.messages());
            var spec = spec(whole, merging, lasting, output, unfinished, late, run.tally());
            try (KeyedJoiner<Line, String, ObjectNode, Boolean> joiner =
                    Stores.open(url, store.namespace(), spec, interludes.clock().orElse(environment.clock()))) {
                if (reexamine) {
                    run.reexamine(joiner);
                }
                start(new InputReader(sources, reading, batch, run.feed(), progress));
                run.join(
                        joiner,
                        sweepEvery,
                        new Ways(
                                output,
                                new Rejections(rejected, environment.messages()),
                                interludes,
                                unseenFields(whole, merging)),
                        lasting ? lease : Duration.ZERO);
                return lasting
                        ? run.endWith(joiner, Stores.name(url) + " (namespace " + store.namespace() + ")")
                        : run.endWith(joiner, unfinished, completion.endsWithInput());
            }
        }
    }

    /** Lines without the key, the id or the time are rejected, and say so themselves. */
    private UnseenFields unseenFields(Completion whole, DeepMerge merging) {
        UnseenFields unseen = new UnseenFields();
        unseen.add(UnseenFields.REQUIRE, whole.required().paths());
        unseen.add("--until", pathsOf(whole.until()));
        unseen.add("--starts-with", pathsOf(completion.startLines()));
        unseen.add("--merge", merging.paths());
        return unseen;
    }

    private static List<FieldPath> pathsOf(List<FieldCondition> conditions) {
        return conditions.stream().map(FieldCondition::path).distinct().toList();
    }

    /** What happens between lines. Where others share the store, it would happen to their joins as well. */
    private Interludes interludes(boolean lasting) {
        List<FieldCondition> startLines = completion.startLines();
        Options.check(
                !lasting || startLines.isEmpty(),
                "--starts-with needs a store in memory: lines that come again would end joins again");
        Options.check(
                id == null || startLines.isEmpty(),
                "--starts-with and --id contradict each other: a start line that comes again would end the join that it"
                        + " began");
        Options.check(
                !lasting || time == null,
                "--time needs a store in memory: whether another process has died does not show in the lines");
        return new Interludes(time == null ? null : new EventClock(), leastWait(), startLines);
    }

    /** The shortest time after which a join ends, or null. */
    private @Nullable Duration leastWait() {
        Duration idle = completion.idle();
        if (idle == null || expireAfter == null) {
            return idle == null ? expireAfter : idle;
        }
        return idle.compareTo(expireAfter) < 0 ? idle : expireAfter;
    }

    private void requireOutputsApart() throws IOException {
        Map<String, @Nullable File> outputs = new LinkedHashMap<>();
        outputs.put("--late-to", lateTo);
        outputs.put("--expired-to", expiredTo);
        outputs.put("--rejected-to", rejectedTo);
        for (Map.Entry<String, @Nullable File> output : outputs.entrySet()) {
            if (output.getValue() != null) {
                input.requireNotRead(
                        output.getKey() + ": " + output.getValue(),
                        output.getValue().toPath());
            }
        }
        input.requireNotRead("standard output", STANDARD_OUTPUT_FILE);
    }

    private JoinSpec<Line, String, ObjectNode, Boolean> spec(
            Completion whole,
            DeepMerge merging,
            boolean lasting,
            JsonLines output,
            Unfinished unfinished,
            @Nullable JsonLines late,
            JoinListener listener) {
        List<FieldPath> collected = merging.collected();
        JoinSpec.Merged<Line, String, ObjectNode> merged = JoinSpec.joining(Line.class)
                .keyedBy(Line::key)
                .mergedBy((Line line, @Nullable ObjectNode pending) -> MergedObject.collecting(
                        collected, whole.track(line.object(), pending, merging.merge(line.object(), pending))));
        // What is collected would be read and written anew with each line, if it were in the value.
        return collected.isEmpty()
                ? options(
                        merged.sufficientWhen(whole::isWhole),
                        value -> value,
                        MergedObject::of,
                        lasting,
                        output,
                        unfinished,
                        late,
                        listener)
                : options(
                        merged.collecting(line -> MergedObject.part(collected, line.object()), Json.codec())
                                .sufficientWhen((value, parts) -> whole.isWhole(value)),
                        Collected::value,
                        MergedObject::of,
                        lasting,
                        output,
                        unfinished,
                        late,
                        listener);
    }

    private <H> JoinSpec<Line, String, ObjectNode, Boolean> options(
            JoinSpec.Builder<Line, String, ObjectNode, H, H> withoutOptions,
            Function<H, ObjectNode> valueOf,
            Function<H, MergedObject> objectOf,
            boolean lasting,
            JsonLines output,
            Unfinished unfinished,
            @Nullable JsonLines late,
            JoinListener listener) {
        JoinSpec.Builder<Line, String, ObjectNode, H, Boolean> spec = withoutOptions
                .named("join")
                .lease(lasting ? lease : LEASE_IN_MEMORY)
                .listener(listener)
                .process((joined, handOver) -> {
                    if (handOver.cause() == Cause.EVICTED) {
                        unfinished.handle(objectOf.apply(joined), valueOf.apply(joined), handOver);
                    } else {
                        output.write(objectOf.apply(joined));
                    }
                    return true;
                });
        Duration idle = completion.idle();
        if (idle == null) {
            spec.onExpired(
                    (joined, handOver) -> unfinished.handle(objectOf.apply(joined), valueOf.apply(joined), handOver));
        } else {
            spec.expireAfterIdle(idle).joinOnExpiry();
        }
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

    /** A thread that blocks in a read cannot be stopped, and must not hold the process. */
    private static void start(InputReader reader) {
        Thread thread = new Thread(reader, "reader");
        thread.setDaemon(true);
        thread.start();
    }
}
