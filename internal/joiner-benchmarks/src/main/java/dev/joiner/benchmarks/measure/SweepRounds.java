package dev.joiner.benchmarks.measure;

import dev.joiner.benchmarks.subject.JoinerStores;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** What a sweep costs: with nothing due, and with as much due among many open joins as among few. */
public final class SweepRounds {
    private static final int WARM_UP = 3;
    private static final int NOTHING_DUE = 51;

    private final int open;
    private final int due;
    private final int rounds;
    private final Progress progress;

    /**
     * Sweeps so many joins.
     *
     * @param open joins, of which a hundredth at most is to be due
     */
    public SweepRounds(int open, int rounds, Progress progress) {
        this.open = open;
        due = Math.min(10_000, open / 100);
        this.rounds = rounds;
        this.progress = progress;
    }

    /**
     * What the sweeps of one store cost.
     *
     * @param millisNothingDue with nothing due among all
     * @param sentNothingDue how often anything was sent for that
     * @param millisDue with some due among all
     * @param timesFew how many times as much that is as with as many due among twice as many
     */
    public record Costs(
            String name,
            int open,
            int due,
            double millisNothingDue,
            double sentNothingDue,
            double millisDue,
            double timesFew) {}

    /** Opens a store of Joiner. */
    @FunctionalInterface
    public interface Stores {
        /**
         * A store of a namespace.
         *
         * @param counted whether it is to be counted, and not timed
         */
        JoinerStores.Opened open(String namespace, boolean counted);
    }

    /** Measures, and counts what is sent. */
    public Costs of(String name, Stores stores, LongSupplier sent) {
        progress.tell(String.format("beginning %,d joins: %s", open, name));
        try (WaitingJoins many = new WaitingJoins(stores.open("many", false));
                WaitingJoins counted = new WaitingJoins(stores.open("many", true));
                WaitingJoins few = new WaitingJoins(stores.open("few", false))) {
            many.beginLasting(open - due);
            few.beginLasting(due);
            List<Double> nothing = new ArrayList<>();
            for (int i = 0; i < NOTHING_DUE; i++) {
                nothing.add(many.sweep(0) / 1e6);
            }
            counted.sweep(0);
            long before = sent.getAsLong();
            counted.sweep(0);
            long sentNothingDue = sent.getAsLong() - before;
            List<Double> millis = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            for (int round = 1 - WARM_UP; round <= rounds; round++) {
                double amongMany = sweepDue(many);
                double amongFew = sweepDue(few);
                if (round > 0) {
                    millis.add(amongMany);
                    ratios.add(amongMany / amongFew);
                    progress.tell(String.format(
                            "round %d of %d: %,d due of %,d: %.1f ms, of %,d: %.1f ms",
                            round, rounds, due, open, amongMany, 2 * due, amongFew));
                }
            }
            return new Costs(
                    name,
                    open,
                    due,
                    Series.median(nothing),
                    sentNothingDue,
                    Series.median(millis),
                    Series.median(ratios));
        }
    }

    private double sweepDue(WaitingJoins joins) {
        joins.beginDue(due);
        return joins.sweep(due) / 1e6;
    }
}
