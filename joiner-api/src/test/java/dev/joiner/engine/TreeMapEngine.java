package dev.joiner.engine;

import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import dev.joiner.engine.InlineJoiner.Host;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.PartsChange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A stream engine in its smallest form: one thread, a map of states, and a map of the keys by the time at which they are due.
 * It has no store, and shows that this package is enough.
 */
final class TreeMapEngine<M, V, R> {
    private final InlineJoiner<M, String, V, R> joiner;
    private final OnException onException;
    private final TreeMap<String, JoinState<V>> states = new TreeMap<>();
    private final TreeMap<Long, TreeSet<String>> deadlines = new TreeMap<>();
    private final Output output = new Output();

    /** What was forwarded, and in which order. */
    final List<String> forwarded = new ArrayList<>();

    int writes;
    long now = 1_000_000;

    TreeMapEngine(JoinSpec<M, String, V, R> spec, OnException onException) {
        joiner = InlineJoiner.of(spec, InstantSource.system(), new SplittableRandom(1));
        this.onException = onException;
    }

    private final class Output implements Host<String, V, R> {
        @Override
        public void write(String key, @Nullable JoinState<V> next, PartsChange parts) {
            writes++;
            JoinState<V> before = next == null ? states.remove(key) : states.put(key, next);
            if (before != null) {
                deadlines.computeIfPresent(
                        before.dueAt(), (at, keys) -> keys.remove(key) && keys.isEmpty() ? null : keys);
            }
            if (next != null && next.dueAt() != JoinState.NEVER) {
                deadlines.computeIfAbsent(next.dueAt(), at -> new TreeSet<>()).add(key);
            }
        }

        @Override
        public void joined(Delivery<String, V, R> handOver, @Nullable R result) {
            forwarded.add("joined " + handOver.key() + " " + handOver.cause() + " " + result);
        }

        @Override
        public void expired(Delivery<String, V, R> handOver) {
            forwarded.add(
                    "expired " + handOver.key() + " " + handOver.flight().join().value());
        }

        @Override
        public void poisoned(Delivery<String, V, R> handOver) {
            forwarded.add("poisoned " + handOver.key() + " "
                    + handOver.flight().join().value());
        }

        @Override
        public void failed(Delivery<String, V, R> handOver, ProcessingException failure) {
            forwarded.add("failed " + handOver.key() + " attempt " + failure.attempt());
        }
    }

    // snippet:inline-engine
    Outcome<R> process(M message) {
        String key = joiner.functions().keyOf(message);
        return joiner.message(key, states.get(key), message, now, onException, output);
    }

    // on a tick of the clock
    SweepReport punctuate() {
        Tally tally = new Tally(joiner.functions());
        List<String> due = new ArrayList<>();
        deadlines.headMap(now, true).values().forEach(due::addAll);
        due.forEach(key -> joiner.due(key, states.get(key), now, onException, output, tally));
        return tally.report();
    }
    // end:inline-engine

    List<Outcome<R>> release(String key) {
        return joiner.release(key, states.get(key), now, onException, output);
    }

    List<PendingJoin<String, V>> drop(String key) {
        return joiner.drop(key, states.get(key), now, output);
    }

    SweepReport reexamine() {
        Tally tally = new Tally(joiner.functions());
        for (String key : List.copyOf(states.keySet())) {
            joiner.reexamine(key, states.get(key), now, onException, output, tally);
        }
        return tally.report();
    }

    @Nullable
    JoinState<V> state(String key) {
        return states.get(key);
    }

    boolean isEmpty() {
        return states.isEmpty() && deadlines.isEmpty();
    }

    void passes(long millis) {
        now += millis;
    }
}
