package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinStoreConfig;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The contract fails for stores that do what stores have done, each in one way. */
class BrokenStoresTest {

    private static Events run(Class<?> suite) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(suite))
                .execute()
                .testEvents();
    }

    private static Set<String> namesOf(Events tests) {
        return tests.stream()
                .map(test -> test.getTestDescriptor().getLegacyReportingName())
                .collect(Collectors.toSet());
    }

    /** The test that is to notice the mistake does, and nothing is wrong with the rest of the store. */
    private static void assertCaughtBy(String test, Class<? extends JoinStoreContract> suite) {
        Events tests = run(suite);

        assertThat(namesOf(tests.failed())).contains(test + "()");
        assertThat(tests.succeeded().count()).isGreaterThan(5);
    }

    /** Nothing is wrong with it, also where it has a limit. */
    static class Right extends JoinStoreContract {
        Right() {
            super(new MapStore.Opener(Right.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows, 100_000_000);
            }
        }
    }

    static class RightWithinALimit extends JoinStoreContract {
        RightWithinALimit() {
            super(new MapStore.Opener(RightWithinALimit.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows, 200_000);
            }
        }
    }

    static class RightForJoins extends JoinerContract {
        RightForJoins() {
            super(new MapStore.Opener(MapStore::new));
        }
    }

    @Test
    void aRightStorePasses() {
        assertThat(namesOf(run(Right.class).failed())).isEmpty();
        assertThat(namesOf(run(RightWithinALimit.class).failed())).isEmpty();
        assertThat(namesOf(run(RightForJoins.class).failed())).isEmpty();
    }

    /** Whoever opens it has it alone. */
    private static final class Alone implements StoreUnderTest {
        @Override
        public <K, V> JoinStore<K, V> open(JoinStoreConfig<K, V> config) {
            return new MapStore<>(config, new TreeMap<>());
        }

        @Override
        public boolean isShared() {
            return false;
        }
    }

    static class NotShared extends JoinStoreContract {
        NotShared() {
            super(new Alone());
        }
    }

    static class NotSharedForJoins extends JoinerContract {
        NotSharedForJoins() {
            super(new Alone());
        }
    }

    @Test
    void aStoreThatIsNotSharedIsSparedTheTestsThatNeedASecondNode() {
        Events tests = run(NotShared.class);
        Events joins = run(NotSharedForJoins.class);

        assertThat(namesOf(tests.failed())).isEmpty();
        assertThat(namesOf(joins.failed())).isEmpty();
        assertThat(tests.aborted().stream()
                        .filter(test -> !test.getTestDescriptor()
                                .getUniqueId()
                                .toString()
                                .contains("[nested-class:Parts]")) // this store keeps parts in states
                        .count())
                .isBetween(5L, 20L);
        assertThat(joins.aborted().count()).isBetween(5L, 120L);
        assertThat(tests.succeeded().count()).isGreaterThan(20);
        assertThat(joins.succeeded().count()).isGreaterThan(200);
    }

    static class DropsTheVersionCheck extends JoinStoreContract {
        DropsTheVersionCheck() {
            super(new MapStore.Opener(DropsTheVersionCheck.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                Exchange<V> exchange = super.compareAndExchange(key, expected, next);
                return exchange.won() || exchange.witness() == null || expected == null
                        ? exchange
                        : compareAndExchange(key, exchange.witness(), next);
            }
        }
    }

    @Test
    void aStoreThatDropsTheVersionCheckFails() {
        assertCaughtBy("staleWriteIsRefusedAndToldWhatIsThere", DropsTheVersionCheck.class);
    }

    static class GuessesLiveObjects extends JoinStoreContract {
        GuessesLiveObjects() {
            super(new MapStore.Opener(GuessesLiveObjects.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            private final Map<K, Versioned<V>> guesses = new ConcurrentHashMap<>();

            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Versioned<V> guess(K key) {
                return guesses.get(key);
            }

            @Override
            public Versioned<V> find(K key) {
                Versioned<V> held = super.find(key);
                if (held == null) {
                    guesses.remove(key);
                } else {
                    guesses.put(key, held);
                }
                return held;
            }
        }
    }

    @Test
    void aStoreThatGuessesLiveObjectsFails() {
        assertCaughtBy("aValueThatIsChangedOutsideIsNotChangedInTheStore", GuessesLiveObjects.class);
    }

    static class FindsNoMoreThanAnAnswerHolds extends JoinStoreContract {
        FindsNoMoreThanAnAnswerHolds() {
            super(new MapStore.Opener(FindsNoMoreThanAnAnswerHolds.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            private static final long ANSWER_BYTES = 16 << 20;

            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Versioned<V>> findAll(List<K> keys) {
                List<Versioned<V>> found = new ArrayList<>();
                long room = ANSWER_BYTES;
                for (K key : keys) {
                    Versioned<V> held = find(key);
                    room -= held == null ? 0 : rows.get(codec.text(key)).state().bytes.length;
                    found.add(room < 0 ? null : held);
                }
                return found;
            }
        }
    }

    @Test
    void aStoreThatFindsNoMoreThanAnAnswerHoldsFails() {
        assertCaughtBy("manyLargeStatesAreFoundTogether", FindsNoMoreThanAnAnswerHolds.class);
    }

    static class LosesTheDueIndex extends JoinStoreContract {
        LosesTheDueIndex() {
            super(new MapStore.Opener(LosesTheDueIndex.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return List.of();
            }
        }
    }

    @Test
    void aStoreThatLosesTheDueIndexFails() {
        assertCaughtBy("dueIsWhatIsDueAtOrBeforeTheTime", LosesTheDueIndex.class);
    }

    static class FoldsCase extends JoinStoreContract {
        FoldsCase() {
            super(new MapStore.Opener(FoldsCase.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Versioned<V> find(K key) {
                return super.find(folded(key));
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                return super.compareAndExchange(folded(key), expected, next);
            }

            @SuppressWarnings("unchecked") // a text becomes a text
            private static <K> K folded(K key) {
                return key instanceof String text ? (K) text.toLowerCase(Locale.ROOT) : key;
            }
        }
    }

    @Test
    void aStoreThatFoldsCaseFails() {
        assertCaughtBy("keysThatDifferAreKeptApart", FoldsCase.class);
    }

    static class ForgetsWhatDoesNotFit extends JoinStoreContract {
        ForgetsWhatDoesNotFit() {
            super(new MapStore.Opener(ForgetsWhatDoesNotFit.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                Exchange<V> exchange = super.compareAndExchange(key, expected, next);
                synchronized (rows) {
                    if (rows.size() > 200) {
                        rows.remove(rows.firstKey());
                    }
                }
                return exchange;
            }
        }
    }

    @Test
    void aStoreThatForgetsWhatDoesNotFitFails() {
        assertCaughtBy("largeBatchIsWrittenWhole", ForgetsWhatDoesNotFit.class);
    }

    static class AnswersOutOfOrder extends JoinStoreContract {
        AnswersOutOfOrder() {
            super(new MapStore.Opener(AnswersOutOfOrder.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            /** First the keys that begin, then the others, as one statement each. */
            @Override
            public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
                List<Change<K, V>> sorted = new ArrayList<>(changes);
                sorted.sort(Comparator.comparing(change -> change.expected() != null));
                return super.compareAndExchangeAll(sorted);
            }
        }
    }

    @Test
    void aStoreWhoseBatchAnswersOutOfOrderFails() {
        assertCaughtBy("largeBatchOfAllKindsAnswersEachKey", AnswersOutOfOrder.class);
    }

    static class WritesNoMoreThanAPacket extends JoinStoreContract {
        WritesNoMoreThanAPacket() {
            super(new MapStore.Opener(WritesNoMoreThanAPacket.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
                List<Exchange<V>> exchanges =
                        new ArrayList<>(super.compareAndExchangeAll(changes.subList(0, Math.min(512, changes.size()))));
                changes.stream().skip(512).forEach(change -> exchanges.add(Exchange.written()));
                return exchanges;
            }
        }
    }

    @Test
    void aStoreThatWritesNoMoreThanAPacketFails() {
        assertCaughtBy("largeBatchOfAllKindsAnswersEachKey", WritesNoMoreThanAPacket.class);
    }

    static class LosesTheMarkOfSuspects extends JoinStoreContract {
        LosesTheMarkOfSuspects() {
            super(new MapStore.Opener(LosesTheMarkOfSuspects.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                return super.compareAndExchange(key, expected, next == null ? null : unmarked(next));
            }

            private static <V> Versioned<V> unmarked(Versioned<V> next) {
                JoinState<V> state = next.state();
                List<Flight<V>> flights = state.inFlight().stream()
                        .map(flight -> new Flight<>(
                                flight.join(),
                                flight.cause(),
                                flight.status(),
                                false,
                                flight.claim(),
                                flight.token(),
                                flight.attempts(),
                                flight.lastError(),
                                flight.dueAt()))
                        .toList();
                return Versioned.of(
                        next.version(), new JoinState<>(state.open(), flights, state.closed(), state.token()));
            }
        }
    }

    @Test
    void aStoreThatLosesTheMarkOfSuspectsFails() {
        assertCaughtBy("everyStatusOfAFlightComesBack", LosesTheMarkOfSuspects.class);
    }

    static class RemembersIdsAlone extends JoinStoreContract {
        RemembersIdsAlone() {
            super(new MapStore.Opener(RemembersIdsAlone.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                return super.compareAndExchange(key, expected, next == null ? null : forgetful(next));
            }

            private static <V> Versioned<V> forgetful(Versioned<V> next) {
                JoinState<V> state = next.state();
                Closed closed = state.closed() == null
                        ? null
                        : new Closed(
                                state.closed().until(), null, state.closed().ids());
                return Versioned.of(
                        next.version(), new JoinState<>(state.open(), state.inFlight(), closed, state.token()));
            }
        }
    }

    @Test
    void aStoreThatRemembersIdsAloneFails() {
        assertCaughtBy("whatIsRememberedComesBack", RemembersIdsAlone.class);
    }

    static class ShowsTheYoungestFirst extends JoinStoreContract {
        ShowsTheYoungestFirst() {
            super(new MapStore.Opener(ShowsTheYoungestFirst.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                List<Due<K>> due = new ArrayList<>(super.due(from, upTo, limit));
                Collections.reverse(due);
                return due;
            }
        }
    }

    @Test
    void aStoreThatShowsTheYoungestFirstFails() {
        assertCaughtBy("timesComeWithTheKeysAndTheOldestIsFirst", ShowsTheYoungestFirst.class);
    }

    static class ShowsAnyThatAreDue extends JoinStoreContract {
        ShowsAnyThatAreDue() {
            super(new MapStore.Opener(ShowsAnyThatAreDue.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                List<Due<K>> due = super.due(from, upTo, Integer.MAX_VALUE);
                return due.subList(Math.max(0, due.size() - limit), due.size());
            }
        }
    }

    @Test
    void aStoreThatShowsAnyThatAreDueFails() {
        assertCaughtBy("dueIsLimitedToTheOldest", ShowsAnyThatAreDue.class);
    }

    static class DoesNotKnowSinceWhen extends JoinStoreContract {
        DoesNotKnowSinceWhen() {
            super(new MapStore.Opener(DoesNotKnowSinceWhen.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return super.due(from, upTo, limit).stream()
                        .map(due -> new Due<>(due.key(), upTo.toEpochMilli(), due.bytes(), due.problem()))
                        .toList();
            }
        }
    }

    @Test
    void aStoreThatDoesNotKnowSinceWhenFails() {
        assertCaughtBy("timesComeWithTheKeysAndTheOldestIsFirst", DoesNotKnowSinceWhen.class);
    }

    static class StopsShort extends JoinStoreContract {
        StopsShort() {
            super(new MapStore.Opener(StopsShort.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return super.due(from, upTo, Math.min(limit, 256));
            }
        }
    }

    @Test
    void aStoreThatShowsFewerThanThereAreFails() {
        assertCaughtBy("fewerThanTheLimitAreAllThatThereAre", StopsShort.class);
    }

    static class LooksFromTheBeginning extends JoinStoreContract {
        LooksFromTheBeginning() {
            super(new MapStore.Opener(LooksFromTheBeginning.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return super.due(Instant.ofEpochMilli(Long.MIN_VALUE), upTo, limit);
            }
        }
    }

    @Test
    void aStoreThatLooksFromTheBeginningFails() {
        assertCaughtBy("dueIsFromATimeToATimeWithBoth", LooksFromTheBeginning.class);
    }

    static class LeavesOutTheFirstTime extends JoinStoreContract {
        LeavesOutTheFirstTime() {
            super(new MapStore.Opener(LeavesOutTheFirstTime.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return super.due(from.plusMillis(1), upTo, limit);
            }
        }
    }

    @Test
    void aStoreThatLeavesOutTheFirstTimeFails() {
        assertCaughtBy("dueIsFromATimeToATimeWithBoth", LeavesOutTheFirstTime.class);
    }

    static class LeavesOutTheLastTime extends JoinStoreContract {
        LeavesOutTheLastTime() {
            super(new MapStore.Opener(LeavesOutTheLastTime.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return super.due(from, upTo.minusMillis(1), limit);
            }
        }
    }

    @Test
    void aStoreThatLeavesOutTheLastTimeFails() {
        assertCaughtBy("dueIsFromATimeToATimeWithBoth", LeavesOutTheLastTime.class);
    }

    static class ReadsWhatIsDue extends JoinStoreContract {
        ReadsWhatIsDue() {
            super(new MapStore.Opener(ReadsWhatIsDue.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                List<Due<K>> due = super.due(from, upTo, limit);
                due.stream().map(Due::key).filter(Objects::nonNull).forEach(this::find);
                return due;
            }
        }
    }

    @Test
    void aStoreThatReadsTheStatesOfWhatIsDueFails() {
        assertCaughtBy("lookingForWhatIsDueReadsNoStates", ReadsWhatIsDue.class);
    }

    static class DoesNotSayHowLarge extends JoinStoreContract {
        DoesNotSayHowLarge() {
            super(new MapStore.Opener(DoesNotSayHowLarge.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return super.due(from, upTo, limit).stream()
                        .map(due -> new Due<>(due.key(), due.at(), 0, due.problem()))
                        .toList();
            }
        }
    }

    @Test
    void aStoreThatDoesNotSayHowLargeStatesAreFails() {
        assertCaughtBy("sizesComeWithTheKeysWhereStatesAreHeldElsewhere", DoesNotSayHowLarge.class);
    }

    static class HidesKeysThatItCannotRead extends JoinStoreContract {
        HidesKeysThatItCannotRead() {
            super(new MapStore.Opener(HidesKeysThatItCannotRead.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Due<K>> due(Instant from, Instant upTo, int limit) {
                return super.due(from, upTo, limit).stream()
                        .filter(due -> due.problem() == null)
                        .toList();
            }
        }
    }

    @Test
    void aStoreThatHidesKeysThatItCannotReadFails() {
        assertCaughtBy("keyThatCannotBeDecodedIsDueWithoutItsKey", HidesKeysThatItCannotRead.class);
    }

    static class EndsWithAShortPage extends JoinStoreContract {
        EndsWithAShortPage() {
            super(new MapStore.Opener(EndsWithAShortPage.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            /** No more than ten go into its memory, and it takes that for the end. */
            @Override
            public Page<K, V> scan(String cursor, int limit) {
                Page<K, V> page = super.scan(cursor, Math.min(limit, 10));
                return limit > 10 ? new Page<>(page.entries(), null) : page;
            }
        }
    }

    @Test
    void aStoreWhoseScanEndsWithAShortPageFails() {
        assertCaughtBy("pagesHaveEverythingOnce", EndsWithAShortPage.class);
    }

    static class ThrowsWhatItCannotRead extends JoinStoreContract {
        ThrowsWhatItCannotRead() {
            super(new MapStore.Opener(ThrowsWhatItCannotRead.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            Versioned<V> held(String text) {
                Versioned<V> held = super.held(text);
                if (held instanceof Versioned.Unreadable<V> unreadable) {
                    throw unreadable.problem();
                }
                return held;
            }
        }
    }

    @Test
    void aStoreThatThrowsWhatItCannotReadFails() {
        assertCaughtBy("entryThatCannotBeDecodedStaysAndStopsNoOther", ThrowsWhatItCannotRead.class);
    }

    static class LosesTheBytesOfWhatItCannotRead extends JoinStoreContract {
        LosesTheBytesOfWhatItCannotRead() {
            super(new MapStore.Opener(LosesTheBytesOfWhatItCannotRead.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            Versioned<V> held(String text) {
                Versioned<V> held = super.held(text);
                return held instanceof Versioned.Unreadable<V> unreadable
                        ? Versioned.unreadable(held.version(), new byte[0], unreadable.problem())
                        : held;
            }
        }
    }

    @Test
    void aStoreThatLosesTheBytesOfWhatItCannotReadFails() {
        assertCaughtBy("entryThatCannotBeDecodedStaysAndStopsNoOther", LosesTheBytesOfWhatItCannotRead.class);
    }

    static class KeepsWhatItCannotRead extends JoinStoreContract {
        KeepsWhatItCannotRead() {
            super(new MapStore.Opener(KeepsWhatItCannotRead.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                return expected instanceof Versioned.Unreadable
                        ? Exchange.lost(find(key))
                        : super.compareAndExchange(key, expected, next);
            }
        }
    }

    @Test
    void aStoreThatKeepsWhatItCannotReadFails() {
        assertCaughtBy("operatorCanTakeItOut", KeepsWhatItCannotRead.class);
    }

    static class TakesOutWhateverItCannotRead extends JoinStoreContract {
        TakesOutWhateverItCannotRead() {
            super(new MapStore.Opener(TakesOutWhateverItCannotRead.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                return super.compareAndExchange(
                        key, expected instanceof Versioned.Unreadable ? find(key) : expected, next);
            }
        }
    }

    @Test
    void aStoreThatTakesOutWhateverIsThereFails() {
        assertCaughtBy("operatorTakesOutNothingElse", TakesOutWhateverItCannotRead.class);
    }

    static class FailsTheBatchOfAValue extends JoinStoreContract {
        FailsTheBatchOfAValue() {
            super(new MapStore.Opener(FailsTheBatchOfAValue.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
                return changes.stream()
                        .map(change -> compareAndExchange(change.key(), change.expected(), change.next()))
                        .toList();
            }
        }
    }

    @Test
    void aStoreThatFailsTheWholeBatchOfABadValueFails() {
        assertCaughtBy("valueThatCannotBeEncodedIsRefusedAlone", FailsTheBatchOfAValue.class);
    }

    static class LetsErrorsOfCodecsThrough extends JoinStoreContract {
        LetsErrorsOfCodecsThrough() {
            super(new MapStore.Opener(LetsErrorsOfCodecsThrough.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public Exchange<V> compareAndExchange(K key, Versioned<V> expected, Versioned<V> next) {
                try {
                    return super.compareAndExchange(key, expected, next);
                } catch (CodecException e) {
                    if (e.getCause() instanceof Error error) {
                        throw error;
                    }
                    throw e;
                }
            }
        }
    }

    @Test
    void aStoreThatLetsErrorsOfCodecsThroughFails() {
        assertCaughtBy("valueWhoseCodecThrowsAnErrorIsRefusedAlone", LetsErrorsOfCodecsThrough.class);
    }

    static class BelievesItsCodec extends JoinStoreContract {
        BelievesItsCodec() {
            super(new MapStore.Opener(BelievesItsCodec.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(trusting(config), rows);
            }
        }

        private static <K, V> JoinStoreConfig<K, V> trusting(JoinStoreConfig<K, V> config) {
            Codec<V> values = config.values();
            return JoinStoreConfig.of(config.namespace(), config.keys(), new Codec<V>() {
                @Override
                public byte[] encode(V value) {
                    return values.encode(value);
                }

                @Override
                public V decode(byte[] bytes) {
                    return values.decode(bytes);
                }

                @Override
                public boolean isLossless() {
                    return true;
                }
            });
        }
    }

    @Test
    void aStoreThatBelievesItsCodecFails() {
        assertCaughtBy("valueThatDoesNotComeBackIsRefusedAlone", BelievesItsCodec.class);
    }

    static class KnowsItsLimitTooLate extends JoinStoreContract {
        KnowsItsLimitTooLate() {
            super(new MapStore.Opener(KnowsItsLimitTooLate.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows);
            }

            @Override
            public long maxEntryBytes() {
                return 100_000;
            }
        }
    }

    @Test
    void aStoreThatDoesNotKeepToItsLimitFails() {
        assertCaughtBy("stateBeyondTheLimitOfTheStoreIsRefusedAlone", KnowsItsLimitTooLate.class);
    }

    static class FailsTheBatchOfALargeState extends JoinStoreContract {
        FailsTheBatchOfALargeState() {
            super(new MapStore.Opener(FailsTheBatchOfALargeState.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows, 100_000);
            }

            @Override
            public List<Exchange<V>> compareAndExchangeAll(List<Change<K, V>> changes) {
                changes.forEach(change -> {
                    if (change.next() != null) {
                        try {
                            codec.bytes("?", change.next().state());
                        } catch (CodecException e) {
                            // refused alone
                        }
                    }
                });
                return super.compareAndExchangeAll(changes);
            }
        }
    }

    @Test
    void aStoreThatFailsTheWholeBatchOfALargeStateFails() {
        assertCaughtBy("stateBeyondTheLimitOfTheStoreIsRefusedAlone", FailsTheBatchOfALargeState.class);
    }

    static class HoldsLessThanItSays extends JoinStoreContract {
        HoldsLessThanItSays() {
            super(new MapStore.Opener(HoldsLessThanItSays.Store::new));
        }

        static class Store<K, V> extends MapStore<K, V> {
            Store(JoinStoreConfig<K, V> config, NavigableMap<String, Row> rows) {
                super(config, rows, 50_000);
            }

            @Override
            public long maxEntryBytes() {
                return 100_000;
            }
        }
    }

    @Test
    void aStoreThatHoldsLessThanItSaysFails() {
        assertCaughtBy("stateWithinTheLimitOfTheStoreIsWritten", HoldsLessThanItSays.class);
    }
}
