package dev.joiner.store.memory;

import static dev.joiner.store.memory.States.inFlight;
import static dev.joiner.store.memory.States.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class BoundedMapJoinStoreTest {

    @Test
    void aBoundIsAtLeastOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MapJoinStore.bounded(0))
                .withMessage("maximumSize is 0, must be at least 1");
    }

    @Test
    void aStoreSaysWhatItHoldsAndMayHold() {
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(7);
        store.compareAndExchange("a", null, open(4_711));

        assertThat(store.evicts()).isFalse();
        assertThat(store).hasToString("MapJoinStore[1 of at most 7 keys]");
    }

    @Test
    void aNewKeyIsRejectedWhenThereIsNoRoom() {
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(2);
        Versioned<Integer> a = open(1, 10);
        store.compareAndExchange("a", null, a);
        store.compareAndExchange("b", null, inFlight(2, 10));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("c", null, open(3)))
                .withMessageContaining("maximumSize is 2");

        assertThat(store.find("a")).isSameAs(a);
        assertThat(store.find("c")).isNull();
        assertThat(store.size()).isEqualTo(2);
        assertThat(store.due(Instant.MIN, Instant.ofEpochMilli(10), 10))
                .extracting(Due::key)
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aFullStoreTakesWritesToKeysThatAreThere() {
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(1);
        Versioned<Integer> first = open(1);
        Versioned<Integer> second = open(2);
        store.compareAndExchange("a", null, first);

        assertThat(store.compareAndExchange("a", null, open(3))).isEqualTo(Exchange.lost(first));
        assertThat(store.compareAndExchange("a", first, second).won()).isTrue();
        assertThat(store.compareAndExchange("a", first, null).won()).isFalse();
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.compareAndExchange("b", null, open(3)));
        assertThat(store.compareAndExchange("a", second, null).won()).isTrue();
        assertThat(store.compareAndExchange("b", null, open(3)).won()).isTrue();
    }

    @Test
    void aBatchBeginsAsManyKeysAsThereIsRoomForAndTheOthersAreRefusedAlone() {
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(2);
        Versioned<Integer> a = open(1);
        store.compareAndExchange("a", null, a);
        Versioned<Integer> grown = open(2);
        Versioned<Integer> b = open(3);

        List<Exchange<Integer>> exchanges = store.compareAndExchangeAll(List.of(
                new Change<>("b", null, b),
                new Change<>("c", null, open(4)),
                new Change<>("a", a, grown),
                new Change<>("d", null, open(5)),
                new Change<>("b", null, open(6))));

        assertThat(exchanges.get(0)).isEqualTo(Exchange.written());
        assertThat(exchanges.get(2)).isEqualTo(Exchange.written());
        assertThat(List.of(exchanges.get(1), exchanges.get(3))).allSatisfy(exchange -> {
            assertThat(exchange.won()).isFalse();
            assertThat(exchange.refusal()).isInstanceOf(StoreException.class).hasMessageContaining("maximumSize is 2");
        });
        assertThat(exchanges.get(4)).isEqualTo(Exchange.lost(b));
        assertThat(store.size()).isEqualTo(2);
    }

    @Test
    void aBatchThatEndsAKeyMakesRoomForTheNext() {
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(1);
        Versioned<Integer> a = open(1);
        store.compareAndExchange("a", null, a);

        assertThat(store.compareAndExchangeAll(List.of(new Change<>("a", a, null), new Change<>("b", null, open(2)))))
                .allMatch(Exchange::won);
    }

    @Test
    void threadsBeginAsManyKeysAsThereIsRoomFor() throws Exception {
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(100);
        List<Integer> begun = Parallel.run(8, thread -> {
            int mine = 0;
            for (int i = 0; i < 1_000; i++) {
                try {
                    mine += store.compareAndExchange("k" + i, null, open(i)).won() ? 1 : 0;
                } catch (StoreException full) {
                    assertThat(full).hasMessageContaining("maximumSize is 100");
                }
            }
            return mine;
        });

        assertThat(begun.stream().mapToInt(Integer::intValue).sum()).isEqualTo(100);
        assertThat(store.size()).isEqualTo(100);
    }

    @Test
    void noRoomIsLostWhileThreadsBeginAndEndKeys() throws Exception {
        MapJoinStore<String, Integer> store = MapJoinStore.bounded(100);
        Parallel.run(8, thread -> {
            for (int i = 0; i < 20_000; i++) {
                String key = "k" + ThreadLocalRandom.current().nextInt(200);
                Versioned<Integer> held = store.find(key);
                try {
                    store.compareAndExchange(key, held, held == null ? open(i) : null);
                } catch (StoreException full) {
                    assertThat(held).isNull();
                }
            }
            return null;
        });

        for (long i = store.size(); i < 100; i++) {
            assertThat(store.compareAndExchange("new" + i, null, open(0)).won()).isTrue();
        }
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.compareAndExchange("one more", null, open(0)));
    }
}
