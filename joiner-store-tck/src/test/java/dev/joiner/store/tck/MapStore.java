package dev.joiner.store.tck;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.EntryCodec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The least that a store is: bytes in a map, under one lock. For one mistake to be made. */
class MapStore<K, V> implements JoinStore<K, V> {
    final EntryCodec<K, V> codec;
    /** Those of the namespace, whoever opens it. */
    final NavigableMap<String, Row> rows;

    record Row(long version, long dueAt, Bytes state) {}

    /** What is in a row. */
    static final class Bytes {
        final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    MapStore(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
        this(config, rows, Long.MAX_VALUE);
    }

    MapStore(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows, long maxBytes) {
        codec = new EntryCodec<>(config, maxBytes);
        this.rows = rows;
    }

    /** Opens such stores, each time on the data of the namespace. */
    static final class Opener implements StoreUnderTest {
        private final Map<String, NavigableMap<String, Row>> data = new ConcurrentHashMap<>();
        private final Constructor constructor;

        /** @param constructor of the kind of store that is opened */
        Opener(Constructor constructor) {
            this.constructor = constructor;
        }

        @Override
        public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            return constructor.create(config, data.computeIfAbsent(config.namespace(), namespace -> new TreeMap<>()));
        }
    }

    @FunctionalInterface
    interface Constructor {
        <K, V> JoinStore<K, V> create(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows);
    }

    Versioned<V> held(String text) {
        Row row = rows.get(text);
        return row == null ? null : codec.held(text, row.version(), row.state().bytes);
    }

    @Override
    public Versioned<V> find(K key) {
        String text = codec.text(key);
        synchronized (rows) {
            return held(text);
        }
    }

    @Override
    public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
        String text = codec.text(key);
        Row row = next == null
                ? null
                : new Row(next.version(), next.state().dueAt(), new Bytes(codec.bytes(text, next.state())));
        synchronized (rows) {
            Versioned<V> held = held(text);
            if (!Objects.equals(held, expected)) {
                return Exchange.lost(held);
            }
            if (row == null) {
                rows.remove(text);
            } else {
                rows.put(text, row);
            }
            return Exchange.written();
        }
    }

    @Override
    public List<Due<K>> due(Instant from, Instant upTo, int limit) {
        synchronized (rows) {
            return rows.entrySet().stream()
                    .filter(row -> row.getValue().dueAt() != JoinState.NEVER)
                    .filter(row -> row.getValue().dueAt() >= from.toEpochMilli())
                    .filter(row -> row.getValue().dueAt() <= upTo.toEpochMilli())
                    .sorted(Comparator.comparingLong(row -> row.getValue().dueAt()))
                    .limit(limit)
                    .map(row -> codec.due(
                            row.getKey(), row.getValue().dueAt(), row.getValue().state().bytes.length))
                    .toList();
        }
    }

    @Override
    public Page<K, V> scan(String cursor, int limit) {
        synchronized (rows) {
            List<String> page = rows.tailMap(cursor == null ? "" : cursor, false).keySet().stream()
                    .limit(limit)
                    .toList();
            List<Entry<K, V>> entries = page.stream()
                    .map(text -> codec.entry(
                            text, rows.get(text).version(), rows.get(text).state().bytes))
                    .toList();
            return new Page<>(entries, page.size() < limit ? null : page.get(limit - 1));
        }
    }

    @Override
    public long size() {
        synchronized (rows) {
            return rows.size();
        }
    }

    @Override
    public long maxEntryBytes() {
        return codec.maxBytes();
    }

    @Override
    public void close() {}
}
