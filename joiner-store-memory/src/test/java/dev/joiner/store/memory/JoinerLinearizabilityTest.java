package dev.joiner.store.memory;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever threads ask of a joiner at the same time, it is as if they had asked one after the other. Messages are
 * digits, merged into numbers; a number of two digits is whole. No hand-over throws, and the clock stands still.
 */
class JoinerLinearizabilityTest {

    @Test
    void joinsOfTwoKeysAtFullSpeedAreLikeASequence() {
        Schedules.stressed().sequentialSpecification(Ancestor.class).check(TwoKeys.class);
    }

    @Test
    void expiringJoinsThatKeepTheirIdsAtFullSpeedAreLikeASequence() {
        Schedules.stressed().sequentialSpecification(WithIds.class).check(OneKey.class);
    }

    @Test
    @Tag(Schedules.SLOW)
    void joinsOfTwoKeysInEveryScheduleTriedAreLikeASequence() {
        Schedules.modelChecked().sequentialSpecification(Ancestor.class).check(TwoKeys.class);
    }

    @Test
    @Tag(Schedules.SLOW)
    void expiringJoinsThatKeepTheirIdsInEveryScheduleTriedAreLikeASequence() {
        Schedules.modelChecked().sequentialSpecification(WithIds.class).check(OneKey.class);
    }

    private record Message(int key, int digit) {}

    private static JoinSpec.Builder<Message, Integer, Integer, Integer, Integer> pairs() {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<Integer>mergedBy((message, pending) -> pending == null ? message.digit : pending * 10 + message.digit)
                .sufficientWhen(number -> number >= 10);
    }

    private static KeyedJoiner<Message, Integer, Integer, Integer> joiner(
            JoinSpec.Builder<Message, Integer, Integer, Integer, Integer> spec) {
        return Joiner.create(spec.build(), MapJoinStore.create(), InstantSource.fixed(Instant.EPOCH));
    }

    /** A drop that came second to another removal cannot tell that from its own, and is to be repeated. */
    private static List<Object> dropped(KeyedJoiner<?, Integer, Integer, ?> joiner, int key) {
        try {
            return joiner.drop(key).stream()
                    .<Object>map(join -> join.value().orElseThrow())
                    .toList();
        } catch (StoreException somebodyElseWasFaster) {
            return dropped(joiner, key);
        }
    }

    private static List<Object> results(List<Outcome<Integer>> outcomes) {
        return outcomes.stream()
                .<Object>map(outcome -> ((Outcome.Joined<Integer>) outcome).result())
                .toList();
    }

    /** A joiner with default options. */
    public static class TwoKeys {
        private final KeyedJoiner<Message, Integer, Integer, Integer> joiner = joiner(pairs());

        @Operation
        public Outcome<Integer> accept(
                @Param(gen = IntGen.class, conf = "1:2") int key, @Param(gen = IntGen.class, conf = "1:9") int digit) {
            return joiner.accept(new Message(key, digit));
        }

        @Operation
        public List<Object> release(@Param(gen = IntGen.class, conf = "1:2") int key) {
            return results(joiner.release(key));
        }

        @Operation
        public List<Object> drop(@Param(gen = IntGen.class, conf = "1:2") int key) {
            return dropped(joiner, key);
        }
    }

    /** What that is to be like. */
    public static class Ancestor {
        private final Map<Integer, Integer> table = new HashMap<>();

        public Outcome<Integer> accept(int key, int digit) {
            int merged = table.containsKey(key) ? table.get(key) * 10 + digit : digit;
            table.put(key, merged);
            return merged >= 10 ? new Outcome.Joined<>(table.remove(key), true) : new Outcome.Incomplete<>();
        }

        public List<Object> release(int key) {
            return drop(key);
        }

        public List<Object> drop(int key) {
            return table.containsKey(key) ? List.of(table.remove(key)) : List.of();
        }
    }

    /** A joiner whose joins are over at once, for the next sweep, and whose ids are kept. */
    public static class OneKey {
        private final KeyedJoiner<Message, Integer, Integer, Integer> joiner =
                joiner(pairs().identifiedBy(Message::digit, Duration.ofHours(1))
                        .expireAt(number -> Instant.EPOCH)
                        .onExpired((number, handOver) -> {}));

        @Operation
        public Outcome<Integer> accept(@Param(gen = IntGen.class, conf = "1:9") int digit) {
            return joiner.accept(new Message(1, digit));
        }

        @Operation
        public int sweep() {
            return joiner.sweep().expired();
        }

        @Operation
        public List<Object> release() {
            return results(joiner.release(1));
        }

        @Operation
        public List<Object> drop() {
            return dropped(joiner, 1);
        }
    }

    /** What that is to be like. */
    public static class WithIds {
        private final Ancestor joins = new Ancestor();
        private final Set<Integer> ids = new HashSet<>();

        public Outcome<Integer> accept(int digit) {
            return ids.add(digit) ? joins.accept(1, digit) : new Outcome.Duplicate<>();
        }

        public int sweep() {
            return joins.drop(1).size();
        }

        public List<Object> release() {
            return joins.release(1);
        }

        public List<Object> drop() {
            return joins.drop(1);
        }
    }
}
