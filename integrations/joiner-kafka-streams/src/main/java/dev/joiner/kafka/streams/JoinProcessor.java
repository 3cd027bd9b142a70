package dev.joiner.kafka.streams;

import dev.joiner.JoinerException;
import dev.joiner.Outcome;
import dev.joiner.SweepReport;
import dev.joiner.engine.Delivery;
import dev.joiner.engine.InlineJoiner;
import dev.joiner.engine.InlineJoiner.OnException;
import dev.joiner.engine.Tally;
import dev.joiner.kafka.streams.Deadlines.Due;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.PartReader;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The joins of one task. What they do is {@link InlineJoiner}'s; here are its stores, its clock and its output. */
final class JoinProcessor<M, K, V, R> implements Processor<K, M, K, Object> {
    /** A look into memory copies all that is due, so there are to be few. */
    private static final int DUE_PAGE = 10_000;

    private static final int PAGE = 1_000;
    /** When a state that cannot be dealt with is looked at again. */
    private static final long PUT_OFF_MILLIS = 60_000;

    private static final long UNREADABLE_MILLIS = 3_600_000;

    private final InlineJoiner<M, K, V, R> joiner;
    private final KafkaJoinOptions<K, V> options;
    private final boolean hasChildren;
    private final LongSupplier nanoTime;

    @SuppressWarnings("NullAway.Init") // see init
    private ProcessorContext<K, Object> context;

    @SuppressWarnings("NullAway.Init") // see init
    private JoinStates<K, V> states;

    /** Null if the spec collects nothing. */
    private @Nullable JoinParts parts;

    private @Nullable Reexamination reexamination;

    /** @param hasChildren whether there is a child for each {@link JoinOutput}, or only takers of results */
    JoinProcessor(
            InlineJoiner<M, K, V, R> joiner,
            KafkaJoinOptions<K, V> options,
            boolean hasChildren,
            LongSupplier nanoTime) {
        this.joiner = joiner;
        this.options = options;
        this.hasChildren = hasChildren;
        this.nanoTime = nanoTime;
    }

    @Override
    public void init(ProcessorContext<K, Object> context) {
        Guarantee guarantee = Guarantee.of(context.appConfigs());
        guarantee.require(joiner.functions(), options);
        this.context = context;
        KeyValueStore<Bytes, byte[]> joins = context.getStateStore(JoinStates.storeOfJoins(options.name()));
        KeyValueStore<Bytes, byte[]> deadlines = context.getStateStore(JoinStates.storeOfDeadlines(options.name()));
        states = new JoinStates<>(options.config(), guarantee.maxRecordBytes(), joins, new Deadlines(deadlines));
        if (joiner.functions().collects()) {
            parts = new JoinParts(
                    context.getStateStore(JoinStates.storeOfParts(options.name())), guarantee.maxRecordBytes());
        }
        reexamination = options.reexamines() ? new Reexamination(joins) : null;
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
            forwardMessage(JoinOutput.REFUSED, record, e.getMessage());
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
        Event event = new Event(bytes, state, record.timestamp(), record.headers());
        Outcome<R> outcome = joiner.message(key, state, message, now(), OnException.RETRY, event);
        if (outcome instanceof Outcome.Late) {
            forwardMessage(JoinOutput.LATE, record, null);
        } else if (outcome instanceof Outcome.Duplicate) {
            forwardMessage(JoinOutput.DUPLICATE, record, null);
        }
    }

    private void forwardMessage(JoinOutput output, Record<K, M> record, @Nullable String error) {
        if (hasChildren) {
            Headers headers = new RecordHeaders(record.headers());
            JoinHeaders.write(headers, error);
            context.forward(record.withHeaders(headers), output.childOf(options.name()));
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
        if (reexamination != null && reexamination.isOver(sweep)) {
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

        Sweep(long now) {
            this.now = now;
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
                    forwardUnreadable(key, unreadable);
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
            Event event = new Event(this, due.key(), state);
            boolean hasPartsLeft = joiner.due(key, state, now, OnException.RETRY, event, tally);
            while (hasPartsLeft && goesOn()) {
                event = new Event(this, due.key(), event.state);
                hasPartsLeft = joiner.removeParts(key, event.state, now, event);
            }
            if (JoinStates.dueAt(event.state) == due.at()) {
                left.add(due);
            }
        }

        private void putOff(Due due, long millis, JoinerException problem) {
            tally.failed(JoinStates.text(due.key()), problem);
            states.deadlines().remove(due.at(), due.key());
            states.deadlines().add(now + millis, due.key());
        }

        private void forwardUnreadable(K key, Versioned.Unreadable<V> unreadable) {
            if (hasChildren) {
                Headers headers = new RecordHeaders();
                JoinHeaders.write(headers, unreadable.problem().getMessage());
                forward(JoinOutput.UNREADABLE, key, unreadable.bytes(), now, headers);
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

    private static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, 0, 0, List.of());

    private void forward(JoinOutput output, K key, Object value, long timestamp, Headers headers) {
        Record<K, Object> record = new Record<>(key, value, Math.max(0, timestamp), headers);
        if (hasChildren) {
            context.forward(record, output.childOf(options.name()));
        } else if (output == JoinOutput.JOINED) {
            context.forward(record);
        }
    }

    /** One event on one key. */
    private final class Event implements InlineJoiner.Host<K, V, R> {
        private final @Nullable Sweep sweep;
        private final Bytes key;
        private final @Nullable JoinState<V> before;
        private final long timestamp;
        private final Headers headers;
        /** As it is written last. */
        private @Nullable JoinState<V> state;

        Event(Bytes key, @Nullable JoinState<V> before, long timestamp, Headers headers) {
            this.sweep = null;
            this.key = key;
            this.before = before;
            this.state = before;
            this.timestamp = timestamp;
            this.headers = headers;
        }

        Event(Sweep sweep, Bytes key, @Nullable JoinState<V> before) {
            this.sweep = sweep;
            this.key = key;
            this.before = before;
            this.state = before;
            this.timestamp = sweep.now;
            this.headers = new RecordHeaders();
        }

        @Override
        public boolean goesOn() {
            return sweep == null || sweep.goesOn();
        }

        @Override
        public void write(K unused, @Nullable JoinState<V> next, PartsChange change) {
            if (change.isNone()) {
                states.write(key, before, next);
            } else {
                JoinParts apart = Objects.requireNonNull(parts);
                apart.requireRoom(key, change); // before anything is written
                states.write(key, before, next);
                apart.write(key, change);
            }
            state = next;
        }

        @Override
        public boolean collects() {
            return parts != null;
        }

        @Override
        public PartReader parts(K unused) {
            return parts == null ? PartReader.NONE : parts.of(key);
        }

        @Override
        public @Nullable Long present(K unused, Collection<Long> numbers, String id) {
            return Objects.requireNonNull(parts).present(key, numbers, id);
        }

        @Override
        public void joined(Delivery<K, V, R> handOver, @Nullable R result) {
            if (result != null) {
                forward(JoinOutput.JOINED, handOver, result);
            }
        }

        @Override
        public void expired(Delivery<K, V, R> handOver) {
            forward(JoinOutput.EXPIRED, handOver, handOver.flight().join().value());
        }

        @Override
        public void poisoned(Delivery<K, V, R> handOver) {
            forward(JoinOutput.POISONED, handOver, handOver.flight().join().value());
        }

        private void forward(JoinOutput output, Delivery<K, V, R> handOver, Object value) {
            Headers copy = new RecordHeaders(headers);
            JoinHeaders.write(copy, handOver);
            JoinProcessor.this.forward(output, handOver.key(), value, timestamp, copy);
        }
    }

    /** Asks once for every open join whether it is sufficient, in as many sweeps as it takes. */
    private final class Reexamination {
        private final KeyValueStore<Bytes, byte[]> joins;
        private @Nullable Bytes next;

        Reexamination(KeyValueStore<Bytes, byte[]> joins) {
            this.joins = joins;
        }

        boolean isOver(Sweep sweep) {
            while (sweep.goesOn()) {
                List<KeyValue<Bytes, byte[]>> page = page();
                for (KeyValue<Bytes, byte[]> entry : page) {
                    if (!sweep.goesOn()) {
                        next = entry.key;
                        return false;
                    }
                    ask(entry, sweep);
                }
                if (page.size() < PAGE) {
                    return true;
                }
                next = Deadlines.after(page.get(PAGE - 1).key);
            }
            return false;
        }

        private List<KeyValue<Bytes, byte[]>> page() {
            List<KeyValue<Bytes, byte[]>> page = new ArrayList<>();
            try (KeyValueIterator<Bytes, byte[]> entries = joins.range(next, null)) {
                while (page.size() < PAGE && entries.hasNext()) {
                    page.add(entries.next());
                }
            }
            return page;
        }

        private void ask(KeyValue<Bytes, byte[]> entry, Sweep sweep) {
            try {
                JoinState<V> state = states.held(entry.key, entry.value).state();
                Event event = new Event(sweep, entry.key, state);
                joiner.reexamine(states.key(entry.key), state, sweep.now, OnException.RETRY, event, sweep.tally);
            } catch (JoinerException e) {
                sweep.tally.failed(JoinStates.text(entry.key), e);
            }
        }
    }
}
