package dev.joiner.store.memory.scenario;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A joiner and its store, in the short words of the tests. */
record Node(Joiner<Message, String> joiner, JoinStore<String, String> store) implements AutoCloseable {

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
        count(done, "ended", report.ended());
        if (!report.failures().isEmpty()) {
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

    /** What was taken out of the key. */
    List<String> drop(String key) {
        return joiner.drop(key).stream().map(join -> (String) join.value()).toList();
    }

    List<String> release(String key) {
        return joiner.release(key).stream().map(Outcome.Joined::result).toList();
    }

    /**
     * What the store holds for the key, but for the times: {@code "open a"}, {@code "claimed a+b COMPLETE 1"} (the number
     * is the attempt), {@code "failed a+b COMPLETE 1"}, {@code "closed [a, b]"}, or {@code "nothing"}.
     */
    String state(String key) {
        return joiner.find(key).map(Node::text).orElse("nothing");
    }

    private static String text(JoinState<?> state) {
        List<String> parts = new ArrayList<>();
        Join<?> open = state.open();
        if (open != null) {
            parts.add("open " + open.value());
        }
        for (Flight<?> flight : state.inFlight()) {
            parts.add((flight.isClaimed() ? "claimed " : "failed ")
                    + flight.join().value() + " " + flight.cause() + " " + flight.attempt());
        }
        Closed closed = state.closed();
        if (closed != null) {
            parts.add("closed " + closed.ids());
        }
        return String.join(", ", parts);
    }

    /** When the key is next due, in epoch milliseconds. */
    long dueAt(String key) {
        return joiner.find(key).orElseThrow().dueAt();
    }

    List<String> keys() {
        return store.scan(null, 10_000).entries().stream()
                .map(JoinStore.Entry::key)
                .sorted()
                .toList();
    }

    boolean isEmpty() {
        return store.size() == 0 && keys().isEmpty();
    }

    @Override
    public void close() {
        joiner.close();
    }
}
