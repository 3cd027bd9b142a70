package dev.joiner.benchmarks;

import dev.joiner.benchmarks.measure.CollectingRounds;
import dev.joiner.benchmarks.measure.Comparison;
import dev.joiner.benchmarks.measure.LoopRounds;
import dev.joiner.benchmarks.measure.LoopRounds.Entrant;
import dev.joiner.benchmarks.measure.Place;
import dev.joiner.benchmarks.measure.Progress;
import dev.joiner.benchmarks.measure.SweepRounds;
import dev.joiner.benchmarks.measure.SweepRounds.Costs;
import dev.joiner.benchmarks.report.Report;
import dev.joiner.benchmarks.report.Table;
import dev.joiner.benchmarks.report.Target;
import dev.joiner.benchmarks.subject.Contender;
import dev.joiner.benchmarks.subject.HandWrittenParts;
import dev.joiner.benchmarks.subject.JoinerStores;
import dev.joiner.benchmarks.work.Work;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Joins over a server or a database.
 *
 * @param <E> what subjects are opened on
 */
final class ServerSuite<E> {
    private final Plan plan;
    private final Progress progress;
    private final Report report;
    private final Place<E> place;
    private final LoopRounds rounds;

    ServerSuite(Plan plan, Progress progress, Report report, Place<E> place) {
        this.plan = plan;
        this.progress = progress;
        this.report = report;
        this.place = place;
        rounds = new LoopRounds(plan.effort(), progress);
    }

    /** Compares all, and gives what came of the usual work to whoever aims at something. */
    void compare(List<Contender<E>> contenders, BiConsumer<String, Comparison> aims) throws Exception {
        for (Work work : plan.works()) {
            progress.tell(place.name() + ": " + work.title());
            Comparison comparison = rounds.compare(place, work, contenders);
            report.add(comparison);
            if (plan.isUsual(work)) {
                aims.accept(place.name() + ": ", comparison);
            }
        }
    }

    /** What it costs that people can read the values. */
    void compareValues(Contender<E> text, Contender<E> bytes) throws Exception {
        progress.tell(place.name() + ": values that are text");
        Work work = new Work(2, 100, 1000, 1, 1);
        Comparison comparison = rounds.compare(
                place,
                "values that are text, " + work.title(),
                List.of(new Entrant<>(text, work), new Entrant<>(bytes, work)));
        report.add(comparison);
        report.add(Target.atLeast(
                place.name() + ": rate with values that are text to that with bytes",
                0.95,
                comparison.of(text).times(comparison.of(bytes))));
    }

    /** One node against two on the same store. */
    void compareNodes(Contender<E> joiner, int threads) throws Exception {
        progress.tell(place.name() + ": two nodes");
        Work one = new Work(2, 100, 1000, threads, 1);
        Contender<E> first = joiner.named("Joiner, one node");
        Contender<E> second = joiner.named("Joiner, two nodes");
        Comparison comparison = rounds.compare(
                place,
                "two nodes, " + one.title() + " on each",
                List.of(
                        new Entrant<>(first, one),
                        new Entrant<>(second, one.withNodes(2)),
                        new Entrant<>(
                                joiner.named("Joiner, one node, twice the threads"), one.withThreads(2 * threads))));
        report.add(comparison);
        report.add(Target.atLeast(
                place.name() + ": rate of two nodes to that of one",
                1.5,
                comparison.of(second).times(comparison.of(first))));
    }

    /** One more part of a join that collects, be it small or large. */
    void collect(
            BiFunction<E, String, JoinerStores.Opened> stores,
            Function<E, HandWrittenParts> byHand,
            List<Contender<E>> peers,
            List<Integer> parts)
            throws Exception {
        Table table = new Table(
                place.name() + ", microseconds of a part of 100 bytes, around part",
                Stream.concat(
                                Stream.of("collected"),
                                parts.stream().map(part -> String.format(Locale.ROOT, "%,d", part)))
                        .toArray(String[]::new));
        CollectingRounds.Findings findings = new CollectingRounds(
                        parts, plan.effort().measured().multipliedBy(30), progress)
                .of(
                        place.name(),
                        namespace -> stores.apply(place.direct(), namespace),
                        byHand.apply(place.direct()),
                        peers.stream().map(this::collecting).toList(),
                        place::bytesHeld);
        List<CollectingRounds.Row> rows = findings.rows();
        for (CollectingRounds.Row row : rows) {
            table.addRow(
                    Stream.concat(Stream.of(row.title()), row.micros().stream().map(ServerSuite::micros))
                            .toList());
            if (row.title().startsWith("with")) {
                report.add(Target.atMost(
                        place.name() + ", collecting " + row.title() + ": the last part to the first",
                        1.5,
                        row.growth()));
                report.add(Target.atLeast(
                        place.name() + ", collecting " + row.title() + ": rate to that by hand",
                        0.7,
                        byHand(rows, row).last() / row.last()));
            }
        }
        report.add(table);
        Table room = new Table(place.name() + ", bytes held for a part of 100 bytes", "collected", "bytes");
        findings.rooms().forEach(found -> room.addRow(List.of(found.title(), Target.number(found.bytesOfPart()))));
        report.add(room);
    }

    private CollectingRounds.Peer collecting(Contender<E> peer) {
        return new CollectingRounds.Peer(
                peer.name(),
                () -> peer.opening().open(place.direct(), Work.endless(100), (key, whole) -> {
                    throw new IllegalStateException("nothing is whole");
                }));
    }

    private static String micros(double micros) {
        return Double.isNaN(micros) ? "not reached" : Target.number(micros);
    }

    private static CollectingRounds.Row byHand(List<CollectingRounds.Row> rows, CollectingRounds.Row row) {
        return rows.stream()
                .filter(other -> other.title().startsWith(CollectingRounds.BY_HAND)
                        && row.title().endsWith(other.title().substring(CollectingRounds.BY_HAND.length())))
                .findFirst()
                .orElseThrow();
    }

    void sweep(BiFunction<E, String, JoinerStores.Opened> stores, String unit) {
        Costs costs = new SweepRounds(plan.sweptOpen(), plan.effort().rounds(), progress)
                .of(
                        place.name(),
                        (namespace, counted) -> stores.apply(counted ? place.counted() : place.direct(), namespace),
                        place.count());
        SweepTargets.addSent(report, costs, unit);
        SweepTargets.addDue(report, costs);
    }
}
