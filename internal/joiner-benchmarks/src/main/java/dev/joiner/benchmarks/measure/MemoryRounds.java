package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.Contender;
import dev.joiner.benchmarks.subject.Contender.Kind;
import dev.joiner.benchmarks.subject.ThisProcess;
import dev.joiner.benchmarks.work.Work;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Compares contenders in memory by JMH: in each round every contender has a JVM of its own, one after the other. */
public final class MemoryRounds {
    private static final int HEAP_IS_LARGE_FROM = 2_000_000;

    private final Effort effort;
    private final Progress progress;

    public MemoryRounds(Effort effort, Progress progress) {
        this.effort = effort;
        this.progress = progress;
    }

    public Comparison compare(Work work, List<Contender<ThisProcess>> contenders) throws RunnerException {
        List<Series> all =
                contenders.stream().map(contender -> new Series(contender)).toList();
        for (int round = 1; round <= effort.rounds(); round++) {
            for (Series series : all) {
                RunResult result = run(work, series.contender());
                double rate = result.getPrimaryResult().getScore();
                series.add(rate);
                series.setBytesPerMessage(secondary(result, "gc.alloc.rate.norm"));
                if (series.contender().kind() != Kind.PEER) { // which has threads of its own
                    series.addCpuNanos(secondary(result, "cpuNanos") / secondary(result, "messages"));
                }
                progress.tell(String.format(
                        "round %d of %d: %s: %,.0f messages/s",
                        round, effort.rounds(), series.contender().name(), rate));
            }
        }
        return new Comparison("Memory: " + work.title(), "", all);
    }

    private static double secondary(RunResult result, String name) {
        List<Double> scores = new ArrayList<>();
        result.getSecondaryResults().forEach((key, secondary) -> {
            if (key.endsWith(name)) {
                scores.add(secondary.getScore());
            }
        });
        if (scores.size() != 1) {
            throw new IllegalStateException(name + " was measured " + scores.size() + " times");
        }
        return scores.get(0);
    }

    private RunResult run(Work work, Contender<?> contender) throws RunnerException {
        List<String> arguments = new ArrayList<>();
        arguments.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        String heap = work.open() >= HEAP_IS_LARGE_FROM ? "8g" : "2g";
        arguments.add("-Xms" + heap);
        arguments.add("-Xmx" + heap);
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(AcceptBenchmark.class.getName() + ".accept$")
                        .param("contender", contender.name())
                        .param("parts", Integer.toString(work.parts()))
                        .param("valueBytes", Integer.toString(work.valueBytes()))
                        .param("open", Integer.toString(work.open()))
                        .param("threads", Integer.toString(work.threads()))
                        .threads(work.threads())
                        .forks(1)
                        .warmupIterations(2)
                        .warmupTime(TimeValue.milliseconds(effort.warmUp().toMillis() / 2))
                        .measurementIterations(2)
                        .measurementTime(
                                TimeValue.milliseconds(effort.measured().toMillis() / 2))
                        .jvmArgs(arguments.toArray(String[]::new))
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        return results.iterator().next();
    }
}
