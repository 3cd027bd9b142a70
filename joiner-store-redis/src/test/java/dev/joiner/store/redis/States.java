package dev.joiner.store.redis;

import dev.joiner.Cause;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** States for tests of the store alone, each under a version of its own. */
final class States {
    private States() {}

    static Versioned<String> open(String value) {
        return open(value, JoinState.NEVER);
    }

    static Versioned<String> open(String value, long deadline) {
        Join<String> join = new Join<>(value, 1, 0, deadline, JoinState.NEVER, Ids.NONE, false);
        return Versioned.of(ThreadLocalRandom.current().nextLong(), new JoinState<>(join, List.of(), null, 0));
    }

    /** A join that has collected something. */
    static Versioned<String> open(StoredParts parts) {
        return open(parts, JoinState.NEVER);
    }

    static Versioned<String> open(StoredParts parts, long deadline) {
        return of(new JoinState<>(join(parts, deadline), List.of(), null, 0));
    }

    /** A join that waits for another attempt, and one after it. */
    static Versioned<String> failed(StoredParts parts, StoredParts next) {
        Flight<String> flight = new Flight<>(
                join(parts, JoinState.NEVER), Cause.COMPLETE, Flight.Status.THREW, false, 0, 5, 1, "no", 9);
        return of(new JoinState<>(join(next, JoinState.NEVER), List.of(flight), null, 0));
    }

    /** A join that has ended, and whose ids are kept. */
    static Versioned<String> ended(StoredParts parts) {
        Ended ended = new Ended(parts.number(), parts.size(), parts.size(), 7, 9, Cause.COMPLETE);
        return of(new JoinState<>(null, List.of(), null, 0, List.of(ended)));
    }

    private static Join<String> join(StoredParts parts, long deadline) {
        return new Join<>("v", parts.size(), 0, deadline, JoinState.NEVER, Ids.NONE, false, parts);
    }

    private static Versioned<String> of(JoinState<String> state) {
        return Versioned.of(ThreadLocalRandom.current().nextLong(), state);
    }

    /** So many parts more, each with its position as its id. */
    static StoredParts more(StoredParts parts, int count) {
        return more(parts, count, 10);
    }

    static StoredParts more(StoredParts parts, int count, int bytes) {
        StoredParts all = parts;
        for (int i = 0; i < count; i++) {
            all = all.with(String.valueOf(all.size()), new byte[bytes]);
        }
        return all;
    }

    /** The keys k0, k1 and so on begin. */
    static List<Change<String, String>> beginning(int keys, long deadline) {
        return IntStream.range(0, keys)
                .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("v" + i, deadline)))
                .toList();
    }
}
