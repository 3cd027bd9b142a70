package dev.joiner.store.memory;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever threads do to a {@link MapJoinStore} at the same time, it is as if they had done it one after the other to a
 * plain map. That holds for each key: what is due of several keys is not seen at one moment.
 */
class MapJoinStoreLinearizabilityTest {

    @Test
    void writesAreLikeASequenceInEveryScheduleTried() {
        Schedules.modelChecked().sequentialSpecification(PlainMap.class).check(Writes.class);
    }

    @Test
    @Tag(Schedules.SLOW)
    void writesAndWhatIsDueAreLikeASequenceInEveryScheduleTried() {
        Schedules.modelChecked().sequentialSpecification(PlainMap.class).check(WritesAndDue.class);
    }

    @Test
    void writesAndWhatIsDueAreLikeASequenceAtFullSpeed() {
        Schedules.stressed().sequentialSpecification(PlainMap.class).check(WritesAndDue.class);
    }

    /** Entries that a key may have, by their number. None is due by itself, the others are due one after the other. */
    private static final List<Versioned<String>> ENTRIES =
            List.of(entry(1, JoinState.NEVER), entry(2, 10), entry(3, 20));

    private static Versioned<String> entry(long version, long dueAt) {
        return Versioned.of(version, new JoinState<>(States.join("v" + version, dueAt), List.of(), null, 0));
    }

    /** Nothing is number 0. */
    private static @Nullable Versioned<String> entry(int number) {
        return number == 0 ? null : ENTRIES.get(number - 1);
    }

    private static long number(@Nullable Versioned<String> entry) {
        return entry == null ? 0 : entry.version();
    }

    /** The store, as Lincheck calls it. */
    public static class Writes {
        final MapJoinStore<Integer, String> store = MapJoinStore.create();

        @Operation
        public long find(@Param(gen = IntGen.class, conf = "1:2") int key) {
            return number(store.find(key));
        }

        @Operation
        public String exchange(
                @Param(gen = IntGen.class, conf = "1:2") int key,
                @Param(gen = IntGen.class, conf = "0:3") int expected,
                @Param(gen = IntGen.class, conf = "0:3") int next) {
            Exchange<String> exchange = store.compareAndExchange(key, entry(expected), entry(next));
            return exchange.won() + " " + number(exchange.witness());
        }

        @Validate
        public void everyKeyThatIsEverDueIsIndexedOnce() {
            int due = 0;
            for (int key = 1; key <= 2; key++) {
                due += store.find(key) == null || Objects.equals(store.find(key), entry(1)) ? 0 : 1;
            }
            if (store.indexed() != due) {
                throw new IllegalStateException(due + " keys will be due, " + store.indexed() + " are indexed");
            }
        }
    }

    /** The store with an operation that takes many steps, so that there are many more schedules. */
    public static class WritesAndDue extends Writes {

        @Operation
        public long due(
                @Param(gen = IntGen.class, conf = "1:2") int key, @Param(gen = IntGen.class, conf = "10:20") int now) {
            return store.due(Instant.ofEpochMilli(now), 9).stream()
                    .filter(entry -> Objects.equals(entry.key(), key))
                    .mapToLong(entry -> entry.held().version())
                    .sum();
        }
    }

    /** What the store is to be like. */
    public static class PlainMap {
        private final Map<Integer, Versioned<String>> map = new HashMap<>();

        public long find(int key) {
            return number(map.get(key));
        }

        public String exchange(int key, int expected, int next) {
            boolean won = find(key) == expected;
            if (won) {
                map.compute(key, (same, held) -> entry(next));
            }
            return won + " " + find(key);
        }

        public long due(int key, int now) {
            Versioned<String> held = map.get(key);
            return held != null && held.state().dueAt() <= now ? held.version() : 0;
        }
    }
}
