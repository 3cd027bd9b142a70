package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** The oldest of the joins in a store that somebody asks for. Holds no more than a limit, however many there are. */
final class OldestJoins {
    private static final Comparator<PendingJoin<String, ObjectNode>> BY_AGE = Comparator.comparing(
                    (PendingJoin<String, ObjectNode> join) -> join.firstAt().orElse(Instant.MAX))
            .thenComparing(join -> String.valueOf(join.key()));

    private final int limit;
    private final Predicate<PendingJoin<String, ObjectNode>> filter;
    private final PriorityQueue<PendingJoin<String, ObjectNode>> youngestFirst = new PriorityQueue<>(BY_AGE.reversed());
    private final boolean needsValues;
    private long count;

    /** @param needsValues whether the filter looks at values; those of another codec are named as unreadable then */
    OldestJoins(int limit, Predicate<PendingJoin<String, ObjectNode>> filter, boolean needsValues) {
        this.limit = limit;
        this.filter = filter;
        this.needsValues = needsValues;
    }

    /** Reads the whole store. Names what cannot be read, and returns whether there is none of that. */
    boolean readAll(KeyedJoiner<?, String, ObjectNode, ?> joiner, Messages messages) throws IOException {
        boolean[] areAllReadable = {true};
        Pages.read(joiner, page -> {
            for (PendingJoin<String, ObjectNode> join : page) {
                if (join.status() != Status.UNREADABLE) {
                    addIfAskedFor(join);
                    continue;
                }
                List<PendingJoin<String, ObjectNode>> foreign = needsValues ? List.of() : ForeignValues.in(join);
                foreign.forEach(this::addIfAskedFor);
                if (foreign.isEmpty()) {
                    messages.say(join.lastError().orElse(""));
                    areAllReadable[0] = false;
                }
            }
            return true;
        });
        return areAllReadable[0];
    }

    private void addIfAskedFor(PendingJoin<String, ObjectNode> join) {
        if (!filter.test(join)) {
            return;
        }
        count++;
        youngestFirst.add(join);
        if (youngestFirst.size() > limit) {
            youngestFirst.remove();
        }
    }

    /** How many there are, beyond the limit too. */
    long count() {
        return count;
    }

    /** The oldest first. */
    List<PendingJoin<String, ObjectNode>> joins() {
        List<PendingJoin<String, ObjectNode>> joins = new ArrayList<>(youngestFirst);
        joins.sort(BY_AGE);
        return joins;
    }
}
