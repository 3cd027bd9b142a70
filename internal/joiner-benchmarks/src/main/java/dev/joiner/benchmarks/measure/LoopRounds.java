package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.measure.ClosedLoop.Run;
import dev.joiner.benchmarks.subject.Contender;
import dev.joiner.benchmarks.subject.Contender.Kind;
import dev.joiner.benchmarks.work.Work;
import java.util.ArrayList;
import java.util.List;

/** Compares contenders on a server by closed loops: all are open, and in each round they take turns. */
public final class LoopRounds {
    private static final int COUNTED_STEPS = 50;
    private static final int COUNTED_OPEN = 10;

    private final Effort effort;
    private final Progress progress;

    public LoopRounds(Effort effort, Progress progress) {
        this.effort = effort;
        this.progress = progress;
    }

    /** A contender and the work that it does. */
    public record Entrant<E>(Contender<E> contender, Work work) {}

    /** All do the same work. */
    public <E> Comparison compare(Place<E> place, Work work, List<Contender<E>> contenders) throws Exception {
        return compare(
                place,
                work.title(),
                contenders.stream()
                        .map(contender -> new Entrant<>(contender, work))
                        .toList());
    }

    /** Each does its own work. */
    public <E> Comparison compare(Place<E> place, String title, List<Entrant<E>> entrants) throws Exception {
        List<Series> all = entrants.stream()
                .map(entrant -> new Series(entrant.contender()))
                .toList();
        List<ClosedLoop> loops = new ArrayList<>();
        try {
            for (Entrant<E> entrant : entrants) {
                progress.tell("opening " + entrant.contender().name());
                ClosedLoop loop = ClosedLoop.open(entrant.contender(), place.direct(), entrant.work());
                loops.add(loop);
                loop.fill();
                loop.run(effort.warmUp());
            }
            for (int round = 1; round <= effort.rounds(); round++) {
                for (int i = 0; i < loops.size(); i++) {
                    Run run = loops.get(i).run(effort.measured());
                    all.get(i).add(run.rate());
                    all.get(i).addLatencies(run.nanos());
                    progress.tell(String.format(
                            "round %d of %d: %s: %,.0f messages/s",
                            round, effort.rounds(), entrants.get(i).contender().name(), run.rate()));
                }
            }
            for (int i = 0; i < loops.size(); i++) {
                if (entrants.get(i).contender().kind() == Kind.PEER) {
                    loops.get(i).settle();
                }
            }
        } finally {
            for (ClosedLoop loop : loops) {
                loop.close();
            }
        }
        for (int i = 0; i < entrants.size(); i++) {
            all.get(i).setAgain(again(entrants.get(i), loops.get(i)));
            all.get(i).setTrips(trips(place, entrants.get(i)));
        }
        return new Comparison(place.name() + ": " + title, place.unit(), all);
    }

    /** How many things were handed over more than once, or, if negative, not at all, though nothing had failed. */
    private static long again(Entrant<?> entrant, ClosedLoop loop) {
        if (!entrant.contender().joins() || entrant.work().nodes() > 1) {
            return 0;
        }
        long again = loop.received() - loop.lastParts();
        if (again != 0 && entrant.contender().kind() != Kind.PEER) {
            throw new IllegalStateException(entrant.contender().name() + " handed over " + loop.received()
                    + " things of " + loop.lastParts() + " that were whole");
        }
        return again;
    }

    /** How much is sent for a message, when nobody else sends. */
    private static <E> double trips(Place<E> place, Entrant<E> entrant) throws Exception {
        Contender<E> contender = entrant.contender();
        Work work = entrant.work();
        Work alone = new Work(work.parts(), work.valueBytes(), COUNTED_OPEN, 1, work.nodes());
        int steps = Math.max(COUNTED_STEPS, 4 * contender.batch());
        try (ClosedLoop loop = ClosedLoop.open(contender, place.counted(), alone)) {
            loop.runSteps(steps);
            long before = place.count().getAsLong();
            loop.runSteps(2L * steps);
            return (double) (place.count().getAsLong() - before) / ((long) steps * work.parts());
        }
    }
}
