package dev.joiner.store.memory;

import static dev.joiner.store.memory.States.inFlight;
import static dev.joiner.store.memory.States.join;
import static dev.joiner.store.memory.States.open;
import static dev.joiner.store.memory.States.versioned;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.joiner.Cause;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Closed;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CaffeineJoinStoreTest {

    private static CaffeineJoinStore<String, Integer> evicting(long maximumSize) {
        return CaffeineJoinStore.builder().maximumSize(maximumSize).build();
    }

    @Test
    void aSizeHasToBeSet() {
        assertThatIllegalStateException()
                .isThrownBy(() -> CaffeineJoinStore.builder().build())
                .withMessage("maximumSize is not set");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CaffeineJoinStore.builder().maximumSize(0))
                .withMessageContaining("maximumSize is 0");
    }

    @Test
    void aStoreSaysThatItEvictsAndHowMuchItHolds() {
        CaffeineJoinStore<String, Integer> store = evicting(1);
        store.compareAndExchange("a", null, open(4_711));
        store.compareAndExchange("b", null, open(4_712));

        assertThat(store.evicts()).isTrue();
        assertThat(store).hasToString("CaffeineJoinStore[2 keys, of at most 1 open joins]");
    }

    /** Another write comes in at each of the moments at which a write that ends a key looks at the key. */
    @Test
    void aKeyThatBeginsAgainWhileItEndsCounts() {
        boolean reached = true;
        for (int moment = 1; reached; moment++) {
            CaffeineJoinStore<WatchedKey, Integer> store =
                    CaffeineJoinStore.builder().maximumSize(1).build();
            WatchedKey key = new WatchedKey("k");
            store.compareAndExchange(key, null, open(1));
            WatchedKey watched = new WatchedKey("k");
            watched.looksLeft = moment;
            watched.then = () -> store.compareAndExchange(key, null, open(2));
            store.compareAndExchange(watched, store.find(key), null);
            reached = watched.looksLeft <= 0;

            store.compareAndExchange(new WatchedKey("other"), null, open(3));

            assertThat(openJoins(store)).as("moment %s", moment).containsExactly(3);
        }
    }

    /** A key that lets something happen when it is looked at for the nth time. */
    private static final class WatchedKey {
        private final String name;
        private int looksLeft = Integer.MAX_VALUE;
        private Runnable then = () -> {};

        WatchedKey(String name) {
            this.name = name;
        }

        @Override
        public int hashCode() {
            if (--looksLeft == 0) {
                then.run();
            }
            return name.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof WatchedKey that && name.equals(that.name);
        }
    }

    /** What the bound knows of a key is not what a thread wrote that was overtaken by another. */
    @Test
    void joinsThatWereBegunAndEndedByManyThreadsCountRightly() throws Exception {
        CaffeineJoinStore<String, Integer> store = evicting(4);
        Parallel.run(4, thread -> {
            for (int i = 0; i < 50_000; i++) {
                String key = "k" + ThreadLocalRandom.current().nextInt(4);
                Versioned<Integer> held = store.find(key);
                store.compareAndExchange(key, held, held == null ? open(i) : null);
            }
            return null;
        });
        assertThat(evictedJoins(store)).isEmpty();

        for (int i = 0; i < 10; i++) {
            store.compareAndExchange("new" + i, null, open(-i));
        }
        assertThat(openJoins(store)).containsExactlyInAnyOrder(-6, -7, -8, -9);
    }

    @Test
    void theJoinThatWaitedLongestIsEvictedAndStaysInTheStore() {
        CaffeineJoinStore<String, Integer> store = evicting(3);
        Versioned<Integer> a = open(1, 1_000);
        store.compareAndExchange("a", null, a);
        store.compareAndExchange("b", null, open(2));
        store.compareAndExchange("c", null, open(3));
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(999), 10)).isEmpty();
        Versioned<Integer> another = open(4, 1_000);
        store.compareAndExchange("a", a, another);

        store.compareAndExchange("d", null, open(5));

        assertThat(store.find("b").state())
                .isEqualTo(open(2).state().evicted())
                .extracting(state -> state.inFlight().get(0).cause())
                .isEqualTo(Cause.EVICTED);
        assertThat(store.find("a")).isSameAs(another);
        assertThat(keys(store.due(Instant.MIN, Instant.EPOCH, 10))).containsExactly("b");
        assertThat(store.size()).isEqualTo(4);
        store.compareAndExchange("e", null, open(6));
        assertThat(keys(store.due(Instant.MIN, Instant.EPOCH, 10))).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void whatWasNotTheEvictedStateIsRefused() {
        CaffeineJoinStore<String, Integer> store = evicting(1);
        Versioned<Integer> a = open(1);
        store.compareAndExchange("a", null, a);
        store.compareAndExchange("b", null, open(2));

        Exchange<Integer> merge = store.compareAndExchange("a", a, open(3));

        assertThat(merge.won()).isFalse();
        assertThat(merge.witness()).isNotEqualTo(a).isEqualTo(store.find("a"));
        assertThat(merge.witness().state().inFlight()).hasSize(1);
    }

    @Test
    void whatIsInFlightOrRememberedIsNotEvictedAndDoesNotCount() {
        CaffeineJoinStore<String, Integer> store = evicting(2);
        Versioned<Integer> flying = inFlight(1, 1_000);
        Versioned<Integer> closed = versioned(new JoinState<>(null, List.of(), new Closed(1_000, null, List.of()), 1));
        store.compareAndExchange("flying", null, flying);
        store.compareAndExchange("closed", null, closed);
        for (int i = 0; i < 10; i++) {
            store.compareAndExchange("k" + i, null, open(i));
        }

        assertThat(store.find("flying")).isSameAs(flying);
        assertThat(store.find("closed")).isSameAs(closed);
        assertThat(openJoins(store)).hasSize(2);
        assertThat(evictedJoins(store)).hasSize(8);
        assertThat(store.size()).isEqualTo(12);
    }

    @Test
    void anOpenJoinBesideFlightsIsEvictedAndTheFlightsStay() {
        CaffeineJoinStore<String, Integer> store = evicting(1);
        Flight<Integer> flight = inFlight(1, 1_000).state().inFlight().get(0);
        store.compareAndExchange(
                "a", null, versioned(new JoinState<>(join(2, JoinState.NEVER), List.of(flight), null, 7)));
        store.compareAndExchange("b", null, open(3));

        JoinState<Integer> evicted = store.find("a").state();
        assertThat(evicted.open()).isNull();
        assertThat(evicted.inFlight()).hasSize(2).startsWith(flight);
        assertThat(evicted.inFlight().get(1).join().value()).isEqualTo(2);
        assertThat(evicted.token()).isEqualTo(7);
    }

    @Test
    void aJoinThatIsOverMakesRoom() {
        CaffeineJoinStore<String, Integer> store = evicting(1);
        Versioned<Integer> a = open(1);
        Versioned<Integer> flying = inFlight(1, 1_000);
        store.compareAndExchange("a", null, a);
        store.compareAndExchange("a", a, flying);
        Versioned<Integer> b = open(2);
        store.compareAndExchange("b", null, b);
        assertThat(store.find("b")).isSameAs(b);

        store.compareAndExchange("b", b, null);
        store.compareAndExchange("c", null, open(3));

        assertThat(evictedJoins(store)).isEmpty();
        assertThat(openJoins(store)).hasSize(1);
    }

    /**
     * Threads add to joins of shared keys and of keys of their own, and hand over what they find evicted. Each addition
     * that was written is in one open join, one evicted join, or one that was handed over.
     */
    @Test
    void noJoinIsLostWhileThreadsWriteAndJoinsAreEvicted() throws Exception {
        CaffeineJoinStore<String, Integer> store = evicting(100);
        List<long[]> counts = Parallel.run(8, thread -> {
            long written = 0;
            long handedOver = 0;
            List<String> mine = new ArrayList<>();
            for (int i = 0; i < 8_000; i++) {
                String key = i % 4 == 0
                        ? "own" + thread + "/" + i
                        : "shared" + ThreadLocalRandom.current().nextInt(300);
                if (i % 4 == 0) {
                    mine.add(key);
                }
                add(store, key);
                written++;
                assertThat(store.find(mine.get(mine.size() - 1))).isNotNull();
                if (thread == 0 && i % 10 == 0) {
                    for (Due<String> due : store.due(Instant.MIN, Instant.EPOCH, 20)) {
                        if (due.key().startsWith("shared")) {
                            handedOver += handOver(store, due.key());
                        }
                    }
                }
            }
            assertThat(mine).allMatch(key -> store.find(key) != null);
            return new long[] {written, handedOver};
        });

        long written = counts.stream().mapToLong(count -> count[0]).sum();
        long handedOver = counts.stream().mapToLong(count -> count[1]).sum();
        List<Integer> left = new ArrayList<>(openJoins(store));
        left.addAll(evictedJoins(store));
        assertThat(left.stream().mapToLong(Integer::longValue).sum() + handedOver)
                .isEqualTo(written);
        assertThat(openJoins(store)).hasSize(100);
        assertThat(keys(store.due(Instant.MIN, Instant.EPOCH, 1_000_000)))
                .doesNotHaveDuplicates()
                .hasSize((int) states(store)
                        .filter(state -> !state.inFlight().isEmpty())
                        .count());
    }

    private static void add(CaffeineJoinStore<String, Integer> store, String key) {
        Versioned<Integer> held = store.guess(key);
        Exchange<Integer> exchange;
        do {
            JoinState<Integer> state = held == null ? null : held.state();
            int before =
                    state == null || state.open() == null ? 0 : state.open().value();
            exchange = store.compareAndExchange(
                    key,
                    held,
                    versioned(new JoinState<>(
                            join(before + 1, JoinState.NEVER), state == null ? List.of() : state.inFlight(), null, 0)));
            held = exchange.witness();
        } while (!exchange.won());
    }

    private static long handOver(CaffeineJoinStore<String, Integer> store, String key) {
        Versioned<Integer> held = store.find(key);
        if (held == null) {
            return 0;
        }
        JoinState<Integer> state = held.state();
        Versioned<Integer> next =
                state.open() == null ? null : versioned(new JoinState<>(state.open(), List.of(), null, 0));
        if (!store.compareAndExchange(key, held, next).won()) {
            return 0;
        }
        return state.inFlight().stream()
                .mapToLong(flight -> flight.join().value())
                .sum();
    }

    @Test
    void nothingMoreIsEvictedThanHasToBe() throws Exception {
        CaffeineJoinStore<String, Integer> store = evicting(1_000);
        Parallel.run(8, thread -> {
            for (int i = 0; i < 1_000; i++) {
                store.compareAndExchange("k" + thread + "/" + i, null, open(i));
            }
            return null;
        });

        assertThat(openJoins(store)).hasSize(1_000);
        assertThat(evictedJoins(store)).hasSize(7_000);
    }

    private static Stream<JoinState<Integer>> states(CaffeineJoinStore<?, Integer> store) {
        return store.scan(null, Integer.MAX_VALUE).entries().stream()
                .map(entry -> entry.held().state());
    }

    private static List<Integer> openJoins(CaffeineJoinStore<?, Integer> store) {
        return states(store)
                .map(JoinState::open)
                .filter(Objects::nonNull)
                .map(Join::value)
                .toList();
    }

    private static List<Integer> evictedJoins(CaffeineJoinStore<?, Integer> store) {
        return states(store)
                .flatMap(state -> state.inFlight().stream())
                .filter(flight -> flight.cause() == Cause.EVICTED)
                .map(flight -> flight.join().value())
                .toList();
    }

    private static Set<String> keys(List<Due<String>> due) {
        Set<String> keys = new HashSet<>();
        due.forEach(each -> assertThat(keys.add(each.key())).isTrue());
        return keys;
    }
}
