package dev.joiner.engine;

import dev.joiner.spi.JoinStore.Due;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * What a store says is due from one time to another, in pages.
 *
 * <p>A page is a random choice among the oldest, so that nodes which sweep together do not all fight for the same. What has been
 * dealt with is expected to be due later, or not at all. What cannot be dealt with is looked at once more at most.
 */
final class DuePages<K> {
    private static final int LOOK = 1024;
    private static final int LONGEST_LOOK = 1 << 16;
    private static final long PAGE_BYTES = 8 << 20;

    private final SweepOrder.Source<K> source;
    private final Predicate<Due<K>> isWanted;
    private long from;
    private int look = LOOK;
    private boolean isLast;

    DuePages(SweepOrder.Source<K> source, long from, Predicate<Due<K>> isWanted) {
        this.source = source;
        this.from = from;
        this.isWanted = isWanted;
    }

    /** Whether there was nothing behind the last page. */
    boolean wasLast() {
        return isLast;
    }

    /** Up to {@code most} of what is due up to a time, the oldest first; empty if nothing is. */
    List<Due<K>> next(long upTo, int most) {
        while (true) {
            List<Due<K>> due = source.due(Instant.ofEpochMilli(from), Instant.ofEpochMilli(upTo), look);
            List<Due<K>> wanted = new ArrayList<>(due);
            wanted.removeIf(isWanted.negate());
            boolean isAll = due.size() < look;
            if (!wanted.isEmpty() || isAll) {
                List<Due<K>> page = some(wanted, most);
                isLast = isAll && wanted.isEmpty();
                return page;
            }
            lookFurther(due.get(0).at(), due.get(due.size() - 1).at());
        }
    }

    private void lookFurther(long first, long last) {
        from = last;
        if (first < last) {
            look = LOOK;
        } else if (look < LONGEST_LOOK) {
            look *= 2; // more are due at one time than a look shows
        } else {
            from++; // what else is due at that time has to wait
            look = LOOK;
        }
    }

    /** Takes some out of a list at random: up to {@code most}, and no more than are good for the memory. */
    static <K> List<Due<K>> some(List<Due<K>> due, int most) {
        Collections.shuffle(due, ThreadLocalRandom.current());
        List<Due<K>> page = new ArrayList<>();
        long bytes = 0;
        for (int i = due.size() - 1; i >= 0 && page.size() < most; i--) {
            bytes += due.get(i).bytes();
            if (bytes > PAGE_BYTES && !page.isEmpty()) {
                break;
            }
            page.add(due.remove(i));
        }
        page.sort(Comparator.comparingLong(Due::at));
        return page;
    }
}
