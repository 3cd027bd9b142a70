package dev.joiner.store.memory;

import static dev.joiner.store.memory.States.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.joiner.DefaultingStoreException;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CallersMapTest {

    @Test
    void whatAMapHoldsIsTakenOver() {
        ConcurrentMap<String, Versioned<Integer>> map = new ConcurrentHashMap<>();
        map.put("a", open(1, 10));
        map.put("b", open(2));

        MapJoinStore<String, Integer> store = MapJoinStore.on(map);

        assertThat(store.size()).isEqualTo(2);
        assertThat(store.find("b")).isSameAs(map.get("b"));
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(10), 10))
                .singleElement()
                .extracting(Due::key)
                .isEqualTo("a");
    }

    @Test
    void aSortedMapMayRefuseToCompareAnUnknownKey() {
        ConcurrentMap<String, Versioned<Integer>> map = new ConcurrentSkipListMap<>();
        map.put("a", open(1));

        MapJoinStore<String, Integer> store = MapJoinStore.on(map);
        store.compareAndExchange("b", null, open(2));

        assertThat(map).containsOnlyKeys("a", "b");
        assertThat(store.size()).isEqualTo(2);
    }

    @Test
    void aMapThatInventsInGetIsRefused() {
        refuses(new Inventing(key -> open(0)));
    }

    @Test
    void aMapThatInventsInGetOrDefaultIsRefused() {
        refuses(new ConcurrentHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Versioned<Integer> getOrDefault(Object key, Versioned<Integer> defaultValue) {
                return open(0);
            }
        });
    }

    @Test
    void aMapThatKnowsEveryKeyIsRefused() {
        refuses(new ConcurrentHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean containsKey(Object key) {
                return true;
            }
        });
    }

    @Test
    void aMapWhoseLoaderFailsForTheUnknownKeyIsRefused() {
        refuses(new Inventing(key -> open(((String) key).length())));
        refuses(new Inventing(key -> {
            throw new IllegalStateException("no row for " + key);
        }));
    }

    @Test
    void whatAMapInventedForTheUnknownKeyIsTakenOutAgain() {
        Inventing map = new Inventing(key -> open(0));
        refuses(map);
        assertThat(map).isEmpty();
    }

    @Test
    void aViewOfACacheIsRefused() {
        refuses(Caffeine.newBuilder()
                .<String, Versioned<Integer>>build(key -> open(0))
                .asMap());
        refuses(Caffeine.newBuilder()
                .maximumSize(10)
                .<String, Versioned<Integer>>build(key -> open(0))
                .asMap());
        refuses(Caffeine.newBuilder()
                .maximumSize(10)
                .<String, Versioned<Integer>>build()
                .asMap());
        refuses(Caffeine.newBuilder()
                .<String, Versioned<Integer>>buildAsync(key -> open(0))
                .synchronous()
                .asMap());
    }

    private static void refuses(ConcurrentMap<String, Versioned<Integer>> map) {
        assertThatExceptionOfType(DefaultingStoreException.class)
                .isThrownBy(() -> MapJoinStore.on(map))
                .withMessageContaining("map");
    }

    /** A map that loads what it does not hold. */
    private static final class Inventing extends ConcurrentHashMap<String, Versioned<Integer>> {
        private static final long serialVersionUID = 1L;

        private final transient Function<Object, Versioned<Integer>> loader;

        Inventing(Function<Object, Versioned<Integer>> loader) {
            this.loader = loader;
        }

        @Override
        @SuppressWarnings("unchecked") // the very thing that such maps do
        public Versioned<Integer> get(Object key) {
            return ((ConcurrentMap<Object, Versioned<Integer>>) (ConcurrentMap<?, Versioned<Integer>>) this)
                    .computeIfAbsent(key, loader);
        }
    }
}
