package dev.joiner.campaign;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Fills the heap of this process with joins that wait, and then goes on working. Says what came of it. */
final class PendingInMemory {
    private static final Duration DEADLINE = Duration.ofHours(1);

    private PendingInMemory() {}

    public static void main(String[] arguments) {
        int pending = Integer.parseInt(arguments[0]);
        AtomicInteger expired = new AtomicInteger();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        MapJoinStore<String, String> store = MapJoinStore.create();
        Joiner<Part, String> joiner = Joiner.create(
                Part.joined(DEADLINE, (value, handOver) -> value)
                        .expireAfter(DEADLINE)
                        .onExpired((value, handOver) -> expired.incrementAndGet())
                        .build(),
                store,
                now::get);
        for (int thing = 0; thing < pending; thing++) {
            if (thing == pending / 100) {
                now.set(now.get().plusSeconds(1)); // the first hundredth expires before the others
            }
            require(joiner.accept(new Part(thing + "/2", 0)) instanceof Outcome.Incomplete, "a part is not taken");
        }
        require(store.size() == pending, "held: " + store.size());

        long began = System.nanoTime();
        require(joiner.sweep().equals(new SweepReport(0, 0, 0, 0, 0, 0, List.of())), "something is due");
        long nothingDue = System.nanoTime() - began;

        now.set(now.get().plus(DEADLINE).minusSeconds(1));
        SweepReport report = joiner.sweep();
        require(report.expired() == pending / 100 && expired.get() == pending / 100, "expired: " + report);
        for (int thing = pending - 1_000; thing < pending; thing++) {
            require(joiner.accept(new Part(thing + "/2", 1)) instanceof Outcome.Joined, "a join is not completed");
        }
        System.out.println("ok, a sweep with nothing due took " + nothingDue / 1_000 + " µs");
    }

    private static void require(boolean met, String problem) {
        if (!met) {
            throw new IllegalStateException(problem);
        }
    }
}
