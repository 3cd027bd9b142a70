package dev.joiner.store.tck;

import dev.joiner.HandOver;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.JoinerException;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import dev.joiner.engine.PendingJoins;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.kafka.streams.KafkaJoinOptions;
import dev.joiner.kafka.streams.KafkaStreamsJoin;
import dev.joiner.spi.Versioned;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A processor of Kafka Streams that is called like a joiner. Its outcomes are what it forwards, and what it tells its listener; time
 * and punctuation are the scenario's.
 */
final class ProcessorJoiner<M, K, V, R> implements KeyedJoiner<M, K, V, R> {
    private static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, 0, 0, List.of());

    private final SpecFunctions<M, K, V, R> functions;
    private final ProcessorStore<K, V> store;
    private final InstantSource clock;
    private final List<SweepReport> reports;
    private final Told told;
    private final MockProcessorContext<K, R> context;
    private final Processor<K, M, K, R> processor;
    private boolean isBusy;
    /** What a handler asked for that Kafka Streams does not have. */
    private @Nullable String leftOut;

    private boolean isClosed;

    private ProcessorJoiner(
            SpecFunctions<M, K, V, R> functions,
            ProcessorStore<K, V> store,
            InstantSource clock,
            List<SweepReport> reports,
            Told told,
            MockProcessorContext<K, R> context,
            Processor<K, M, K, R> processor) {
        this.functions = functions;
        this.store = store;
        this.clock = clock;
        this.reports = reports;
        this.told = told;
        this.context = context;
        this.processor = processor;
    }

    static <M, K, V, R> ProcessorJoiner<M, K, V, R> create(
            JoinSpec<M, K, V, R> spec, ProcessorStore<K, V> store, InstantSource clock) {
        if (SpecFunctions.of(spec).atMostOnce()) {
            throw ProcessorStores.without("atMostOnce");
        }
        Told told = new Told();
        List<SweepReport> reports = new ArrayList<>();
        JoinSpec<M, K, V, R> listened = spec.withListener(told);
        KafkaJoinOptions<K, V> options = KafkaJoinOptions.of(
                        store.config().namespace(),
                        store.config().keys(),
                        store.config().values())
                .storedIn(Stores::inMemoryKeyValueStore)
                .sweepFor(Duration.ofSeconds(9))
                .reportTo(reports::add);
        Properties config = new Properties();
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        MockProcessorContext<K, R> context = new MockProcessorContext<>(config);
        ProcessorSupplier<K, M, K, R> supplier = KafkaStreamsJoin.processor(listened, options);
        for (StoreBuilder<?> builder : supplier.stores()) {
            StateStore opened =
                    builder.withLoggingDisabled().withCachingDisabled().build();
            opened.init(context.getStateStoreContext(), opened);
            context.addStateStore(opened);
        }
        KeyValueStore<Bytes, byte[]> joins = context.getStateStore(options.name() + "-joins");
        store.looksAt(joins);
        Processor<K, M, K, R> processor = supplier.get();
        processor.init(context);
        return new ProcessorJoiner<>(SpecFunctions.of(listened), store, clock, reports, told, context, processor);
    }

    /** What the listener was told of the message that is being processed. */
    private static final class Told implements JoinListener {
        private @Nullable HandOver<?> failed;
        private @Nullable Throwable error;
        private boolean hasJoined;
        private boolean isDuplicate;
        private boolean isLate;
        private boolean isUnchanged;

        void forget() {
            failed = null;
            error = null;
            hasJoined = false;
            isDuplicate = false;
            isLate = false;
            isUnchanged = false;
        }

        @Override
        public void joined(HandOver<?> handOver, Duration age, Duration took) {
            hasJoined = true;
        }

        @Override
        public void failed(HandOver<?> handOver, Duration age, Duration took, Throwable thrown, boolean last) {
            failed = failed == null ? handOver : failed;
            error = error == null ? thrown : error;
        }

        @Override
        public void poisoned(HandOver<?> handOver, Duration age, Duration took) {
            failed = handOver;
        }

        @Override
        public void late(String join, Object key) {
            isLate = true;
        }

        @Override
        public void duplicate(String join, Object key) {
            isDuplicate = true;
        }

        @Override
        public void unchanged(String join, Object key) {
            isUnchanged = true;
        }
    }

    /** Leaves the scenario out, if need be once the call has returned in which a handler asked for something. */
    private RuntimeException without(String what) {
        leftOut = isBusy ? what : null;
        return ProcessorStores.without(what);
    }

    private <T> T call(Supplier<T> call) {
        if (isClosed) {
            throw new IllegalStateException("closed");
        }
        if (isBusy) {
            throw without("call while another one is under way");
        }
        told.forget();
        context.resetForwards();
        context.setCurrentSystemTimeMs(clock.millis());
        isBusy = true;
        try {
            return call.get();
        } finally {
            isBusy = false;
            if (leftOut != null) {
                ProcessorStores.without(leftOut);
            }
        }
    }

    @Override
    public Outcome<R> accept(M message) {
        return call(() -> process(message));
    }

    private Outcome<R> process(M message) {
        if (message == null) {
            throw new InvalidMessageException("null is skipped");
        }
        processor.process(new Record<>(functions.keyOf(message), message, clock.millis()));
        if (told.failed != null) {
            HandOver<?> handOver = told.failed;
            throw new ProcessingException(
                    functions.name(), handOver.key(), handOver.attempt(), String.valueOf(told.error), told.error);
        }
        if (told.hasJoined) {
            R result = context.forwarded().isEmpty()
                    ? null
                    : context.forwarded().get(0).record().value();
            return new Outcome.Joined<>(result, true);
        }
        if (told.isDuplicate) {
            return new Outcome.Duplicate<>();
        }
        if (told.isLate) {
            return new Outcome.Late<>();
        }
        return told.isUnchanged ? new Outcome.Unchanged<>() : new Outcome.Incomplete<>();
    }

    @Override
    public SweepReport sweep() {
        return call(() -> {
            reports.clear();
            context.scheduledPunctuators().get(0).getPunctuator().punctuate(clock.millis());
            return reports.isEmpty() ? NOTHING : reports.get(0);
        });
    }

    @Override
    public List<PendingJoin<K, V>> find(K key) {
        if (functions.collects()) {
            throw without("look at parts, but by JoinQueries");
        }
        Versioned<V> held = store.find(key);
        return held == null ? List.of() : PendingJoins.of(functions, key, held.state());
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public void close(Duration within) {
        isClosed = true;
    }

    @Override
    public boolean isClosed() {
        return isClosed;
    }

    /** One after the other, as Kafka Streams does. */
    @Override
    public List<Outcome<R>> acceptAll(Collection<? extends M> messages) {
        List<Outcome<R>> outcomes = new ArrayList<>();
        for (M message : messages) {
            try {
                outcomes.add(accept(message));
            } catch (JoinerException e) {
                outcomes.add(new Outcome.Failed<>(e, e.isSafe()));
            }
        }
        return outcomes;
    }

    @Override
    public SweepReport sweep(BooleanSupplier goesOn) {
        throw without("sweep that a caller ends");
    }

    @Override
    public List<Outcome<R>> release(K key) {
        throw without("release");
    }

    @Override
    public List<PendingJoin<K, V>> drop(K key) {
        throw without("drop");
    }

    @Override
    public SweepReport reexamine() {
        throw without("reexamination but at the start");
    }

    @Override
    public PendingJoin.Page<K, V> pending(int limit) {
        throw without("page of what waits");
    }

    @Override
    public PendingJoin.Page<K, V> pending(String cursor, int limit) {
        throw without("page of what waits");
    }

    @Override
    public List<PendingJoin<K, V>> pending(Duration olderThan, int limit) {
        throw without("list of what waits, but of JoinQueries");
    }

    @Override
    public PendingJoin.Counts counts() {
        throw without("count, but of JoinQueries");
    }
}
