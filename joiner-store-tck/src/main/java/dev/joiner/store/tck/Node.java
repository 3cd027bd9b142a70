package dev.joiner.store.tck;

import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A joiner and its store, in the short words of the tests. */
record Node(KeyedJoiner<Message, String, String, String> joiner, JoinStore<String, String> store)
        implements AutoCloseable {

    Outcome<String> accept(String message) {
        return joiner.accept(Message.of(message));
    }

    /** One after the other. */
    List<Outcome<String>> acceptEach(String... messages) {
        return Stream.of(messages).map(this::accept).toList();
    }

    List<Outcome<String>> acceptAll(String... messages) {
        return joiner.acceptAll(Message.of(messages));
    }

    /** What a sweep did: {@code "expired 1, failed [k]"}, or {@code "nothing"}. */
    String sweep() {
        return text(joiner.sweep());
    }

    static String text(SweepReport report) {
        List<String> done = new ArrayList<>();
        count(done, "joined", report.joined());
        count(done, "expired", report.expired());
        count(done, "poisoned", report.poisoned());
        count(done, "parked", report.parked());
        count(done, "ended", report.ended());
        if (report.failed() > 0) {
            done.add("failed "
                    + report.failures().stream()
                            .map(SweepReport.Failure::key)
                            .sorted()
                            .toList());
        }
        return done.isEmpty() ? "nothing" : String.join(", ", done);
    }

    private static void count(List<String> done, String what, int count) {
        if (count != 0) {
            done.add(what + " " + count);
        }
    }

    /** The values that were taken out of the key. */
    List<String> drop(String key) {
        return joiner.drop(key).stream()
                .map(join -> join.value().orElse("unreadable"))
                .toList();
    }

    /** What came of the key's joins: the results, or what is to be said instead. */
    List<String> release(String key) {
        return joiner.release(key).stream().map(Node::text).toList();
    }

    private static String text(Outcome<String> outcome) {
        return outcome instanceof Outcome.Joined<String> joined
                ? joined.result()
                : outcome.getClass().getSimpleName();
    }

    /**
     * What the store holds for the key, but for the times: {@code "open a"}, {@code "claimed a+b COMPLETE 1"} (the number
     * is that of the attempts that count), {@code "failed a+b COMPLETE 1"}, {@code "given back a+b COMPLETE 0"},
     * {@code "closed [a, b]"}, or {@code "nothing"}.
     */
    String state(String key) {
        Versioned<String> held = store.find(key);
        return held == null ? "nothing" : text(held.state());
    }

    private static String text(JoinState<?> state) {
        List<String> parts = new ArrayList<>();
        Join<?> open = state.open();
        if (open != null) {
            parts.add("open " + open.value());
        }
        for (Flight<?> flight : state.inFlight()) {
            String suspect = flight.suspect() ? "suspect " : "";
            parts.add(suspect + status(flight) + " " + flight.join().value() + " " + flight.cause() + " "
                    + flight.attempts());
        }
        Closed closed = state.closed();
        if (closed != null) {
            parts.add("closed "
                    + closed.ids().stream()
                            .flatMap(kept -> kept.ids().stream().sorted())
                            .toList());
        }
        return String.join(", ", parts);
    }

    private static String status(Flight<?> flight) {
        return switch (flight.status()) {
            case CLAIMED_ALONE -> "claimed";
            case CLAIMED_TOGETHER -> "claimed together";
            case THREW -> "failed";
            case GIVEN_BACK -> "given back";
            case PARKED -> "parked";
        };
    }

    /** When the key is next due, in epoch milliseconds. */
    long dueAt(String key) {
        return Objects.requireNonNull(store.find(key), key).state().dueAt();
    }

    List<String> keys() {
        List<String> keys = new ArrayList<>();
        String cursor = null;
        do {
            JoinStore.Page<String, String> page = store.scan(cursor, 1_000);
            page.entries().forEach(entry -> keys.add(entry.key()));
            cursor = page.next();
        } while (cursor != null);
        keys.sort(null);
        return keys;
    }

    boolean isEmpty() {
        return store.size() == 0 && keys().isEmpty();
    }

    @Override
    public void close() {
        joiner.close();
    }
}
