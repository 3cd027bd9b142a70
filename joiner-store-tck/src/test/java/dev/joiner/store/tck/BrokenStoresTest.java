package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.Versioned;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** The suite fails for stores that do what stores have done, each in one way. */
class BrokenStoresTest {

    /** A store that is right, for one mistake to be made. */
    abstract static class Delegating<V> implements JoinStore<String, V> {
        final JoinStore<String, V> store = MapJoinStore.create();

        @Override
        public Versioned<V> find(String key) {
            return store.find(key);
        }

        @Override
        public Exchange<V> compareAndExchange(String key, Versioned<V> expected, Versioned<V> next) {
            return store.compareAndExchange(key, expected, next);
        }

        @Override
        public List<Entry<String, V>> due(Instant now, int limit) {
            return store.due(now, limit);
        }

        @Override
        public Page<String, V> scan(String cursor, int limit) {
            return store.scan(cursor, limit);
        }

        @Override
        public long size() {
            return store.size();
        }

        @Override
        public void close() {}
    }

    abstract static class Suite extends JoinStoreContract {
        private final Map<String, JoinStore<?, ?>> stores = new HashMap<>();

        abstract JoinStore<String, Object> create();

        @Override
        @SuppressWarnings("unchecked")
        protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            return (JoinStore<K, V>) stores.computeIfAbsent(config.namespace(), namespace -> create());
        }
    }

    static class Right extends Suite {
        @Override
        JoinStore<String, Object> create() {
            return new Delegating<>() {};
        }
    }

    static class DropsTheVersionCheck extends Suite {
        @Override
        JoinStore<String, Object> create() {
            return new Delegating<>() {
                @Override
                public Exchange<Object> compareAndExchange(
                        String key, Versioned<Object> expected, Versioned<Object> next) {
                    Exchange<Object> exchange = super.compareAndExchange(key, expected, next);
                    return exchange.won() || exchange.witness() == null || expected == null
                            ? exchange
                            : compareAndExchange(key, exchange.witness(), next);
                }
            };
        }
    }

    static class LosesTheDueIndex extends Suite {
        @Override
        JoinStore<String, Object> create() {
            return new Delegating<>() {
                @Override
                public List<Entry<String, Object>> due(Instant now, int limit) {
                    return List.of();
                }
            };
        }
    }

    static class FoldsCase extends Suite {
        @Override
        JoinStore<String, Object> create() {
            return new Delegating<>() {
                @Override
                public Versioned<Object> find(String key) {
                    return super.find(key.toLowerCase(Locale.ROOT));
                }

                @Override
                public Exchange<Object> compareAndExchange(
                        String key, Versioned<Object> expected, Versioned<Object> next) {
                    return super.compareAndExchange(key.toLowerCase(Locale.ROOT), expected, next);
                }
            };
        }
    }

    static class ForgetsOnEviction extends Suite {
        @Override
        JoinStore<String, Object> create() {
            return new Delegating<>() {
                @Override
                public Exchange<Object> compareAndExchange(
                        String key, Versioned<Object> expected, Versioned<Object> next) {
                    Exchange<Object> exchange = super.compareAndExchange(key, expected, next);
                    if (store.size() > 50) {
                        Entry<String, Object> victim =
                                store.scan(null, 1).entries().get(0);
                        store.compareAndExchange(victim.key(), victim.held(), null);
                    }
                    return exchange;
                }
            };
        }
    }

    @Test
    void aRightStorePasses() {
        assertThat(failuresOf(Right.class)).isEmpty();
    }

    @Test
    void aStoreThatDropsTheVersionCheckFails() {
        assertThat(failuresOf(DropsTheVersionCheck.class)).contains("staleWriteIsRefusedAndToldWhatIsThere()");
    }

    @Test
    void aStoreThatLosesTheDueIndexFails() {
        assertThat(failuresOf(LosesTheDueIndex.class)).contains("dueIsWhatIsDueAtOrBeforeTheTime()");
    }

    @Test
    void aStoreThatFoldsCaseFails() {
        assertThat(failuresOf(FoldsCase.class)).contains("keysThatDifferAreKeptApart()");
    }

    @Test
    void aStoreThatForgetsOnEvictionFails() {
        assertThat(failuresOf(ForgetsOnEviction.class)).contains("largeBatchIsWrittenWhole()");
    }

    private static Set<String> failuresOf(Class<? extends JoinStoreContract> suite) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(suite))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(Event::getTestDescriptor)
                .map(test -> test.getLegacyReportingName())
                .collect(Collectors.toSet());
    }
}
