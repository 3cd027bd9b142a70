package dev.joiner.benchmarks;

import dev.joiner.benchmarks.measure.SweepRounds.Costs;
import dev.joiner.benchmarks.report.Report;
import dev.joiner.benchmarks.report.Target;
import java.util.Locale;

/** What is aimed at for a sweep, on every store. */
final class SweepTargets {
    private SweepTargets() {}

    static void addDue(Report report, Costs costs) {
        report.add(Target.atMost(
                String.format(
                        Locale.ROOT,
                        "%s, sweep: time with %,d due among %,d open, to that among %,d",
                        costs.name(),
                        costs.due(),
                        costs.open(),
                        2 * costs.due()),
                1.2,
                costs.timesFew()));
    }

    static void addSent(Report report, Costs costs, String unit) {
        report.add(Target.atMost(
                String.format(
                        Locale.ROOT,
                        "%s, sweep of %,d open, nothing due: %s (%s ms)",
                        costs.name(),
                        costs.open(),
                        unit,
                        Target.number(costs.millisNothingDue())),
                1,
                costs.sentNothingDue()));
    }
}
