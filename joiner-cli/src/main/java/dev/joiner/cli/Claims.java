package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The joins of a store that other processes were printing at one moment. A process that has died prints none of them any
 * more, but only the end of its lease tells.
 */
final class Claims {
    private final KeyedJoiner<?, String, ObjectNode, ?> joiner;
    private final Instant end;
    private final Deque<String> keys = new ArrayDeque<>();

    private Claims(KeyedJoiner<?, String, ObjectNode, ?> joiner, Instant end) {
        this.joiner = joiner;
        this.end = end;
    }

    /**
     * Finds the claims whose lease ends by then. Reads the whole store.
     *
     * @param end claims whose lease ends later do not count
     */
    static Claims upTo(Instant end, KeyedJoiner<?, String, ObjectNode, ?> joiner) throws IOException {
        Claims claims = new Claims(joiner, end);
        Pages.read(joiner, page -> {
            page.stream().filter(claims::isMeant).map(PendingJoin::key).forEach(claims.keys::add);
            return true;
        });
        return claims;
    }

    private boolean isMeant(PendingJoin<?, ?> join) {
        return join.status() == Status.CLAIMED
                && join.dueAt().filter(leaseEnds -> !leaseEnds.isAfter(end)).isPresent();
    }

    int count() {
        return keys.size();
    }

    /** Whether none of them is there any more. Looks no further than the first that is. */
    boolean areOver() {
        while (!keys.isEmpty() && joiner.find(keys.element()).stream().noneMatch(this::isMeant)) {
            keys.remove();
        }
        return keys.isEmpty();
    }
}
