package dev.joiner.store.redis;

import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
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

    /** The keys k0, k1 and so on begin. */
    static List<Change<String, String>> beginning(int keys, long deadline) {
        return IntStream.range(0, keys)
                .mapToObj(i -> new Change<>("k" + i, (Versioned<String>) null, open("v" + i, deadline)))
                .toList();
    }
}
