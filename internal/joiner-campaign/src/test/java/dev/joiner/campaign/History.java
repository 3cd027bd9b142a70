package dev.joiner.campaign;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What several threads did to one object: calls with the times of their beginnings and ends, and whether some order of
 * them, each at one instant between the two, gives the answers that were given (Wing and Gong's search, remembering
 * where it has been).
 *
 * @param <C> calls with their answers
 */
final class History<C> {
    private static final long NEVER = Long.MAX_VALUE;

    private final List<Event<C>> events = new ArrayList<>();

    private record Event<C>(C call, long began, long ended) {}

    /** A place in the search: who has had their turn, and what that has made of the object. */
    private record Visited<S>(long done, S state) {}

    /** Takes in a call that was answered. */
    synchronized void add(C call, long began, long ended) {
        events.add(new Event<>(call, began, ended));
    }

    /** Takes in a call that failed: it may have happened at any time since, or not at all. */
    synchronized void addUnanswered(C call, long began) {
        events.add(new Event<>(call, began, NEVER));
    }

    synchronized int size() {
        return events.size();
    }

    /**
     * Whether the history can be explained.
     *
     * @param step what a call makes of a state; null if it would have been answered otherwise. States have {@code
     *     equals}, and are not null
     */
    synchronized <S> boolean isLinearizable(S initial, BiFunction<S, C, S> step) {
        if (events.size() >= Long.SIZE) {
            throw new IllegalStateException("the history is too long: " + events.size());
        }
        return search(0, initial, step, new HashSet<>());
    }

    private <S> boolean search(long done, S state, BiFunction<S, C, S> step, Set<Visited<S>> visited) {
        long firstEnd = NEVER;
        for (int i = 0; i < events.size(); i++) {
            if ((done & (1L << i)) == 0) {
                firstEnd = Math.min(firstEnd, events.get(i).ended());
            }
        }
        if (firstEnd == NEVER) {
            return true; // those that are left were never answered, and need not have happened
        }
        if (!visited.add(new Visited<>(done, state))) {
            return false;
        }
        for (int i = 0; i < events.size(); i++) {
            Event<C> event = events.get(i);
            // Nobody comes before one that had ended when it began.
            if ((done & (1L << i)) == 0 && event.began() <= firstEnd) {
                S next = step.apply(state, event.call());
                if (next != null && search(done | (1L << i), next, step, visited)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        events.stream()
                .sorted((one, other) -> Long.compare(one.began(), other.began()))
                .forEach(event -> text.append(event.began())
                        .append(" to ")
                        .append(event.ended() == NEVER ? "never" : event.ended())
                        .append(": ")
                        .append(event.call())
                        .append('\n'));
        return text.toString();
    }
}
