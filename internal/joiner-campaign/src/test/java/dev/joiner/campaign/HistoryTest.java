package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    private static PartsCall write(
            PartsCall.Kind kind, long expected, long next, PartsCall.Answer answer, String... ids) {
        return new PartsCall(kind, expected, next, 1, List.of(ids), answer);
    }

    private static PartsCall read(String... rows) {
        return new PartsCall(PartsCall.Kind.READ, 0, 0, 1, List.of(), PartsCall.Answer.read(List.of(rows)));
    }

    /** Each call one after the other, and the first two at once. */
    private static boolean areLinearizable(PartsCall... calls) {
        History<PartsCall> ofParts = new History<>();
        for (int i = 0; i < calls.length; i++) {
            ofParts.add(calls[i], i < 2 ? 0 : 10L * i, 10L * Math.max(i, 1) + 5);
        }
        return ofParts.isLinearizable(PartsCall.Held.NOTHING, PartsCall::step);
    }

    private static final PartsCall BEGUN = write(PartsCall.Kind.BEGIN, 0, 1, PartsCall.Answer.WON, "a", "b");
    private static final PartsCall APPENDED = write(PartsCall.Kind.APPEND, 1, 2, PartsCall.Answer.WON, "c");
    private static final PartsCall ENDED = write(PartsCall.Kind.END, 2, 3, PartsCall.Answer.WON);
    private static final PartsCall REMOVED = write(PartsCall.Kind.REMOVE, 3, 0, PartsCall.Answer.WON);

    private static PartsCall refused(long expected, long next, Map<String, Long> present, String... ids) {
        return write(PartsCall.Kind.APPEND, expected, next, PartsCall.Answer.present(present), ids);
    }

    private static PartsCall looked(Map<String, Long> present) {
        return new PartsCall(PartsCall.Kind.LOOK, 0, 0, 1, List.of("a", "c", "e"), PartsCall.Answer.present(present));
    }

    @Test
    void partsThatComeAndGoAreExplained() {
        assertThat(areLinearizable(
                        APPENDED, BEGUN, read("a", "b", "c"), ENDED, read("a-", "b-", "c-"), REMOVED, read()))
                .isTrue();
        assertThat(areLinearizable(
                        BEGUN, APPENDED, refused(2, 9, Map.of("b", 1L), "d", "b"), looked(Map.of("a", 1L, "c", 1L))))
                .isTrue();
    }

    @Test
    void wrongPartsAreSeen() {
        List<List<PartsCall>> wrong = List.of(
                List.of(BEGUN, APPENDED, read("a", "b")), // lost
                List.of(BEGUN, APPENDED, read("a", "b", "c", "c")), // doubled
                List.of(BEGUN, APPENDED, read("a", "c", "b")), // in another order
                List.of(BEGUN, APPENDED, ENDED, read("a", "b", "c")), // not stripped
                List.of(BEGUN, APPENDED, ENDED, REMOVED, read("a-")), // left behind
                List.of(BEGUN, write(PartsCall.Kind.APPEND, 1, 2, PartsCall.Answer.WON, "b")), // twice
                List.of(BEGUN, APPENDED, refused(2, 9, Map.of("d", 1L), "d")), // never there
                List.of(BEGUN, APPENDED, refused(1, 9, Map.of("a", 1L), "a")), // of a version that is over
                List.of(BEGUN, APPENDED, looked(Map.of("a", 1L)))); // not found
        for (List<PartsCall> calls : wrong) {
            assertThat(areLinearizable(calls.toArray(PartsCall[]::new)))
                    .as(calls.toString())
                    .isFalse();
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
