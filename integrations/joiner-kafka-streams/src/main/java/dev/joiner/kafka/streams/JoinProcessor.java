package dev.joiner.kafka.streams;

import dev.joiner.JoinerException;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.engine.InlineJoiner;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.engine.Tally;
import dev.joiner.kafka.streams.Deadlines.Due;
import dev.joiner.kafka.streams.JoinEvent.Origin;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The joins of one task. What they do is {@link InlineJoiner}'s; here are its stores, its clock and its output. */
final class JoinProcessor<M, K, V, R> implements Processor<K, M, K, Object> {
    /** A look into memory copies all that is due, so there are to be few. */
    private static final int DUE_PAGE = 10_000;

    /** When a state that cannot be dealt with is looked at again. */
    private static final long PUT_OFF_MILLIS = 60_000;

    private static final long UNREADABLE_MILLIS = 3_600_000;
    private static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, 0, 0, List.of());

    private final InlineJoiner<M, K, V, R> joiner;
    private final KafkaJoinOptions<K, V> options;
    private final boolean hasChildren;
    private final LongSupplier nanoTime;

    @SuppressWarnings("NullAway.Init") // see init
    private ProcessorContext<K, Object> context;

    @SuppressWarnings("NullAway.Init") // see init
    private Outlets<K> outlets;

    @SuppressWarnings("NullAway.Init") // see init
    private JoinStates<K, V> states;

    /** Null if the spec collects nothing. */
    private @Nullable JoinParts parts;

    /** Asks every open join whether it is sufficient. Null if that is done, or not wanted. */
    private @Nullable StateScan reexamination;

    /**
     * @param hasChildren whether there is a child for each {@link JoinOutput}, or only takers of results
     * @throws IllegalArgumentException if the spec is {@code atMostOnce}
     */
    JoinProcessor(
            SpecFunctions<M, K, V, R> functions,
            KafkaJoinOptions<K, V> options,
            boolean hasChildren,
            LongSupplier nanoTime) {
        InstantSource listeners = options.time() == PunctuationType.WALL_CLOCK_TIME
                ? () -> Instant.ofEpochMilli(context.currentSystemTimeMs())
                : InstantSource.system(); // a stream's time stands still while a handler runs
        joiner = new InlineJoiner<>(
                functions, listeners, () -> ThreadLocalRandom.current().nextLong());
        this.options = options;
        this.hasChildren = hasChildren;
        this.nanoTime = nanoTime;
    }

    @Override
    public void init(ProcessorContext<K, Object> context) {
        Guarantee guarantee = Guarantee.of(context.appConfigs());
        guarantee.require(joiner.functions(), options);
        this.context = context;
        outlets = new Outlets<>(context, options.name(), hasChildren);
        KeyValueStore<Bytes, byte[]> joins = context.getStateStore(JoinStates.storeOfJoins(options.name()));
        KeyValueStore<Bytes, byte[]> deadlines = context.getStateStore(JoinStates.storeOfDeadlines(options.name()));
        states = new JoinStates<>(options.config(), guarantee.maxRecordBytes(), joins, new Deadlines(deadlines));
        if (joiner.functions().collects()) {
            parts = new JoinParts(
                    context.getStateStore(JoinStates.storeOfParts(options.name())), guarantee.maxRecordBytes());
        }
        reexamination = options.reexamines() ? new StateScan(joins) : null;
        context.schedule(options.interval(), options.time(), time -> sweep());
    }

    private long now() {
        return options.time() == PunctuationType.WALL_CLOCK_TIME
                ? context.currentSystemTimeMs()
                : Math.max(0, context.currentStreamTimeMs());
    }

    @Override
    public void process(Record<K, M> record) {
        M message = record.value();
        if (message == null) {
            return; // a tombstone is no message
        }
        try {
            accept(record, message);
        } catch (JoinerException e) {
            if (!hasChildren) {
                throw e;
            }
            outlets.message(JoinOutput.REFUSED, record, e.getMessage());
        }
    }

    private void accept(Record<K, M> record, M message) {
        K key = joiner.functions().keyOf(message);
        if (!key.equals(record.key())) {
            throw new IllegalArgumentException(options.name() + ": the record's key is \"" + record.key()
                    + "\", the join's key of its message is \"" + key
                    + "\". Parts of one join would be in different tasks: call selectKey and repartition before the join, or"
                    + " KafkaStreamsJoin.join, which does so");
        }
        Bytes bytes = states.bytes(key);
        Versioned<V> held = states.find(bytes);
        JoinState<V> state = held == null ? null : held.state();
        Origin<K, V> origin = new Origin<>(states, parts, outlets, record.timestamp(), record.headers(), () -> true);
        JoinEvent<K, V, R> event = new JoinEvent<>(origin, bytes, state);
        Outcome<R> outcome = joiner.message(key, state, message, now(), OnException.RETRY, event);
        if (outcome instanceof Outcome.Late) {
            outlets.message(JoinOutput.LATE, record, null);
        } else if (outcome instanceof Outcome.Duplicate) {
            outlets.message(JoinOutput.DUPLICATE, record, null);
        }
    }

    private void sweep() {
        long now = now();
        Sweep sweep = new Sweep(now);
        List<Due> page;
        do {
            page = states.deadlines().next(now, DUE_PAGE);
            sweep.take(page);
        } while (!page.isEmpty() && sweep.goesOn());
        if (reexamination != null && reexamination.isOver(sweep::goesOn, sweep::reexamine)) {
            reexamination = null;
        }
        sweep.end();
    }

    /** One look at what is due, for a limited time. */
    private final class Sweep {
        private final long now;
        private final long began = nanoTime.getAsLong();
        private final Tally tally = new Tally(joiner.functions());
        private final List<Due> left = new ArrayList<>(0);
        private final Origin<K, V> origin;

        Sweep(long now) {
            this.now = now;
            origin = new Origin<>(states, parts, outlets, now, new RecordHeaders(), this::goesOn);
        }

        boolean goesOn() {
            return nanoTime.getAsLong() - began < options.budget().toNanos();
        }

        void take(List<Due> page) {
            boolean isFirst = true;
            for (Due due : page) {
                if (!isFirst && !goesOn()) {
                    states.deadlines().lookAgainFrom(due);
                    return;
                }
                isFirst = false;
                take(due);
            }
        }

        private void take(Due due) {
            try {
                K key = states.key(due.key());
                Versioned<V> held = states.find(due.key());
                if (held instanceof Versioned.Unreadable<V> unreadable) {
                    outlets.unreadable(key, unreadable, now);
                    putOff(due, UNREADABLE_MILLIS, unreadable.problem());
                } else {
                    take(due, key, held == null ? null : held.state());
                }
            } catch (JoinerException e) {
                putOff(due, PUT_OFF_MILLIS, e);
            }
        }

        private void take(Due due, K key, @Nullable JoinState<V> state) {
            long dueAt = JoinStates.dueAt(state);
            if (dueAt != due.at()) { // it was put off, and is looked at again where it belongs
                states.deadlines().remove(due.at(), due.key());
                if (dueAt != JoinState.NEVER) {
                    states.deadlines().add(dueAt, due.key());
                }
                return;
            }
            JoinEvent<K, V, R> event = new JoinEvent<>(origin, due.key(), state);
            boolean hasPartsLeft = joiner.due(key, state, now, OnException.RETRY, event, tally);
            while (hasPartsLeft && goesOn()) {
                event = new JoinEvent<>(origin, due.key(), event.state());
                hasPartsLeft = joiner.removeParts(key, event.state(), now, event);
            }
            if (JoinStates.dueAt(event.state()) == due.at()) {
                left.add(due);
            }
        }

        private void putOff(Due due, long millis, JoinerException problem) {
            tally.failed(JoinStates.text(due.key()), problem);
            states.deadlines().remove(due.at(), due.key());
            states.deadlines().add(now + millis, due.key());
        }

        void reexamine(KeyValue<Bytes, byte[]> entry) {
            try {
                JoinState<V> state = states.held(entry.key, entry.value).state();
                JoinEvent<K, V, R> event = new JoinEvent<>(origin, entry.key, state);
                joiner.reexamine(states.key(entry.key), state, now, OnException.RETRY, event, tally);
            } catch (JoinerException e) {
                tally.failed(JoinStates.text(entry.key), e);
            }
        }

        /** Leaves to the next sweep what this one has not begun. */
        void end() {
            left.forEach(states.deadlines()::lookAgainFrom);
            report();
        }

        private void report() {
            SweepReport report = tally.report();
            if (!report.equals(NOTHING)) {
                options.reports().accept(report);
            }
        }
    }
}
