package dev.joiner.kafka.streams;

import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Counts;
import dev.joiner.PendingJoin.Status;
import dev.joiner.engine.JoinCounter;
import dev.joiner.engine.PendingJoins;
import dev.joiner.engine.SpecFunctions;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.PartReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * A view of the joins that one instance of an application holds, for people and metrics: those of the tasks that it has now. Thread-safe.
 *
 * <p>Each method throws {@link org.apache.kafka.streams.errors.InvalidStateStoreException} while the instance does not run or
 * rebalances. What other instances hold is theirs to show; {@link KafkaStreams#streamsMetadataForStore} names them.
 *
 * @param <K> the keys
 * @param <V> the values
 */
public final class JoinQueries<K, V> {
    private final SpecFunctions<?, K, V, ?> functions;
    private final EntryCodec<K, V> codec;
    private final Supplier<ReadOnlyKeyValueStore<Bytes, byte[]>> store;
    private final Supplier<ReadOnlyKeyValueStore<Bytes, byte[]>> parts;

    private JoinQueries(
            JoinSpec<?, K, V, ?> spec,
            JoinStoreConfig<K, V> config,
            Supplier<ReadOnlyKeyValueStore<Bytes, byte[]>> store,
            Supplier<ReadOnlyKeyValueStore<Bytes, byte[]>> parts) {
        functions = SpecFunctions.of(spec);
        codec = new EntryCodec<>(config);
        this.store = store;
        this.parts = parts;
    }

    static <K, V> JoinQueries<K, V> of(
            KafkaStreams streams, JoinSpec<?, K, V, ?> spec, KafkaJoinOptions<K, V> options) {
        Objects.requireNonNull(streams, "streams");
        Objects.requireNonNull(spec, "spec");
        return new JoinQueries<>(
                spec,
                options.config(),
                () -> store(streams, JoinStates.storeOfJoins(options.name())),
                () -> store(streams, JoinStates.storeOfParts(options.name())));
    }

    private static ReadOnlyKeyValueStore<Bytes, byte[]> store(KafkaStreams streams, String name) {
        return streams.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
    }

    private PartReader parts(Bytes key) {
        return functions.collects() ? JoinParts.of(parts.get(), key) : PartReader.NONE;
    }

    /**
     * Inspects a key: its open join, those that failed or are parked, and what is remembered of those that ended.
     *
     * @return empty if this instance holds nothing under the key
     */
    public List<PendingJoin<K, V>> find(K key) {
        String text = codec.text(Objects.requireNonNull(key, "key"));
        Bytes stored = Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
        byte[] bytes = store.get().get(stored);
        return bytes == null ? List.of() : PendingJoins.of(functions, key, codec.held(text, 0, bytes), parts(stored));
    }

    /**
     * Returns joins that wait, failed, are parked or cannot be read; not what is only remembered.
     *
     * @param limit the most to return; at least 1
     */
    public List<PendingJoin<K, V>> pending(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
        List<PendingJoin<K, V>> joins = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store.get().all()) {
            while (joins.size() < limit && entries.hasNext()) {
                pending(entries.next(), joins::add);
            }
        }
        return joins.size() > limit ? List.copyOf(joins.subList(0, limit)) : joins;
    }

    /** Counts the joins, by what they wait for; what is only remembered does not count. Reads all that the instance holds. */
    public Counts counts() {
        JoinCounter counter = new JoinCounter();
        try (KeyValueIterator<Bytes, byte[]> entries = store.get().all()) {
            while (entries.hasNext()) {
                pending(entries.next(), counter::add);
            }
        }
        return counter.counts();
    }

    private void pending(KeyValue<Bytes, byte[]> found, Consumer<PendingJoin<K, V>> consumer) {
        Entry<K, V> entry = codec.entry(JoinStates.text(found.key), 0, found.value);
        for (PendingJoin<K, V> join : PendingJoins.of(functions, entry.key(), entry.held(), parts(found.key))) {
            if (join.status() != Status.REMEMBERED) {
                consumer.accept(join);
            }
        }
    }
}
