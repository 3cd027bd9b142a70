package dev.joiner.store.memory;

import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Due;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.time.Instant;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever threads do to one key of a {@link MapJoinStore} at the same time, it is as if they had done it one after the
 * other to a plain field. Several keys are not promised to be seen at one moment.
 */
class MapJoinStoreLinearizabilityTest {

    @Test
    void threadsAtFullSpeedAreLikeASequence() {
        Schedules.stressed().sequentialSpecification(Plain.class).check(OneKey.class);
    }

    @Test
    @Tag(Schedules.SLOW)
    void everyScheduleTriedIsLikeASequence() {
        Schedules.modelChecked().sequentialSpecification(Plain.class).check(OneKey.class);
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

    /** One key of a store, as Lincheck calls it. */
    public static class OneKey {
        private static final String KEY = "k";

        final MapJoinStore<String, String> store = MapJoinStore.create();

        @Operation
        public long find() {
            return number(store.find(KEY));
        }

        @Operation
        public String exchange(
                @Param(gen = IntGen.class, conf = "0:3") int expected,
                @Param(gen = IntGen.class, conf = "0:3") int next) {
            Exchange<String> exchange = store.compareAndExchange(KEY, entry(expected), entry(next));
            return exchange.won() ? "won" : "lost to " + number(exchange.witness());
        }

        /** As a joiner writes: on a mismatch once more, from the witness. What was there before. */
        @Operation
        public long write(@Param(gen = IntGen.class, conf = "0:3") int next) {
            Versioned<String> expected = store.guess(KEY);
            while (true) {
                Exchange<String> exchange = store.compareAndExchange(KEY, expected, entry(next));
                if (exchange.won()) {
                    return number(expected);
                }
                expected = exchange.witness();
            }
        }

        /** Since when; 0 if it is not due. */
        @Operation
        public long due(@Param(gen = IntGen.class, conf = "10:20") int now) {
            return store.due(Instant.MIN, Instant.ofEpochMilli(now), 9).stream()
                    .mapToLong(Due::at)
                    .sum();
        }

        @Validate
        public void isIndexedOnceIfItIsEverDue() {
            long expected = find() > 1 ? 1 : 0;
            if (store.indexed() != expected) {
                throw new IllegalStateException("entry " + find() + " is indexed " + store.indexed() + " times");
            }
        }
    }

    /** What that is to be like. */
    public static class Plain {
        private int held;

        public long find() {
            return held;
        }

        public String exchange(int expected, int next) {
            if (held != expected) {
                return "lost to " + held;
            }
            held = next;
            return "won";
        }

        public long write(int next) {
            int before = held;
            held = next;
            return before;
        }

        public long due(int now) {
            long at =
                    held == 0 ? JoinState.NEVER : ENTRIES.get(held - 1).state().dueAt();
            return at <= now ? at : 0;
        }
    }
}
