package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JoinerTestingTest {
    private final List<String> expired = new ArrayList<>();

    /** Two halves of a word; the key is its first letter. */
    private JoinSpec<String, String, String> halves() {
        return JoinSpec.<String>keyedBy(half -> half.substring(0, 1))
                .<String>mergedBy((half, pending) -> pending == null ? half : pending + half.substring(1))
                .sufficientWhen(word -> word.length() >= 5)
                .identifiedBy(half -> half)
                .expireAfter(Duration.ofMinutes(10))
                .onExpired((word, handOver) -> expired.add(word))
                .build();
    }

    // snippet:testing-a-join
    @Test
    void halvesAreJoinedUnlessTheSecondIsLate() {
        var join = JoinerTesting.of(halves());
        join.accept("abc").isIncomplete();
        join.accept("abc").isDuplicate();
        join.accept("ade").isJoined("abcde");
        join.accept("xyz").isIncomplete();
        assertThat(join.passes(Duration.ofMinutes(10)).expired()).isEqualTo(1);
        join.isEmpty();
    }
    // end:testing-a-join

    @Test
    void checksThatDoNotHoldSayWhatIsThere() {
        var join = JoinerTesting.of(halves());

        assertFails(() -> join.accept("abc").isJoined("abc"), "expected abc to join to abc, found Incomplete[]");
        assertFails(() -> join.accept("abc").isIncomplete(), "expected abc to be Incomplete, found Duplicate[]");
        assertFails(() -> join.accept("xyz").isDuplicate(), "expected xyz to be Duplicate, found Incomplete[]");
        assertFails(() -> join.accept("xab").isLate(), "expected xab to be Late, found Joined[");
        assertFails(join::isEmpty, "expected nothing in the store, found [Entry[key=a");
        assertThat(expired).isEmpty();
    }

    private static void assertFails(Runnable check, String message) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(check::run)
                .satisfies(e -> assertThat(e.getMessage()).startsWith(message));
    }
}
