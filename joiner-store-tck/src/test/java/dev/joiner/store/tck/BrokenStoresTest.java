package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.Versioned;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The suite fails for stores that do what stores have done, each in one way. */
class BrokenStoresTest {

    /** A store that is right, for one mistake to be made. */
    abstract static class Delegating<V> implements JoinStore<Object, V> {
        final JoinStore<Object, V> store = MapJoinStore.create();

        @Override
        public Versioned<V> find(Object key) {
            return store.find(key);
        }

        @Override
        public Exchange<V> compareAndExchange(Object key, Versioned<V> expected, Versioned<V> next) {
            return store.compareAndExchange(key, expected, next);
        }

        @Override
        public List<Entry<Object, V>> due(Instant now, int limit) {
            return store.due(now, limit);
        }

        @Override
        public Page<Object, V> scan(String cursor, int limit) {
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
        private final Map<String, JoinStore<?, ?>> stores = new ConcurrentHashMap<>();

        abstract JoinStore<Object, Object> create();

        @Override
        @SuppressWarnings("unchecked")
        protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            return (JoinStore<K, V>) stores.computeIfAbsent(config.namespace(), namespace -> create());
        }
    }

    static class Right extends Suite {
        @Override
        JoinStore<Object, Object> create() {
            return new Delegating<>() {};
        }
    }

    static class DropsTheVersionCheck extends Suite {
        @Override
        JoinStore<Object, Object> create() {
            return new Delegating<>() {
                @Override
                public Exchange<Object> compareAndExchange(
                        Object key, Versioned<Object> expected, Versioned<Object> next) {
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
        JoinStore<Object, Object> create() {
            return new Delegating<>() {
                @Override
                public List<Entry<Object, Object>> due(Instant now, int limit) {
                    return List.of();
                }
            };
        }
    }

    static class FoldsCase extends Suite {
        @Override
        JoinStore<Object, Object> create() {
            return new Delegating<>() {
                @Override
                public Versioned<Object> find(Object key) {
                    return super.find(folded(key));
                }

                @Override
                public Exchange<Object> compareAndExchange(
                        Object key, Versioned<Object> expected, Versioned<Object> next) {
                    return super.compareAndExchange(folded(key), expected, next);
                }
            };
        }
    }

    private static Object folded(Object key) {
        return key instanceof String text ? text.toLowerCase(Locale.ROOT) : key;
    }

    static class ForgetsOnEviction extends Suite {
        @Override
        JoinStore<Object, Object> create() {
            return new Delegating<>() {
                @Override
                public Exchange<Object> compareAndExchange(
                        Object key, Versioned<Object> expected, Versioned<Object> next) {
                    Exchange<Object> exchange = super.compareAndExchange(key, expected, next);
                    if (store.size() > 50) {
                        Entry<Object, Object> victim =
                                store.scan(null, 1).entries().get(0);
                        store.compareAndExchange(victim.key(), victim.held(), null);
                    }
                    return exchange;
                }
            };
        }
    }

    /** Whoever opens it has it alone. */
    static class NotShared extends JoinStoreContract {
        @Override
        protected <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            return MapJoinStore.create();
        }

        @Override
        protected boolean isShared() {
            return false;
        }
    }

    @Test
    void aRightStorePasses() {
        assertThat(failuresOf(Right.class)).isEmpty();
    }

    @Test
    void aStoreThatIsNotSharedIsSparedTheTestsThatNeedASecondNode() {
        Events tests = run(NotShared.class);

        assertThat(namesOf(tests.failed())).isEmpty();
        assertThat(tests.aborted().count()).isBetween(5L, 90L);
        assertThat(tests.succeeded().count()).isGreaterThan(200);
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

    private static Events run(Class<? extends JoinStoreContract> suite) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(suite))
                .execute()
                .testEvents();
    }

    private static Set<String> failuresOf(Class<? extends JoinStoreContract> suite) {
        return namesOf(run(suite).failed());
    }

    private static Set<String> namesOf(Events tests) {
        return tests.stream()
                .map(failed -> failed.getTestDescriptor().getLegacyReportingName())
                .collect(Collectors.toSet());
    }
}
