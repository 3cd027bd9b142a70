package dev.joiner.store.tck;

import static dev.joiner.store.tck.ProcessorStores.without;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A look at the states of a processor, as scenarios take it. */
final class ProcessorStore<K, V> implements JoinStore<K, V> {
    private final JoinStoreConfig<K, V> config;
    private final EntryCodec<K, V> codec;
    private @Nullable KeyValueStore<Bytes, byte[]> joins;

    ProcessorStore(JoinStoreConfig<K, V> config) {
        this.config = config;
        codec = new EntryCodec<>(config);
    }

    JoinStoreConfig<K, V> config() {
        return config;
    }

    /** @param joins the processor's */
    void looksAt(KeyValueStore<Bytes, byte[]> joins) {
        if (this.joins != null) {
            throw without("second node at a key");
        }
        this.joins = joins;
    }

    private KeyValueStore<Bytes, byte[]> joins() {
        return Objects.requireNonNull(joins);
    }

    @Override
    public @Nullable Versioned<V> find(K key) {
        String text = codec.text(key);
        byte[] bytes = joins().get(Bytes.wrap(text.getBytes(UTF_8)));
        return bytes == null ? null : codec.held(text, 0, bytes);
    }

    @Override
    public Page<K, V> scan(@Nullable String cursor, int limit) {
        List<Entry<K, V>> entries = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> all = joins().all()) {
            all.forEachRemaining(entry -> entries.add(codec.entry(new String(entry.key.get(), UTF_8), 0, entry.value)));
        }
        return new Page<>(entries, null);
    }

    @Override
    public long size() {
        return scan(null, Integer.MAX_VALUE).entries().size();
    }

    @Override
    public Exchange<V> compareAndExchange(K key, @Nullable Versioned<V> expected, @Nullable Versioned<V> next) {
        throw without("write from elsewhere");
    }

    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        throw without("list of what is due");
    }

    @Override
    public void close() {}
}
