package dev.joiner.spi;

import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange does to the parts of its key, in the same atomic write, in a store that {@linkplain JoinStore#collects keeps parts
 * apart}: a state says of each of its numbers which positions are in the store, so that the difference of two states is what is to
 * be done.
 *
 * <p>Where a part that is appended has an id that is in the store under one of {@link #lookIn}, nothing is written, and the answer
 * is {@link JoinStore.Exchange#present}.
 *
 * @param appended the parts that are added, for each number in order
 * @param stripped positions of which only the ids stay
 * @param removed positions that go
 * @param removesAll whether all goes that is there under the key, whatever its numbers: what was expected cannot be read
 * @param lookIn the numbers under which the ids of what is appended must not be
 */
public record PartsChange(
        List<Append> appended, List<Range> stripped, List<Range> removed, boolean removesAll, Set<Long> lookIn) {

    private static final PartsChange NONE = new PartsChange(List.of(), List.of(), List.of(), false, Set.of());

    /**
     * Parts that are added to those of a number.
     *
     * @param position that of the first; the others follow
     */
    public record Append(long number, int position, List<StoredParts.Part> parts) {
        public Append {
            parts = List.copyOf(parts);
        }
    }

    /**
     * Positions of a number, from one on and up to another that is not among them.
     *
     * @param number of the join
     */
    public record Range(long number, int from, int to) {}

    /** How many positions of a number are in the store, and how many of those have a part and not only an id. */
    private record Extent(int rows, int parts) {}

    private static final Extent NOTHING = new Extent(0, 0);

    /** Returns what an exchange does; null stands for nothing. */
    public static PartsChange between(@Nullable Versioned<?> expected, @Nullable Versioned<?> next) {
        boolean isUnreadable = expected instanceof Versioned.Unreadable<?>;
        JoinState<?> before = expected == null || isUnreadable ? null : expected.state();
        JoinState<?> after = next == null ? null : next.state();
        return between(before, after, after, isUnreadable);
    }

    /**
     * Returns what one write does for several steps at once: the first one appends, and those after it may end the join of what
     * it has appended. Of that, no more is written than what is left.
     *
     * @param appending the state after the first step
     * @param next the state after the last one
     */
    public static PartsChange between(
            @Nullable JoinState<?> before, @Nullable JoinState<?> appending, @Nullable JoinState<?> next) {
        return between(before, appending, next, false);
    }

    private static PartsChange between(
            @Nullable JoinState<?> before,
            @Nullable JoinState<?> appending,
            @Nullable JoinState<?> after,
            boolean isUnreadable) {
        if (!isUnreadable && !hasNumbers(before) && !hasNumbers(after)) {
            return NONE;
        }
        Map<Long, Extent> extents = extents(before);
        Map<Long, Extent> left = extents(after);
        List<Append> appended = new ArrayList<>();
        joins(appending, join -> {
            if (join.collected() instanceof StoredParts parts) {
                int there = extents.getOrDefault(parts.number(), NOTHING).rows();
                Extent stays = left.getOrDefault(parts.number(), NOTHING);
                if (stays.rows() > there) {
                    appended.add(new Append(parts.number(), there, upTo(stays, there, parts.from(there))));
                }
            }
        });
        List<Range> stripped = new ArrayList<>();
        List<Range> removed = new ArrayList<>();
        extents.forEach((number, extent) -> {
            Extent now = left.getOrDefault(number, NOTHING);
            if (now.rows() < extent.rows()) {
                removed.add(new Range(number, now.rows(), extent.rows()));
            }
            int had = Math.min(extent.parts(), now.rows());
            if (now.parts() < had) {
                stripped.add(new Range(number, now.parts(), had));
            }
        });
        Set<Long> lookIn = lookedIn(after);
        lookIn.retainAll(extents.keySet()); // a number that is new has no ids yet
        return new PartsChange(appended, stripped, removed, isUnreadable, lookIn);
    }

    /** The first of some parts, as many as stay, and their ids alone where only these do. */
    private static List<StoredParts.Part> upTo(Extent stays, int first, List<StoredParts.Part> parts) {
        if (stays.parts() - first == parts.size()) {
            return parts;
        }
        List<StoredParts.Part> staying = new ArrayList<>();
        for (int i = first; i < stays.rows(); i++) {
            StoredParts.Part part = parts.get(i - first);
            staying.add(i < stays.parts() ? part : new StoredParts.Part(part.id(), null));
        }
        return staying;
    }

    private static boolean hasNumbers(@Nullable JoinState<?> state) {
        if (state == null) {
            return false;
        }
        if (!state.ended().isEmpty() || isStored(state.open())) {
            return true;
        }
        for (Flight<?> flight : state.inFlight()) {
            if (isStored(flight.join())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isStored(@Nullable Join<?> join) {
        return join != null && join.collected() instanceof StoredParts;
    }

    private static Map<Long, Extent> extents(@Nullable JoinState<?> state) {
        Map<Long, Extent> extents = new LinkedHashMap<>();
        numbers(state, (number, extent) -> extents.put(number, extent));
        return extents;
    }

    /** Whether there is something to do. */
    public boolean isNone() {
        return appended.isEmpty() && stripped.isEmpty() && removed.isEmpty() && !removesAll;
    }

    /** The ids of all that is appended. */
    public Set<String> ids() {
        Set<String> ids = new LinkedHashSet<>();
        for (Append append : appended) {
            for (StoredParts.Part part : append.parts()) {
                if (part.id() != null) {
                    ids.add(part.id());
                }
            }
        }
        return ids;
    }

    /** The numbers under which an id of the key is known: those of joins that wait or are in flight, and of ids that are kept. */
    public static Set<Long> lookedIn(@Nullable JoinState<?> state) {
        Set<Long> numbers = new LinkedHashSet<>();
        joins(state, join -> {
            if (join.collected() instanceof StoredParts parts && parts.withId() > 0) {
                numbers.add(parts.number());
            }
        });
        if (state != null) {
            for (Ended ended : state.ended()) {
                if (ended.isKept()) {
                    numbers.add(ended.number());
                }
            }
        }
        return numbers;
    }

    /** The numbers under which the store has something of a key. */
    public static Set<Long> numbers(@Nullable JoinState<?> state) {
        return extents(state).keySet();
    }

    private static void numbers(@Nullable JoinState<?> state, BiConsumer<Long, Extent> numbers) {
        joins(state, join -> {
            if (join.collected() instanceof StoredParts parts) {
                numbers.accept(parts.number(), new Extent(parts.size(), parts.size()));
            }
        });
        if (state != null) {
            for (Ended ended : state.ended()) {
                numbers.accept(ended.number(), new Extent(ended.rows(), ended.parts()));
            }
        }
    }

    private interface JoinConsumer {
        void accept(Join<?> join);
    }

    private static void joins(@Nullable JoinState<?> state, JoinConsumer joins) {
        if (state == null) {
            return;
        }
        for (Flight<?> flight : state.inFlight()) {
            joins.accept(flight.join());
        }
        if (state.open() != null) {
            joins.accept(state.open());
        }
    }
}
