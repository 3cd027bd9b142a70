package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.PartsChange;
import dev.joiner.spi.StoredParts.Part;
import dev.joiner.spi.Versioned;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The contract fails for stores that keep parts apart in a wrong way, each in one. */
class BrokenPartStoresTest {

    /** The test that is to notice the mistake does, and nothing is wrong with the rest. */
    private static void assertCaughtBy(String test, Class<? extends JoinStoreContract> suite) {
        Events tests = EngineTestKit.engine("junit-jupiter")
                .selectors(selectNestedClass(List.of(suite), JoinStoreContract.Parts.class))
                .execute()
                .testEvents();
        Set<String> failed = tests.failed().stream()
                .map(event -> event.getTestDescriptor().getLegacyReportingName())
                .collect(Collectors.toSet());

        assertThat(failed).contains(test + "()");
        assertThat(tests.succeeded().count()).isGreaterThan(5);
    }

    /** Does something else with parts than it is to do. */
    private static final class Changing<K, V> extends PartsMapStore<K, V> {
        private final UnaryOperator<PartsChange> mistake;

        Changing(
                JoinStoreConfig<K, V> config,
                NavigableMap<String, Row> rows,
                Map<Place, List<Part>> parts,
                UnaryOperator<PartsChange> mistake) {
            super(config, rows, parts);
            this.mistake = mistake;
        }

        @Override
        void change(String text, PartsChange change) {
            super.change(text, mistake.apply(change));
        }
    }

    private static StoreUnderTest changing(UnaryOperator<PartsChange> mistake) {
        return new PartsMapStore.PartsOpener(new PartsMapStore.PartsConstructor() {
            @Override
            public <K, V> JoinStore<K, V> create(
                    JoinStoreConfig<K, V> config,
                    NavigableMap<String, MapStore.Row> rows,
                    Map<PartsMapStore.Place, List<Part>> parts) {
                return new Changing<>(config, rows, parts, mistake);
            }
        });
    }

    static class LooksUnderAnyNumber extends JoinStoreContract {
        LooksUnderAnyNumber() {
            super(new PartsMapStore.PartsOpener(LooksUnderAnyNumber.Store::new));
        }

        static class Store<K, V> extends PartsMapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows, Map<Place, List<Part>> parts) {
                super(config, rows, parts);
            }

            @Override
            Map<String, Long> present(String text, Collection<Long> numbers, Collection<String> ids) {
                Set<Long> all = new LinkedHashSet<>(numbers);
                parts.keySet().stream()
                        .filter(place -> place.key().equals(text))
                        .forEach(place -> all.add(place.number()));
                return super.present(text, all, ids);
            }
        }
    }

    @Test
    void aStoreThatKnowsIdsThatAreForgottenFails() {
        assertCaughtBy("idsAreLookedForUnderTheNumbersOfTheState", LooksUnderAnyNumber.class);
    }

    static class KnowsNoIds extends JoinStoreContract {
        KnowsNoIds() {
            super(new PartsMapStore.PartsOpener(KnowsNoIds.Store::new));
        }

        static class Store<K, V> extends PartsMapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows, Map<Place, List<Part>> parts) {
                super(config, rows, parts);
            }

            @Override
            Map<String, Long> present(String text, Collection<Long> numbers, Collection<String> ids) {
                return new HashMap<>();
            }
        }
    }

    @Test
    void aStoreThatAppendsAnIdTwiceFails() {
        assertCaughtBy("knownIdsRefuseTheWrite", KnowsNoIds.class);
    }

    static class LooksBeforeItCompares extends JoinStoreContract {
        LooksBeforeItCompares() {
            super(new PartsMapStore.PartsOpener(LooksBeforeItCompares.Store::new));
        }

        static class Store<K, V> extends PartsMapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows, Map<Place, List<Part>> parts) {
                super(config, rows, parts);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                PartsChange change = PartsChange.between(expected, next);
                Map<String, Long> present = present(key, change.lookIn(), change.ids());
                return present.isEmpty() ? super.compareAndExchange(key, expected, next) : Exchange.present(present);
            }
        }
    }

    @Test
    void aStoreThatTakesItsOwnRepeatedWriteForAnothersFails() {
        assertCaughtBy("repeatedWriteFindsItself", LooksBeforeItCompares.class);
    }

    static class LeavesParts extends JoinStoreContract {
        LeavesParts() {
            super(changing(change -> new PartsChange(
                    change.appended(), change.stripped(), List.of(), change.removesAll(), change.lookIn())));
        }
    }

    @Test
    void aStoreThatLeavesPartsWithoutAJoinFails() {
        assertCaughtBy("partsGoWithTheirStateAndTheirIdsWithThem", LeavesParts.class);
    }

    static class KeepsPartsWithTheirIds extends JoinStoreContract {
        KeepsPartsWithTheirIds() {
            super(changing(change -> new PartsChange(
                    change.appended(), List.of(), change.removed(), change.removesAll(), change.lookIn())));
        }
    }

    @Test
    void aStoreThatKeepsPartsWhereOnlyIdsAreToStayFails() {
        assertCaughtBy("partsAreTurnedIntoIdsAndRemovedInPages", KeepsPartsWithTheirIds.class);
    }

    static class ForgetsPartsOfTheUnreadable extends JoinStoreContract {
        ForgetsPartsOfTheUnreadable() {
            super(changing(change ->
                    new PartsChange(change.appended(), change.stripped(), change.removed(), false, change.lookIn())));
        }
    }

    @Test
    void aStoreThatForgetsThePartsOfWhatCannotBeReadFails() {
        assertCaughtBy("partsOfAnEntryThatCannotBeReadStayUntilItGoes", ForgetsPartsOfTheUnreadable.class);
    }
}
