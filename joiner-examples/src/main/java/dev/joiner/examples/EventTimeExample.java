package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Visits are read from an old log, and expire by its time: a session ends when its user was silent for 30 minutes, however fast the
 * log is read.
 *
 * <p>For a store of this process alone: where others share it, leases would go by the data's time as well.
 */
public final class EventTimeExample {

    record Visit(String user, Instant at) {}

    // snippet:event-time
    /** The latest time in the data. */
    static final class EventClock implements InstantSource {
        private Instant now = Instant.MIN;

        void saw(Instant at) {
            now = at.isAfter(now) ? at : now;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    static void run(Iterable<Visit> log, PrintStream out) {
        var sessions = JoinSpec.joining(Visit.class)
                .keyedBy(Visit::user)
                .mergedBy(Integer.class, (visit, pending) -> pending == null ? 1 : pending + 1)
                .sufficientWhen(visits -> false)
                .expireAfterIdle(Duration.ofMinutes(30))
                .onExpired((visits, handOver) -> out.println(handOver.key() + ": " + visits + " visits"))
                .build();
        EventClock clock = new EventClock();
        try (KeyedJoiner<Visit, String, Integer, Integer> joiner =
                Joiner.create(sessions, MapJoinStore.create(), clock)) {
            for (Visit visit : log) {
                clock.saw(visit.at());
                joiner.sweep(); // before the visit: it may come too late for its user's session
                joiner.accept(visit);
            }
        }
    }
    // end:event-time

    private EventTimeExample() {}

    /** Reads a log of three visits, one of them an hour later. */
    public static void main(String[] args) {
        Instant morning = Instant.parse("2026-01-01T08:00:00Z");
        run(
                List.of(
                        new Visit("ann", morning),
                        new Visit("ann", morning.plus(Duration.ofMinutes(5))),
                        new Visit("bob", morning.plus(Duration.ofHours(1)))),
                System.out);
    }
}
