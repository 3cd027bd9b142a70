package dev.joiner.benchmarks.report;

import dev.joiner.benchmarks.measure.Comparison;
import dev.joiner.benchmarks.measure.Series;
import dev.joiner.benchmarks.subject.Contender.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Everything that was measured in one run, as Markdown: what was aimed at and the ratios first. */
public final class Report {
    private final List<Target> targets = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();

    public void add(Target target) {
        targets.add(target);
    }

    public void add(Table table) {
        tables.add(table);
    }

    /** A table with a row for each contender; ratios are to the first of Joiner's. */
    public void add(Comparison comparison) {
        Series joiner = comparison.series().stream()
                .filter(series -> series.contender().kind() == Kind.JOINER)
                .findFirst()
                .orElseThrow();
        Table table = new Table(comparison.title(), "", "the first is … times as fast", "messages/s");
        boolean latencies = joiner.micros(500).isPresent();
        if (latencies) {
            table.addColumns("p50 µs", "p99 µs", "p99.9 µs");
        }
        boolean cpu = joiner.cpuNanos().isPresent();
        if (cpu) {
            table.addColumns("ns of processor per message");
        }
        boolean bytes = joiner.bytesPerMessage().isPresent();
        if (bytes) {
            table.addColumns("bytes allocated per message");
        }
        boolean trips = joiner.trips().isPresent();
        if (trips) {
            table.addColumns(comparison.unit() + " per message");
        }
        boolean again = comparison.series().stream().anyMatch(series -> series.again() != 0);
        if (again) {
            table.addColumns("handed over too often (or, −, not)");
        }
        for (Series series : comparison.series()) {
            List<String> row = new ArrayList<>();
            row.add(series.contender().name());
            row.add(Target.number(joiner.times(series)));
            row.add(Target.number(series.rate()));
            if (latencies) {
                row.add(orNothing(series.micros(500)));
                row.add(orNothing(series.micros(990)));
                row.add(orNothing(series.micros(999)));
            }
            if (cpu) {
                row.add(orNothing(series.cpuNanos()));
            }
            if (bytes) {
                row.add(orNothing(series.bytesPerMessage()));
            }
            if (trips) {
                row.add(orNothing(series.trips()));
            }
            if (again) {
                row.add(series.again() == 0 ? "" : Long.toString(series.again()));
            }
            table.addRow(row);
        }
        tables.add(table);
    }

    private static String orNothing(OptionalDouble value) {
        return value.isPresent() ? Target.number(value.getAsDouble()) : "";
    }

    public String markdown(Machine machine, String command) {
        Table aims = new Table("Aims", "", "aim", "measured", "reached");
        for (Target target : targets) {
            aims.addRow(List.of(target.what(), target.aim(), target.measured(), target.reached() ? "yes" : "**no**"));
        }
        StringBuilder text = new StringBuilder();
        if (!targets.isEmpty()) {
            text.append(aims.markdown()).append('\n');
        }
        tables.forEach(table -> text.append(table.markdown()).append('\n'));
        return text.append(machine.markdown())
                .append("\n```sh\n")
                .append(command)
                .append("\n```\n")
                .toString();
    }
}
