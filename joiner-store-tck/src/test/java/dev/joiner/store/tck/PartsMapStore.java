package dev.joiner.store.tck;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.PartsChange.Append;
import dev.joiner.spi.PartsChange.Range;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The least that a store is which keeps parts apart from states: both under one lock. */
class PartsMapStore<K, V> extends MapStore<K, V> {
    /** What is of a key and under a number. */
    record Place(String key, long number) {}

    final Map<Place, List<Part>> parts;

    PartsMapStore(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows, Map<Place, List<Part>> parts) {
        super(config, rows);
        this.parts = parts;
    }

    /** Opens such stores, each time on the data of the namespace. */
    static final class PartsOpener implements StoreUnderTest {
        private final Map<String, NavigableMap<String, Row>> rows = new ConcurrentHashMap<>();
        private final Map<String, Map<Place, List<Part>>> parts = new ConcurrentHashMap<>();
        private final PartsConstructor constructor;

        PartsOpener(PartsConstructor constructor) {
            this.constructor = constructor;
        }

        @Override
        public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            return constructor.create(
                    config,
                    rows.computeIfAbsent(config.namespace(), namespace -> new TreeMap<>()),
                    parts.computeIfAbsent(config.namespace(), namespace -> new HashMap<>()));
        }
    }

    @FunctionalInterface
    interface PartsConstructor {
        <K, V> JoinStore<K, V> create(
                JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows, Map<Place, List<Part>> parts);
    }

    @Override
    public boolean collects() {
        return true;
    }

    // snippet:parts-exchange
    @Override
    public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
        String text = codec.text(key);
        PartsChange change = PartsChange.between(expected, next);
        synchronized (rows) {
            Map<String, Long> present = present(text, change.lookIn(), change.ids());
            if (!present.isEmpty()) {
                Versioned<V> held = held(text);
                return held == null || !held.equals(expected) ? Exchange.lost(held) : Exchange.present(present);
            }
            Exchange<V> exchange = super.compareAndExchange(key, expected, next);
            if (exchange.won()) {
                change(text, change);
            }
            return exchange;
        }
    }

    void change(String text, PartsChange change) {
        if (change.removesAll()) {
            parts.keySet().removeIf(place -> place.key().equals(text));
        }
        for (Range range : change.removed()) {
            List<Part> rows = rows(text, range.number());
            rows.subList(range.from(), range.to()).clear();
        }
        for (Range range : change.stripped()) {
            rows(text, range.number()).subList(range.from(), range.to()).replaceAll(part -> new Part(part.id(), null));
        }
        for (Append append : change.appended()) {
            rows(text, append.number()).addAll(append.parts());
        }
        parts.values().removeIf(List::isEmpty);
    }
    // end:parts-exchange

    private List<Part> rows(String text, long number) {
        return parts.computeIfAbsent(new Place(text, number), place -> new ArrayList<>());
    }

    @Override
    public List<Part> parts(K key, long number, int from, int limit) {
        synchronized (rows) {
            List<Part> page = new ArrayList<>();
            int bytes = 0;
            for (Part part : parts.getOrDefault(new Place(codec.text(key), number), List.of()).stream()
                    .skip(from)
                    .limit(limit)
                    .toList()) {
                page.add(part);
                bytes += part.bytes() == null ? 0 : part.bytes().length;
                if (bytes > 1 << 20) {
                    break;
                }
            }
            return page;
        }
    }

    @Override
    public Map<String, Long> present(K key, Collection<Long> numbers, Collection<String> ids) {
        synchronized (rows) {
            return present(codec.text(key), numbers, ids);
        }
    }

    Map<String, Long> present(String text, Collection<Long> numbers, Collection<String> ids) {
        Map<String, Long> present = new HashMap<>();
        for (long number : numbers) {
            for (Part part : parts.getOrDefault(new Place(text, number), List.of())) {
                if (part.id() != null && ids.contains(part.id())) {
                    present.put(part.id(), number);
                }
            }
        }
        return present;
    }
}
