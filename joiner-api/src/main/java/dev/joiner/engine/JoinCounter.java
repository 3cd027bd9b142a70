package dev.joiner.engine;

import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Counts;
import dev.joiner.PendingJoin.Status;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Counts joins by what they wait for. For one thread. */
public final class JoinCounter {
    private final Map<Status, Long> counts = new EnumMap<>(Status.class);
    private Instant oldest = Instant.MAX;

    /** Creates a counter that has counted none. */
    public JoinCounter() {}

    /** Counts one more. */
    public void add(PendingJoin<?, ?> join) {
        counts.merge(join.status(), 1L, Long::sum);
        Instant firstAt = join.firstAt().orElse(Instant.MAX);
        oldest = firstAt.isBefore(oldest) ? firstAt : oldest;
    }

    /** Returns how many there were so far; what is only remembered does not count. */
    public Counts counts() {
        return new Counts(
                of(Status.WAITING),
                of(Status.CLAIMED),
                of(Status.FAILED),
                of(Status.PARKED),
                of(Status.UNREADABLE),
                Optional.of(oldest).filter(Instant.MAX::isAfter));
    }

    private long of(Status status) {
        return counts.getOrDefault(status, 0L);
    }
}
