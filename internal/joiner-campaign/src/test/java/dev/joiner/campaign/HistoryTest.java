package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checker of histories tells right ones from wrong ones. */
class HistoryTest {
    private final History<StoreCall> history = new History<>();

    private static StoreCall won(long expected, long next) {
        return new StoreCall(true, expected, next, true, next);
    }

    private static StoreCall lost(long expected, long next, long witness) {
        return new StoreCall(true, expected, next, false, witness);
    }

    private boolean isLinearizable() {
        return history.isLinearizable(0L, StoreCall::step);
    }

    @Test
    void callsOneAfterTheOtherAreExplained() {
        history.add(won(0, 1), 0, 1);
        history.add(StoreCall.found(1), 2, 3);
        history.add(lost(0, 2, 1), 4, 5);
        history.add(won(1, 0), 6, 7);
        history.add(StoreCall.found(0), 8, 9);
        assertThat(isLinearizable()).isTrue();
    }

    @Test
    void callsThatOverlapMayHaveHappenedInEitherOrder() {
        history.add(won(0, 1), 0, 10);
        history.add(StoreCall.found(0), 1, 9);
        history.add(StoreCall.found(1), 2, 8);
        history.add(lost(0, 2, 1), 3, 12);
        assertThat(isLinearizable()).isTrue();
    }

    @Test
    void aLostUpdateIsSeen() {
        history.add(won(0, 1), 0, 10);
        history.add(won(0, 2), 1, 9);
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void aStaleReadIsSeen() {
        history.add(won(0, 1), 0, 1);
        history.add(StoreCall.found(0), 2, 3);
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void aReadThatGoesBackIsSeen() {
        history.add(won(0, 1), 0, 10);
        history.add(StoreCall.found(1), 1, 2);
        history.add(StoreCall.found(0), 3, 4);
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void aWitnessThatWasNeverThereIsSeen() {
        history.add(won(0, 1), 0, 10);
        history.add(lost(0, 2, 3), 0, 10);
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void anExchangeThatIsLostToWhatItExpectedIsSeen() {
        history.add(won(0, 1), 0, 1);
        history.add(lost(1, 2, 1), 2, 3);
        assertThat(isLinearizable()).isFalse();
    }

    @Test
    void aCallWithoutAnswerMayHaveHappenedOrNot() {
        for (long seen : List.of(0L, 1L)) {
            History<StoreCall> unsure = new History<>();
            unsure.addUnanswered(won(0, 1), 0);
            unsure.add(StoreCall.found(seen), 5, 6);
            assertThat(unsure.isLinearizable(0L, StoreCall::step)).isTrue();
            unsure.add(StoreCall.found(1 - seen), 7, 8);
            assertThat(unsure.isLinearizable(0L, StoreCall::step)).isEqualTo(seen == 0);
        }
    }

    /** Histories that a right object made, and the same with one answer changed to one that nobody could have got. */
    @Test
    void oneWrongAnswerInAMadeHistoryIsSeen() {
        long seed = Scale.seed();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<StoreCall> calls = made(random);
            List<Long> ends = new ArrayList<>();
            History<StoreCall> right = new History<>();
            History<StoreCall> wrong = new History<>();
            int changed = random.nextInt(calls.size());
            for (int i = 0; i < calls.size(); i++) {
                long began = 10L * i - random.nextInt(25); // may begin before the two before it have ended
                ends.add(10L * i + random.nextInt(25));
                StoreCall call = calls.get(i);
                right.add(call, began, ends.get(i));
                wrong.add(i == changed ? StoreCall.found(1_000) : call, began, ends.get(i));
            }
            assertThat(right.isLinearizable(0L, StoreCall::step))
                    .as("seed %d\n%s", seed, right)
                    .isTrue();
            assertThat(wrong.isLinearizable(0L, StoreCall::step))
                    .as("seed %d\n%s", seed, wrong)
                    .isFalse();
        }
    }

    /** Calls in an order in which they may have happened: each at the instant ten times its position. */
    private static List<StoreCall> made(Random random) {
        List<StoreCall> calls = new ArrayList<>();
        long held = 0;
        for (int i = 0; i < 12; i++) {
            long expected = random.nextInt(3) == 0 ? i + 100L : held;
            long next = random.nextInt(3) == 0 ? 0 : i + 1L;
            if (random.nextInt(3) == 0) {
                calls.add(StoreCall.found(held));
            } else if (expected == held) {
                calls.add(won(held, next));
                held = next;
            } else {
                calls.add(lost(expected, next, held));
            }
        }
        return calls;
    }
}
