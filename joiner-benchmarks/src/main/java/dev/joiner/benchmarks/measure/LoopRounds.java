package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.measure.ClosedLoop.Run;
import dev.joiner.benchmarks.subject.Contender;
import dev.joiner.benchmarks.work.Work;
import java.util.ArrayList;
import java.util.List;

/** Compares contenders on a server by closed loops: all are open, and in each round they take turns. */
public final class LoopRounds {
    private static final int COUNTED_STEPS = 200;
    private static final int COUNTED_OPEN = 20;

    private final Effort effort;
    private final Progress progress;

    public LoopRounds(Effort effort, Progress progress) {
        this.effort = effort;
        this.progress = progress;
    }

    public <E> Comparison compare(Place<E> place, Work work, List<Contender<E>> contenders) throws Exception {
        List<Series> all =
                contenders.stream().map(contender -> new Series(contender)).toList();
        List<ClosedLoop> loops = new ArrayList<>();
        try {
            for (Contender<E> contender : contenders) {
                progress.tell("opening " + contender.name());
                ClosedLoop loop = ClosedLoop.open(contender, place.direct(), work);
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
                            round, effort.rounds(), contenders.get(i).name(), run.rate()));
                }
            }
        } finally {
            for (ClosedLoop loop : loops) {
                loop.close();
            }
        }
        for (int i = 0; i < contenders.size(); i++) {
            requireJoined(contenders.get(i), loops.get(i), work);
            all.get(i).setTrips(trips(place, contenders.get(i), work));
        }
        return new Comparison(place.name() + ": " + work.title(), place.unit(), all);
    }

    private static void requireJoined(Contender<?> contender, ClosedLoop loop, Work work) {
        if (contender.joins() && work.nodes() == 1 && loop.received() != loop.lastParts()) {
            throw new IllegalStateException(contender.name() + " joined " + loop.received() + " things of "
                    + loop.lastParts() + " that were whole");
        }
    }

    /** How much is sent for a message, when nobody else sends. */
    private static <E> double trips(Place<E> place, Contender<E> contender, Work work) throws Exception {
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
