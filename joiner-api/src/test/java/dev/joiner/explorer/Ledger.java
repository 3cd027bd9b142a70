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
     * @param claims how many attempts were claimed
     * @param begun how often its own handler was called
     * @param handed how often that returned
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
            int handed,
            int poisoned,
            boolean excused,
            boolean ended,
            boolean dropped) {

        static Fate born(String word, Cause cause) {
            return new Fate(word, cause, 1, 0, 0, 0, false, false, false);
        }

        Fate claimedAgain(String grown) {
            return new Fate(grown, cause, claims + 1, begun, handed, poisoned, excused, ended, dropped);
        }

        Fate begunAgain() {
            return new Fate(word, cause, claims, begun + 1, handed, poisoned, excused, ended, dropped);
        }

        Fate handedOver() {
            return new Fate(word, cause, claims, begun, handed + 1, poisoned, excused, ended, dropped);
        }

        Fate takenAsPoison() {
            return new Fate(word, cause, claims, begun, handed, poisoned + 1, excused, ended, dropped);
        }

        Fate excuse() {
            return new Fate(word, cause, claims, begun, handed, poisoned, true, ended, dropped);
        }

        Fate end() {
            return new Fate(word, cause, claims, begun, handed, poisoned, excused, true, dropped);
        }

        Fate drop() {
            return new Fate(word, cause, claims, begun, handed, poisoned, excused, true, true);
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
