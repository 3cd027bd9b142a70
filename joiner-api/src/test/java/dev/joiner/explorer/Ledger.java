package dev.joiner.explorer;

import dev.joiner.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What has happened to joins and messages, written down beside the world for the sake of the promises.
 *
 * @param fates of all joins that were ever in flight, the oldest first
 * @param flying which fate is that of each of the store's flights
 * @param merged the letters that were ever merged
 * @param counted the letters of which somebody was told that they are in a join
 * @param dropped the words that were taken out of {@code open}, each followed by a comma
 */
record Ledger(List<Fate> fates, List<Integer> flying, int merged, int counted, String dropped) {

    static final Ledger EMPTY = new Ledger(List.of(), List.of(), 0, 0, "");

    /**
     * What became of one join.
     *
     * @param claims how many claims of it were made
     * @param begun how often its own handler was called
     * @param tried how many of these calls count as attempts, since it was last released
     * @param wasted how many attempts were counted by a claim whose handler never began, since it was last released
     * @param isBegun whether the handler of the last claim was called
     * @param handed how often its handler returned
     * @param poisoned how often {@code onPoisoned} took it
     * @param excused whether something happened after which it may be handed over more than once
     * @param ended whether it has left the store
     * @param dropped whether it left for somebody's {@code drop}
     */
    record Fate(
            String word,
            Cause cause,
            int claims,
            int begun,
            int tried,
            int wasted,
            boolean isBegun,
            int handed,
            int poisoned,
            boolean excused,
            boolean ended,
            boolean dropped) {

        static Fate born(String word, Cause cause) {
            return new Fate(word, cause, 0, 0, 0, 0, false, 0, 0, false, false, false);
        }

        Fate claimed(String grown) {
            return new Fate(
                    grown, cause, claims + 1, begun, tried, wasted, false, handed, poisoned, excused, ended, dropped);
        }

        Fate grown(String longer) {
            return new Fate(
                    longer, cause, claims, begun, tried, wasted, isBegun, handed, poisoned, excused, ended, dropped);
        }

        Fate waste() {
            return new Fate(
                    word, cause, claims, begun, tried, wasted + 1, isBegun, handed, poisoned, excused, ended, dropped);
        }

        Fate release() {
            return new Fate(word, cause, claims, begun, 0, 0, isBegun, handed, poisoned, excused, ended, dropped);
        }

        /** @param number that of the claim, which may be an older one */
        Fate begin(int number) {
            return new Fate(
                    word,
                    cause,
                    claims,
                    begun + 1,
                    tried + 1,
                    wasted,
                    isBegun || number == claims,
                    handed,
                    poisoned,
                    excused,
                    ended,
                    dropped);
        }

        Fate uncount() {
            return new Fate(
                    word, cause, claims, begun, tried - 1, wasted, isBegun, handed, poisoned, excused, ended, dropped);
        }

        Fate handedOver() {
            return new Fate(
                    word, cause, claims, begun, tried, wasted, isBegun, handed + 1, poisoned, excused, ended, dropped);
        }

        Fate poisonBegun(int number) {
            boolean isLast = isBegun || number == claims;
            return new Fate(
                    word, cause, claims, begun, tried, wasted, isLast, handed, poisoned, excused, ended, dropped);
        }

        Fate takenAsPoison() {
            return new Fate(
                    word, cause, claims, begun, tried, wasted, isBegun, handed, poisoned + 1, excused, ended, dropped);
        }

        Fate excuse() {
            return new Fate(word, cause, claims, begun, tried, wasted, isBegun, handed, poisoned, true, ended, dropped);
        }

        Fate end() {
            return new Fate(
                    word, cause, claims, begun, tried, wasted, isBegun, handed, poisoned, excused, true, dropped);
        }

        Fate drop() {
            return new Fate(word, cause, claims, begun, tried, wasted, isBegun, handed, poisoned, excused, true, true);
        }
    }

    Fate fate(int index) {
        return fates.get(index);
    }

    Ledger changing(int index, UnaryOperator<Fate> change) {
        List<Fate> changed = new ArrayList<>(fates);
        changed.set(index, change.apply(fates.get(index)));
        return new Ledger(List.copyOf(changed), flying, merged, counted, dropped);
    }

    Ledger adding(Fate fate) {
        List<Fate> longer = new ArrayList<>(fates);
        longer.add(fate);
        return new Ledger(List.copyOf(longer), flying, merged, counted, dropped);
    }

    Ledger flying(List<Integer> indices) {
        return new Ledger(fates, List.copyOf(indices), merged, counted, dropped);
    }

    Ledger merging(int letters) {
        return new Ledger(fates, flying, merged | letters, counted, dropped);
    }

    Ledger counting(int letters) {
        return new Ledger(fates, flying, merged, counted | letters, dropped);
    }

    Ledger dropping(String word) {
        return new Ledger(fates, flying, merged, counted, dropped + word + ",");
    }
}
