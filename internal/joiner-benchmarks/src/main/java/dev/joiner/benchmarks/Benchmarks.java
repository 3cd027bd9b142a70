package dev.joiner.benchmarks;

import dev.joiner.benchmarks.measure.DatabasePlace;
import dev.joiner.benchmarks.measure.Effort;
import dev.joiner.benchmarks.measure.Progress;
import dev.joiner.benchmarks.measure.RedisPlace;
import dev.joiner.benchmarks.report.Machine;
import dev.joiner.benchmarks.report.MarkedRegion;
import dev.joiner.benchmarks.report.Report;
import dev.joiner.benchmarks.subject.Database;
import dev.joiner.benchmarks.subject.HandWrittenParts;
import dev.joiner.benchmarks.subject.JdbcContenders;
import dev.joiner.benchmarks.subject.JoinerStores;
import dev.joiner.benchmarks.subject.RedisAddress;
import dev.joiner.benchmarks.subject.RedisContenders;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command that runs all benchmarks, or some, and says what came of them. */
@Command(
        name = "benchmarks",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures Joiner side by side with what would be used instead, on the same work in the same run.",
        footer = {
            "",
            "Without options: everything, in about a quarter of an hour on two cores.",
            "Lists are compared in all combinations, each of which takes time."
        })
public final class Benchmarks implements Callable<Integer> {
    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Only these parts: ${COMPLETION-CANDIDATES}. The document is left alone.")
    private Set<Part> only = EnumSet.allOf(Part.class);

    @Option(
            names = "--quick",
            description = "Short rounds, few joins: to see that everything runs. The document is left alone.")
    private boolean quick;

    @Option(names = "--rounds", description = "How often each contender has its turn. By default 3.")
    private int rounds = 3;

    @Option(names = "--seconds", description = "How long each turn is. By default 1.")
    private double seconds = 1;

    @Option(names = "--parts", split = ",", description = "Parts of a thing: 2, 4, 100. By default 2.")
    private List<Integer> parts = List.of(2);

    @Option(names = "--value-bytes", split = ",", description = "Size of each part: 100, 10240. By default 100.")
    private List<Integer> valueBytes = List.of(100);

    @Option(
            names = "--open",
            split = ",",
            description = "Joins open at any time: 0 (parts are adjacent), 1000, 1000000. By default 1000.")
    private List<Integer> open = List.of(1000);

    @Option(names = "--threads", split = ",", description = "Threads: 1, 2, 8. By default 1 and 8.")
    private List<Integer> threads = List.of(1, 8);

    @Option(names = "--sweep-open", description = "Joins open when sweeps are measured. By default 1000000.")
    private int sweepOpen = 1_000_000;

    @Option(
            names = "--growth",
            split = ",",
            description = "Joins open, in memory, between which the time of a message is compared."
                    + " By default 1000, 1000000, 10000000.")
    private List<Integer> growth = List.of(1000, 1_000_000, 10_000_000);

    @Option(names = "--document", description = "The document whose marked region is to be replaced.")
    private @Nullable Path document;

    @Option(names = "--folder", description = "For the data of servers. By default target/benchmarks.")
    private Path folder = Path.of("target", "benchmarks");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final long began = System.nanoTime();

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Report report = new Report();
        Path data = Files.createDirectories(folder.toAbsolutePath());
        Plan plan = plan(Files.createTempDirectory(data, "run"));
        Progress progress = this::tell;
        for (Part part : EnumSet.copyOf(only)) {
            switch (part) {
                case MEMORY -> new MemorySuite(plan, progress, report).run();
                case REDIS -> onRedis(plan, progress, report);
                case COLLECTING -> collect(plan, progress, report);
                default -> onDatabase(part.product(), plan, progress, report);
            }
        }
        String command = "mvn -q -pl :joiner-benchmarks -am -Pbenchmarks -DskipTests verify";
        String text = report.markdown(Machine.here(Versions.all()), command);
        PrintWriter out = spec.commandLine().getOut();
        out.println(text);
        out.flush();
        if (document != null) {
            write(document, text);
        }
        return 0;
    }

    private Plan plan(Path data) {
        Effort effort = quick
                ? new Effort(1, Duration.ofMillis(200), Duration.ofMillis(200))
                : new Effort(
                        rounds, Duration.ofMillis(Math.max(2000, (long) (2000 * seconds))), Duration.ofMillis((long)
                                (1000 * seconds)));
        return new Plan(
                effort,
                Plan.matrix(parts, valueBytes, open, threads),
                quick ? List.of(1000, 10_000) : growth,
                quick ? 10_000 : sweepOpen,
                quick ? 10_000 : 1_000_000,
                quick ? List.of(100, 2_000) : List.of(100, 10_000, 100_000),
                data);
    }

    private static void onRedis(Plan plan, Progress progress, Report report) throws Exception {
        try (RedisPlace place = RedisPlace.start(plan.folder().resolve("redis"))) {
            ServerSuite<RedisAddress> suite = new ServerSuite<>(plan, progress, report, place);
            suite.compare(RedisContenders.all(), new Aims(report)::onRedis);
            suite.compareNodes(RedisContenders.JOINER, 1);
            suite.sweep(JoinerStores::on, "round trips");
        }
    }

    private static void onDatabase(Database.Product product, Plan plan, Progress progress, Report report)
            throws Exception {
        Path data = Files.createDirectories(plan.folder().resolve(product.name()));
        try (DatabasePlace place = DatabasePlace.start(product, data)) {
            ServerSuite<Database> suite = new ServerSuite<>(plan, progress, report, place);
            suite.compare(JdbcContenders.all(), new Aims(report)::onDatabase);
            suite.compareValues(JdbcContenders.TEXT, JdbcContenders.BYTES);
            suite.compareNodes(JdbcContenders.JOINER, 1);
            suite.sweep(JoinerStores::on, "statements");
        }
    }

    private static void collect(Plan plan, Progress progress, Report report) throws Exception {
        try (RedisPlace place = RedisPlace.start(plan.folder().resolve("redis-collecting"))) {
            new ServerSuite<>(plan, progress, report, place)
                    .collect(
                            JoinerStores::on,
                            HandWrittenParts::on,
                            List.of(RedisContenders.CAMEL, RedisContenders.SPRING),
                            plan.collected());
        }
        for (Database.Product product : Database.Product.values()) {
            Path data = Files.createDirectories(plan.folder().resolve(product.name() + "-collecting"));
            try (DatabasePlace place = DatabasePlace.start(product, data)) {
                new ServerSuite<>(plan, progress, report, place)
                        .collect(
                                JoinerStores::on,
                                HandWrittenParts::on,
                                List.of(JdbcContenders.CAMEL, JdbcContenders.SPRING),
                                plan.collected());
            }
        }
    }

    private void write(Path file, String text) throws Exception {
        if (quick || only.size() < Part.values().length) {
            tell(file + " is left alone: this was not the whole run");
        } else {
            new MarkedRegion(file).replace(text);
            tell("wrote " + file);
        }
    }

    private void tell(String what) {
        PrintWriter err = spec.commandLine().getErr();
        long elapsed = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        err.printf("%d:%02d %s%n", elapsed / 60, elapsed % 60, what);
        err.flush();
    }
}
