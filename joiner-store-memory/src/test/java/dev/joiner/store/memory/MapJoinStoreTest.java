package dev.joiner.store.memory;

import static dev.joiner.store.memory.States.inFlight;
import static dev.joiner.store.memory.States.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MapJoinStoreTest {
    private final MapJoinStore<String, Integer> store = MapJoinStore.create();

    @Test
    void nothingIsExchangedForAState() {
        Versioned<Integer> first = open(1);

        Exchange<Integer> exchange = store.compareAndExchange("k", null, first);

        assertThat(exchange).isEqualTo(Exchange.written());
        assertThat(store.find("k")).isSameAs(first);
        assertThat(store.guess("k")).isSameAs(first);
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void aStateIsExchangedForNothing() {
        Versioned<Integer> first = open(1);
        store.compareAndExchange("k", null, first);

        assertThat(store.compareAndExchange("k", first, null)).isEqualTo(Exchange.written());
        assertThat(store.find("k")).isNull();
        assertThat(store.guess("k")).isNull();
        assertThat(store.size()).isZero();
    }

    @Test
    void nothingIsExchangedForNothing() {
        assertThat(store.compareAndExchange("k", null, null)).isEqualTo(Exchange.written());
        Versioned<Integer> first = open(1);
        store.compareAndExchange("k", null, first);

        assertThat(store.compareAndExchange("k", null, null)).isEqualTo(Exchange.lost(first));
    }

    @Test
    void staleWriteIsRefusedWithWhatIsThereNow() {
        Versioned<Integer> first = open(1);
        Versioned<Integer> second = open(2);
        store.compareAndExchange("k", null, first);
        store.compareAndExchange("k", first, second);

        assertThat(store.compareAndExchange("k", first, open(3))).isEqualTo(Exchange.lost(second));
        assertThat(store.compareAndExchange("k", null, open(3))).isEqualTo(Exchange.lost(second));
        assertThat(store.compareAndExchange("k", first, null)).isEqualTo(Exchange.lost(second));
        assertThat(store.find("k")).isSameAs(second);

        store.compareAndExchange("k", second, null);
        assertThat(store.compareAndExchange("k", second, open(3))).isEqualTo(Exchange.lost(null));
        assertThat(store.find("k")).isNull();
    }

    @Test
    void aVersionSaysWhichWriteAStateIs() {
        store.compareAndExchange("k", null, open(1));
        Versioned<Integer> copy =
                Versioned.of(store.find("k").version(), store.find("k").state());

        assertThat(store.compareAndExchange("k", copy, open(2)).won()).isTrue();
    }

    @Test
    void keysDifferWhenEqualsSaysSo() {
        List<String> keys = List.of("1", "a", "A", "a ", " a", "\u00e4", "a\u0308", "\ud83d\ude00", "\ud83d\ude01");
        for (int i = 0; i < keys.size(); i++) {
            assertThat(store.compareAndExchange(keys.get(i), null, open(i, 5)).won())
                    .isTrue();
        }

        assertThat(due(5, 100)).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(keys(store.scan(null, 100).entries())).containsExactlyInAnyOrderElementsOf(keys);

        MapJoinStore<Object, Integer> mixed = MapJoinStore.create();
        mixed.compareAndExchange(1, null, open(1));
        assertThat(mixed.find("1")).isNull();
        assertThat(mixed.find(1L)).isNull();
    }

    @Test
    void noIncrementIsLostBetweenThreads() throws Exception {
        Parallel.run(8, thread -> {
            for (int i = 0; i < 5_000; i++) {
                Versioned<Integer> held = store.guess("k");
                Exchange<Integer> exchange;
                do {
                    // Every other write moves the deadline as well.
                    int value = held == null ? 1 : held.state().open().value() + 1;
                    exchange = store.compareAndExchange("k", held, open(value, value / 2));
                    held = exchange.witness();
                } while (!exchange.won());
            }
            return null;
        });

        assertThat(store.find("k").state().open().value()).isEqualTo(40_000);
        assertThat(store.indexed()).isEqualTo(1);
    }

    @Test
    void oneOfManyThreadsBeginsAKey() throws Exception {
        int keys = 5_000;
        List<Set<Integer>> won = Parallel.run(8, thread -> {
            Set<Integer> mine = new HashSet<>();
            for (int key = 0; key < keys; key++) {
                Versioned<Integer> written = open(thread, key);
                Exchange<Integer> exchange = store.compareAndExchange("k" + key, null, written);
                assertThat(exchange.won()).isEqualTo(exchange.witness() == null);
                if (exchange.won()) {
                    mine.add(key);
                } else {
                    assertThat(exchange.witness()).isNotEqualTo(written);
                }
            }
            return mine;
        });

        assertThat(won.stream().mapToInt(Set::size).sum()).isEqualTo(keys);
        assertThat(store.size()).isEqualTo(keys);
        assertThat(store.indexed()).isEqualTo(keys);
    }

    @Test
    void dueIsWhatIsDueAtOrBeforeTheTime() {
        store.compareAndExchange("before", null, open(1, 9));
        store.compareAndExchange("at", null, open(2, 10));
        store.compareAndExchange("after", null, open(3, 11));
        store.compareAndExchange("never", null, open(4));
        store.compareAndExchange("flight", null, inFlight(5, 3));

        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(10), 10))
                .containsExactly(Due.of("flight", 3, 0), Due.of("before", 9, 0), Due.of("at", 10, 0));
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(2), 10)).isEmpty();
        assertThat(dueKeys(store.due(Instant.MIN, Instant.MAX, 10)))
                .doesNotContain("never")
                .hasSize(4);
        assertThat(store.due(Instant.MIN, Instant.MIN, 10)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.due(Instant.MIN, Instant.MAX, 0))
                .withMessageContaining("limit is 0");
    }

    @Test
    void dueAreTheOldestInTheirOrder() {
        IntStream.range(0, 10_000).forEach(i -> store.compareAndExchange("k" + i, null, open(i, i * 7919 % 10_000)));

        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(20_000), 1_000))
                .extracting(Due::at)
                .containsExactlyElementsOf(LongStream.range(0, 1_000).boxed().toList());
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(499), 1_000)).hasSize(500);
    }

    @Test
    void keysThatAreDueTogetherAreAllFound() {
        MapJoinStore<SameHash, Integer> crowded = MapJoinStore.create();
        IntStream.range(0, 20_000).forEach(i -> store.compareAndExchange("k" + i, null, open(i, 7)));
        IntStream.range(0, 300).forEach(i -> crowded.compareAndExchange(new SameHash(i), null, open(i, 7)));

        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(7), 100)).hasSize(100);
        assertThat(due(7, 50_000)).doesNotHaveDuplicates().hasSize(20_000);
        assertThat(crowded.due(Instant.MIN, Instant.ofEpochMilli(7), 50_000)).hasSize(300);
        IntStream.range(0, 300)
                .forEach(i -> crowded.compareAndExchange(new SameHash(i), crowded.find(new SameHash(i)), null));
        assertThat(crowded.indexed()).isZero();
    }

    private record SameHash(int number) {
        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    void aDeadlineMayMoveToAnEarlierTime() {
        Versioned<Integer> held = null;
        for (long deadline = 100; deadline > 0; deadline--) {
            Versioned<Integer> next = open(1, deadline);
            store.compareAndExchange("k", held, next);
            held = next;
            assertThat(due(deadline, 10)).containsExactly("k");
            assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(deadline - 1), 10))
                    .isEmpty();
        }
    }

    @Test
    void theKeyObjectOfTheFirstWriteIsKept() {
        MapJoinStore<SameHash, Integer> other = MapJoinStore.create();
        IntStream.range(0, 200).forEach(i -> other.compareAndExchange(new SameHash(i), null, open(i, i)));
        SameHash first = new SameHash(1_000);
        other.compareAndExchange(first, null, open(1, -2));
        other.compareAndExchange(new SameHash(1_000), other.find(first), open(1, 1_000));
        other.compareAndExchange(new SameHash(1_000), other.find(first), open(1, -1));

        assertThat(other.due(Instant.MIN, Instant.ofEpochMilli(-1), 10))
                .singleElement()
                .satisfies(due -> assertThat(due.key()).isSameAs(first));
    }

    @Test
    void aDeadlineThatMovesAMillionTimesLeavesOneEntry() {
        IntStream.range(0, 10_000).forEach(i -> store.compareAndExchange("other" + i, null, open(i, i * 100L)));
        Versioned<Integer> held = null;
        for (int i = 1; i <= 1_000_000; i++) {
            Versioned<Integer> next = open(i, i);
            assertThat(store.compareAndExchange("k", held, next).won()).isTrue();
            held = next;
        }

        assertThat(store.indexed()).isEqualTo(10_001);
        assertThat(due(999_999, 20_000)).doesNotContain("k").hasSize(10_000);
        assertThat(due(1_000_000, 20_000)).doesNotHaveDuplicates().contains("k").hasSize(10_001);
    }

    @Test
    void aMillionPendingJoinsAreNotTouchedWhenNothingIsDue() {
        AtomicLong touched = new AtomicLong();
        ConcurrentHashMap<Integer, Versioned<Integer>> counting = new ConcurrentHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Versioned<Integer> get(Object key) {
                touched.incrementAndGet();
                return super.get(key);
            }
        };
        MapJoinStore<Integer, Integer> large = MapJoinStore.on(counting);
        for (int i = 0; i < 1_000_000; i++) {
            large.compareAndExchange(i, null, open(i, 1_000_000L + i));
        }
        touched.set(0);

        assertThat(large.due(Instant.MIN, Instant.ofEpochMilli(999_999), 256)).isEmpty();
        assertThat(touched).hasValue(0);

        assertThat(large.due(Instant.MIN, Instant.ofEpochMilli(1_000_009), 256)).hasSize(10);
        assertThat(large.due(Instant.MIN, Instant.ofEpochMilli(1_500_000), 256)).hasSize(256);
        assertThat(touched).hasValueLessThan(10_000);
    }

    @Test
    void randomWritesLeaveExactlyTheDueKeysInTheIndex() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, Versioned<Integer>> model = new HashMap<>();
        for (int i = 0; i < 300_000; i++) {
            String key = "k" + random.nextInt(i < 200_000 ? 5_000 : 50);
            Versioned<Integer> next = switch (random.nextInt(6)) {
                case 0, 1 -> null;
                case 2 -> open(i);
                case 3 -> open(i, random.nextInt(20));
                default -> open(i, random.nextInt(1_000_000));
            };
            assertThat(store.compareAndExchange(key, model.get(key), next).won())
                    .isTrue();
            if (next == null) {
                model.remove(key);
            } else {
                model.put(key, next);
            }
            if (i % 30_000 == 0) {
                long now = random.nextInt(1_000_000);
                long from = random.nextInt(100_000);
                assertThat(due(now, Integer.MAX_VALUE))
                        .as("seed %s", seed)
                        .containsExactlyInAnyOrderElementsOf(dueBy(model, Long.MIN_VALUE, now));
                assertThat(dueKeys(store.due(Instant.ofEpochMilli(from), Instant.ofEpochMilli(now), Integer.MAX_VALUE)))
                        .as("seed %s", seed)
                        .containsExactlyInAnyOrderElementsOf(dueBy(model, from, now));
            }
        }
        assertThat(store.indexed())
                .as("seed %s", seed)
                .isEqualTo(dueBy(model, Long.MIN_VALUE, JoinState.NEVER - 1).size());
    }

    private static List<String> dueBy(Map<String, Versioned<Integer>> model, long from, long upTo) {
        return model.entrySet().stream()
                .filter(entry -> entry.getValue().state().dueAt() >= from)
                .filter(entry -> entry.getValue().state().dueAt() <= upTo)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void noDueKeyIsLostWhileThreadsWriteAndSweep() throws Exception {
        int keys = 2_000;
        CountDownLatch writers = new CountDownLatch(4);
        List<List<String>> anomalies = Parallel.run(6, thread -> {
            List<String> twice = new ArrayList<>();
            if (thread < 4) {
                try {
                    for (int i = 0; i < 100_000; i++) {
                        writeAtRandom("k" + ThreadLocalRandom.current().nextInt(keys));
                    }
                } finally {
                    writers.countDown();
                }
            } else {
                while (writers.getCount() > 0) {
                    List<String> page = due(500, 64);
                    if (new HashSet<>(page).size() < page.size()) {
                        twice.addAll(page);
                    }
                    for (String key : page) {
                        Versioned<Integer> held = store.find(key);
                        if (held != null) {
                            store.compareAndExchange(key, held, null);
                        }
                    }
                }
            }
            return twice;
        });

        assertThat(anomalies).allMatch(List::isEmpty);
        Set<String> withDeadline = new HashSet<>();
        for (int i = 0; i < keys; i++) {
            Versioned<Integer> held = store.find("k" + i);
            if (held != null && held.state().dueAt() < JoinState.NEVER) {
                withDeadline.add("k" + i);
            }
        }
        assertThat(dueKeys(store.due(Instant.MIN, Instant.MAX, 10 * keys)))
                .containsExactlyInAnyOrderElementsOf(withDeadline);
        assertThat(store.indexed()).isEqualTo(withDeadline.size());
    }

    private void writeAtRandom(String key) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Versioned<Integer> held = random.nextBoolean() ? store.find(key) : null;
        Versioned<Integer> next = switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> open(0);
            default -> open(0, random.nextInt(1_000));
        };
        store.compareAndExchange(key, held, next);
    }

    @Test
    void scanHasEveryEntryThatIsThereAllTheTime() throws Exception {
        int lasting = 10_000;
        for (int i = 0; i < lasting; i++) {
            store.compareAndExchange("lasting" + i, null, open(i));
        }
        CountDownLatch scanned = new CountDownLatch(1);
        List<List<String>> found = Parallel.run(3, thread -> {
            List<String> keys = new ArrayList<>();
            if (thread == 0) {
                try {
                    String cursor = null;
                    do {
                        Page<String, Integer> page = store.scan(cursor, 100);
                        assertThat(page.entries()).hasSizeLessThanOrEqualTo(100);
                        keys.addAll(keys(page.entries()));
                        cursor = page.next();
                    } while (cursor != null);
                } finally {
                    scanned.countDown();
                }
            } else {
                for (int i = 0; i < 50_000 || scanned.getCount() > 0; i++) {
                    String passing = "passing" + thread + i % 20_000;
                    Versioned<Integer> held = store.find(passing);
                    store.compareAndExchange(passing, held, held == null ? open(i) : null);
                    String rewritten = "lasting" + i % lasting;
                    store.compareAndExchange(rewritten, store.find(rewritten), open(i, i));
                }
            }
            return keys;
        });

        assertThat(found.get(0)).doesNotHaveDuplicates();
        assertThat(found.get(0).stream().filter(key -> key.startsWith("lasting")))
                .hasSize(lasting);
    }

    @Test
    void aScanEndsWithoutACursor() {
        assertThat(store.scan(null, 10)).isEqualTo(new Page<>(List.of(), null));
        store.compareAndExchange("k", null, open(1));
        assertThat(store.scan(null, 1).next()).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.scan(null, 0))
                .withMessageContaining("limit is 0");
    }

    @Test
    void aCursorThatNoScanWaitsUnderIsRefused() {
        IntStream.range(0, 10).forEach(i -> store.compareAndExchange("k" + i, null, open(i)));
        String first = store.scan(null, 1).next();
        IntStream.range(1, Scans.MAX).forEach(i -> store.scan(null, 1));
        String second = store.scan(first, 1).next();
        IntStream.range(0, Scans.MAX).forEach(i -> store.scan(null, 1));

        for (String cursor : List.of(first, second, "other")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.scan(cursor, 1))
                    .withMessageContaining("cursor is \"" + cursor + "\"");
        }
    }

    @Test
    void aStoreSaysHowManyKeysItHoldsAndNotWhatIsUnderThem() {
        store.compareAndExchange("key", null, open(4_711));

        assertThat(store).hasToString("MapJoinStore[1 keys]");
    }

    private List<String> due(long now, int limit) {
        return dueKeys(store.due(Instant.MIN, Instant.ofEpochMilli(now), limit));
    }

    private static <K> List<K> dueKeys(List<Due<K>> due) {
        return due.stream().map(Due::key).toList();
    }

    private static <K> List<K> keys(List<? extends Entry<K, ?>> entries) {
        return entries.stream().map(Entry::key).toList();
    }
}
