package dev.joiner.kafka.streams;

import dev.joiner.JoinSpec;
import dev.joiner.engine.SpecFunctions;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Joins of a spec in a Kafka Streams application, for what one database cannot keep up with. A spec needs no change for it.
 *
 * <p>Joins live in two state stores of their task: their states, and the times at which they are due. A sweep reads only what is
 * due. A hand-over takes place where its message is processed, inside of the task's transaction: there are no claims and no leases,
 * and {@link dev.joiner.HandOver#renew} is always true. A handler that throws does not fail the task; its join is tried again, and
 * goes to {@code onPoisoned} or is parked, as the spec says.
 *
 * <p><b>What is promised.</b> Under {@code exactly_once_v2} each message counts once, and each join comes out once, for all who read
 * the output {@code read_committed}. Effects of handlers outside of Kafka are not undone with a transaction: after a crash they
 * happen again for all that was not committed, and they can contradict what happened before ({@code onExpired} ran, then the
 * replay joined). What has effects belongs behind the output topic, with the token of {@link JoinHeaders}. Attempts count
 * exceptions: a value that kills its process is not counted, as nothing of it is committed. A hand-over that takes longer than the
 * transaction timeout is repeated without end. Under {@code at_least_once} messages that have ids which are remembered count
 * once, and joins may come out more than once; without, messages count twice, and the join is refused unless
 * {@linkplain KafkaJoinOptions#allowAtLeastOnce() allowed}.
 *
 * <p>What the functions of the spec throw for a message goes to Kafka Streams' own {@code processing.exception.handler}. A record
 * without a value is skipped. What {@code onIncomplete} and {@code onLate} throw comes after their message was written, and under
 * {@code exactly_once_v2} nothing of it is committed if the handler fails the task.
 *
 * <pre>{@code
 * var builder = new StreamsBuilder();
 * var payments = builder.stream("payments", Consumed.with(Serdes.String(), PAYMENTS));
 * var shipments = builder.stream("shipments", Consumed.with(Serdes.String(), SHIPMENTS));
 *
 * var options = KafkaJoinOptions.of("orders", KeyCodec.string(), ORDER.codec());
 * var orders = KafkaStreamsJoin.join(
 *         spec,
 *         options,
 *         JoinInput.of("payments", payments, PAYMENTS),
 *         JoinInput.of("shipments", shipments, SHIPMENTS));
 * orders.joined().to("orders", Produced.with(Serdes.String(), Serdes.String()));
 * orders.expired().mapValues(parts -> parts.missing().toString()).to("incomplete-orders");
 * }</pre>
 */
public final class KafkaStreamsJoin {
    private KafkaStreamsJoin() {}

    /**
     * Returns a processor that joins records, and forwards what {@code process} returns to all of its children. It brings its
     * stores. Everything else that can come out is the business of the spec's handlers only; {@link #addTo} and {@link #join} have
     * a child for each.
     *
     * <p>The key of each record must be the join's key of its message, and records of one key must be in partitions of one number,
     * in all topics that the processor reads. A record with another key is refused with an {@link IllegalArgumentException}; where
     * they are partitioned in another way, nobody can see it.
     *
     * @throws IllegalArgumentException if the spec is {@code atMostOnce}: a transaction that is repeated hands over again
     */
    @SuppressWarnings("unchecked") // without other children, it forwards nothing but results
    public static <M, K, V, R> ProcessorSupplier<K, M, K, R> processor(
            JoinSpec<M, K, V, R> spec, KafkaJoinOptions<K, V> options) {
        return (ProcessorSupplier<K, M, K, R>) (ProcessorSupplier<K, M, K, ?>) supplier(spec, options, false);
    }

    /**
     * Adds a join to a topology: a node with the name of the options, and for each {@link JoinOutput} a child of it whose name is
     * {@link JoinOutput#childOf}, to be the parent of what receives it.
     *
     * @param parents names of sources and processors, whose records are as {@link #processor} needs them
     * @return the topology
     */
    public static <K, V> Topology addTo(
            Topology topology, JoinSpec<?, K, V, ?> spec, KafkaJoinOptions<K, V> options, String... parents) {
        Objects.requireNonNull(topology, "topology");
        return addTo(topology, spec, options, System::nanoTime, parents);
    }

    static <K, V> Topology addTo(
            Topology topology,
            JoinSpec<?, K, V, ?> spec,
            KafkaJoinOptions<K, V> options,
            LongSupplier nanoTime,
            String... parents) {
        topology.addProcessor(options.name(), supplier(spec, options, true, nanoTime), parents);
        for (JoinOutput output : JoinOutput.values()) {
            topology.addProcessor(output.childOf(options.name()), Forwarding::new, options.name());
        }
        return topology;
    }

    /**
     * Joins streams. Their messages are brought to the partitions of their joins' keys through one repartition topic, whatever keys
     * and partitions they have. Records without a value are skipped.
     *
     * @param inputs streams of messages; several with messages of different classes, for a spec by
     *     {@link dev.joiner.merge.Parts}
     * @throws IllegalArgumentException if there is no input, if two have one name, or if the spec is {@code atMostOnce}
     */
    @SafeVarargs
    public static <M, K, V, R> JoinedStreams<M, K, V, R> join(
            JoinSpec<M, K, V, R> spec, KafkaJoinOptions<K, V> options, JoinInput<? extends M>... inputs) {
        ProcessorSupplier<K, M, K, Object> join = supplier(spec, options, true);
        Inputs<M, K> merged = new Inputs<>(options.name(), SpecFunctions.of(spec)::keyOf);
        for (JoinInput<? extends M> input : inputs) {
            merged.add(input);
        }
        KStream<K, byte[]> keyed = merged.keyed()
                .repartition(Repartitioned.<K, byte[]>as(options.name())
                        .withKeySerde(new KeySerde<>(options.config().keys()))
                        .withValueSerde(Serdes.ByteArray()));
        return new JoinedStreams<>(options.name(), merged.messages(keyed).process(join, Named.as(options.name())));
    }

    /**
     * Returns a view of the joins that this instance of an application holds.
     *
     * @param streams a running instance of an application with this join
     */
    public static <K, V> JoinQueries<K, V> queries(
            KafkaStreams streams, JoinSpec<?, K, V, ?> spec, KafkaJoinOptions<K, V> options) {
        return JoinQueries.of(streams, spec, options);
    }

    static <M, K, V, R> ProcessorSupplier<K, M, K, Object> supplier(
            JoinSpec<M, K, V, R> spec, KafkaJoinOptions<K, V> options, boolean hasChildren) {
        return supplier(spec, options, hasChildren, System::nanoTime);
    }

    static <M, K, V, R> ProcessorSupplier<K, M, K, Object> supplier(
            JoinSpec<M, K, V, R> spec, KafkaJoinOptions<K, V> options, boolean hasChildren, LongSupplier nanoTime) {
        Objects.requireNonNull(spec, "spec");
        Objects.requireNonNull(options, "options");
        SpecFunctions<M, K, V, R> functions = SpecFunctions.of(spec);
        Supplier<Processor<K, M, K, Object>> processors =
                () -> new JoinProcessor<>(functions, options, hasChildren, nanoTime);
        Objects.requireNonNull(processors.get()); // what is not possible is refused now, and not when a task begins
        return new ProcessorSupplier<>() {
            @Override
            public Processor<K, M, K, Object> get() {
                return processors.get();
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                Set<StoreBuilder<?>> stores = new LinkedHashSet<>();
                stores.add(store(options, JoinStates.storeOfJoins(options.name())));
                stores.add(store(options, JoinStates.storeOfDeadlines(options.name())));
                if (functions.collects()) {
                    stores.add(store(options, JoinStates.storeOfParts(options.name())));
                }
                return stores;
            }
        };
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(KafkaJoinOptions<?, ?> options, String name) {
        StoreBuilder<KeyValueStore<Bytes, byte[]>> builder =
                Stores.keyValueStoreBuilder(options.store(name), Serdes.Bytes(), Serdes.ByteArray());
        return options.isCached() ? builder.withCachingEnabled() : builder.withCachingDisabled();
    }
}
