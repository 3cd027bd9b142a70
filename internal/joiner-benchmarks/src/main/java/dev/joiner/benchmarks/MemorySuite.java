package dev.joiner.benchmarks;

import dev.joiner.benchmarks.measure.Comparison;
import dev.joiner.benchmarks.measure.Cost;
import dev.joiner.benchmarks.measure.HeapOfOpenJoins;
import dev.joiner.benchmarks.measure.LargeJoins;
import dev.joiner.benchmarks.measure.LargeJoins.Kind;
import dev.joiner.benchmarks.measure.MemoryRounds;
import dev.joiner.benchmarks.measure.Progress;
import dev.joiner.benchmarks.measure.ReadingBack;
import dev.joiner.benchmarks.measure.Series;
import dev.joiner.benchmarks.measure.SweepRounds;
import dev.joiner.benchmarks.measure.SweepRounds.Costs;
import dev.joiner.benchmarks.report.Report;
import dev.joiner.benchmarks.report.Table;
import dev.joiner.benchmarks.report.Target;
import dev.joiner.benchmarks.subject.JoinerStores;
import dev.joiner.benchmarks.subject.MemoryContenders;
import dev.joiner.benchmarks.work.Work;
import java.util.List;
import java.util.Locale;
import javax.management.JMException;
import org.openjdk.jmh.runner.RunnerException;

/** Joins in the memory of one process. */
final class MemorySuite {
    private static final double NANOS = 1e9;
    private static final List<Integer> SIZES = List.of(100, 1_000, 10_000, 100_000);
    private static final int IN_PROCESS_ROUNDS = 15;

    private final Plan plan;
    private final Progress progress;
    private final Report report;
    private final MemoryRounds rounds;
    private final LargeJoins largeJoins = new LargeJoins(IN_PROCESS_ROUNDS);

    MemorySuite(Plan plan, Progress progress, Report report) {
        this.plan = plan;
        this.progress = progress;
        this.report = report;
        rounds = new MemoryRounds(plan.effort(), progress);
    }

    void run() throws RunnerException, JMException {
        for (Work work : plan.works()) {
            progress.tell("memory: " + work.title());
            Comparison comparison = rounds.compare(work, MemoryContenders.all());
            report.add(comparison);
            aim(work, comparison);
        }
        if (!plan.growth().isEmpty()) {
            grow();
        }
        becomeLarge();
        fillBatches();
        readBack();
        weigh();
        sweep();
    }

    private void aim(Work work, Comparison comparison) {
        Series joiner = comparison.of(MemoryContenders.JOINER);
        Series byHand = comparison.of(MemoryContenders.BY_HAND);
        String where = "memory, " + work.title() + ": ";
        if (work.parts() == 2 && work.valueBytes() == 100) {
            double aim = work.threads() == 1 ? 2.5 : 5.8;
            report.add(
                    Target.atMost(where + "processor time of the map by hand", aim, byHand.timesTheProcessor(joiner)));
        }
        if (plan.isUsual(work)) {
            report.add(
                    Target.atLeast(where + "rate of Camel", 10, joiner.times(comparison.of(MemoryContenders.CAMEL))));
            report.add(Target.atLeast(
                    where + "rate of Spring Integration", 10, joiner.times(comparison.of(MemoryContenders.SPRING))));
            report.add(Target.atMost(
                    where + "bytes allocated per message",
                    300,
                    joiner.bytesPerMessage().orElse(Double.NaN)));
        }
    }

    private void grow() throws RunnerException {
        Table table = new Table(
                "Memory: time of a message as more joins are open",
                "open",
                "Joiner, ns",
                "the map by hand, ns",
                "ratio");
        double least = Double.MAX_VALUE;
        double most = 0;
        double leastByHand = Double.MAX_VALUE;
        double mostByHand = 0;
        for (int open : plan.growth()) {
            progress.tell(String.format("memory: %,d open", open));
            Comparison comparison = rounds.compare(
                    new Work(2, 100, open, 1, 1), List.of(MemoryContenders.JOINER, MemoryContenders.BY_HAND));
            Series joiner = comparison.of(MemoryContenders.JOINER);
            Series byHand = comparison.of(MemoryContenders.BY_HAND);
            double nanos = NANOS / joiner.rate();
            double nanosByHand = NANOS / byHand.rate();
            least = Math.min(least, nanos);
            most = Math.max(most, nanos);
            leastByHand = Math.min(leastByHand, nanosByHand);
            mostByHand = Math.max(mostByHand, nanosByHand);
            table.addRow(List.of(
                    String.format(Locale.ROOT, "%,d", open),
                    Target.number(nanos),
                    Target.number(nanosByHand),
                    Target.number(byHand.times(joiner))));
        }
        report.add(table);
        String range = String.format(
                Locale.ROOT,
                "from %,d to %,d open",
                plan.growth().get(0),
                plan.growth().get(plan.growth().size() - 1));
        report.add(Target.atMost(
                String.format(
                        Locale.ROOT,
                        "memory, %s: growth of the time of a message (of the map by hand: %s)",
                        range,
                        Target.number(mostByHand / leastByHand)),
                1.5,
                most / least));
    }

    private void becomeLarge() {
        progress.tell("memory: large joins");
        for (Kind kind : Kind.values()) {
            Table table = new Table(
                    "Memory: a message, as its join becomes large: " + kind,
                    "part",
                    "ns of processor",
                    "bytes allocated");
            List<Cost> costs = largeJoins.aroundParts(kind, SIZES);
            for (int i = 0; i < SIZES.size(); i++) {
                table.addRow(List.of(
                        String.format(Locale.ROOT, "%,d", SIZES.get(i)),
                        Target.number(costs.get(i).nanos()),
                        Target.number(costs.get(i).bytes())));
            }
            report.add(table);
            report.add(Target.atMost(
                    "memory: processor time of part 100,000 of a join (" + kind + "), to that of part 100",
                    kind == Kind.COUNTED ? 2 : 1.5,
                    costs.get(SIZES.size() - 1).nanos() / costs.get(0).nanos()));
        }
    }

    private void fillBatches() {
        progress.tell("memory: large batches");
        Table table = new Table(
                "Memory: bytes allocated per message of a batch", "batch", "joins of 2 parts", "one join, with ids");
        for (int size : SIZES) {
            table.addRow(List.of(
                    String.format(Locale.ROOT, "%,d", size),
                    Target.number(largeJoins.inBatchOfTwoParts(size).bytes()),
                    Target.number(largeJoins.inBatchOfOneJoin(size).bytes())));
        }
        report.add(table);
    }

    private void readBack() {
        progress.tell("reading back");
        Table table = new Table(
                "Encoding a state of 2 parts for a store that holds bytes",
                "bytes of a part",
                "read back, ns",
                "not read back, ns",
                "read back, bytes allocated",
                "not read back, bytes allocated");
        ReadingBack reading = new ReadingBack(IN_PROCESS_ROUNDS);
        for (int bytes : List.of(100, 10_240)) {
            ReadingBack.Costs costs = reading.ofParts(bytes);
            table.addRow(List.of(
                    String.format(Locale.ROOT, "%,d", bytes),
                    Target.number(costs.checked().nanos()),
                    Target.number(costs.unchecked().nanos()),
                    Target.number(costs.checked().bytes()),
                    Target.number(costs.unchecked().bytes())));
        }
        report.add(table);
    }

    private void weigh() throws JMException {
        progress.tell("memory: heap of open joins");
        HeapOfOpenJoins heap = new HeapOfOpenJoins(plan.heapJoins());
        String what = "memory: bytes of heap per open join, beyond key, value and the map's node, ";
        report.add(Target.atMost(what + "no deadline", 120, heap.withoutDeadline()));
        report.add(Target.atMost(what + "with a deadline", 120, heap.withDeadline()));
    }

    private void sweep() {
        Costs costs = new SweepRounds(plan.sweptOpen(), plan.effort().rounds(), progress)
                .of("memory", (namespace, counted) -> JoinerStores.inMemory(), () -> 0);
        String open = String.format(Locale.ROOT, "memory, sweep of %,d open: ", costs.open());
        report.add(Target.atMost(open + "milliseconds, nothing due", 1, costs.millisNothingDue()));
        SweepTargets.addDue(report, costs);
    }
}
