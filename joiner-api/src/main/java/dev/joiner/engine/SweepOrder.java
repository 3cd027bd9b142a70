package dev.joiner.engine;

import dev.joiner.CodecException;
import dev.joiner.spi.JoinStore.Due;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The order in which one sweep takes what is due: page by page what was due when it began, the oldest first, and between the pages
 * what has become due meanwhile.
 *
 * <p>Joins that fail may be many, and slow. So keys that {@linkplain FailingKeys failed lately} come last and a few at a time, and a
 * page in which more and more fails is to be broken off: the driver asks {@link #isEnough()}, and {@linkplain #putOff puts off} the
 * rest.
 *
 * <p>It ends when nothing is left that was due when it began, but for keys that are {@link #done}. For one thread.
 */
public final class SweepOrder<K> {
    /** How many failures break a page off. */
    public static final int MOST_FAILURES = 16;

    private static final int PAGE = 256;

    /** Where what is due is looked for, as {@link dev.joiner.spi.JoinStore#due} does it. */
    @FunctionalInterface
    public interface Source<K> {
        List<Due<K>> due(Instant from, Instant upTo, int limit);
    }

    private final FailingKeys<K> failing;
    private final Tally tally;
    private final long upTo;
    private final DuePages<K> old;
    private final DuePages<K> young;
    /** Keys that are not to be taken out of the store's list again. */
    private final Set<K> done = new HashSet<>();
    /** Texts that are no keys, each of which is reported once. */
    private final Set<String> unreadable = new HashSet<>();

    private final List<Due<K>> putOff = new ArrayList<>();
    private boolean isTurnOfYoung;
    private int failures;

    /**
     * The order of a sweep that begins now.
     *
     * @param tally takes the keys that cannot be read
     * @param now in epoch milliseconds
     */
    public SweepOrder(Source<K> source, FailingKeys<K> failing, Tally tally, long now) {
        this.failing = failing;
        this.tally = tally;
        upTo = now;
        old = new DuePages<>(source, Long.MIN_VALUE, this::isFirstChoice);
        young = new DuePages<>(source, now + 1, due -> canBeHelped(due) && !failing.contains(key(due)));
    }

    /** The key of what is due, which can be read if it comes from here. */
    public static <K> K key(Due<K> due) {
        return Objects.requireNonNull(due.key());
    }

    /**
     * The time as the sweep is to see it, in epoch milliseconds: set back meanwhile, the clock would show again what the sweep has
     * failed to do, for ever.
     */
    public long notBefore(long now) {
        return Math.max(now, upTo);
    }

    /** The next page; empty if the sweep is at its end. Every key of it is to be dealt with, done, or put off. */
    public List<Due<K>> next(long now) {
        int most = failures == 0 ? PAGE : MOST_FAILURES;
        failures = 0;
        List<Due<K>> page = List.of();
        if (isTurnOfYoung && now > upTo && !(old.wasLast() && putOff.isEmpty())) {
            page = young.next(now, most);
        }
        isTurnOfYoung = page.isEmpty();
        if (page.isEmpty() && !old.wasLast()) {
            page = old.next(upTo, most);
        }
        return page.isEmpty() ? DuePages.some(putOff, MOST_FAILURES) : page;
    }

    private boolean isFirstChoice(Due<K> due) {
        if (!canBeHelped(due)) {
            return false;
        }
        if (failing.contains(key(due))) {
            putOff(due);
            return false;
        }
        return true;
    }

    private boolean canBeHelped(Due<K> due) {
        CodecException problem = due.problem();
        if (problem != null && unreadable.add(problem.key())) {
            tally.failed(problem.key(), problem);
        }
        return due.key() != null && !done.contains(due.key());
    }

    /** The sweep can do nothing more for the key, though it may be due still, or again. */
    public void done(K key) {
        done.add(key);
    }

    /** A hand-over of this page threw. */
    public void failed() {
        failures++;
    }

    /** Whether so many of this page have failed that the rest of it is to be put off. */
    public boolean isEnough() {
        return failures >= MOST_FAILURES;
    }

    /** Leaves a key to the end of this sweep; what has become due meanwhile, or is put off already, to the next look or sweep. */
    public void putOff(Due<K> due) {
        if (due.at() <= upTo && done.add(key(due))) {
            putOff.add(due);
        }
    }
}
