package dev.joiner.store.tck;

import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.ValueTooLargeException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Joins that are too large for their store, and those that are almost. */
abstract class SizeScenarios extends Scenarios {
    private static final int LIMIT = 20_000;

    private FaultyStore<String, String> store;

    SizeScenarios(Stores stores) {
        super(stores);
    }

    @BeforeEach
    void openAStore() {
        store = new FaultyStore<>(store());
        store.guessRight();
        store.limitTo(LIMIT, Codec.string());
    }

    private static String text(int length) {
        return "x".repeat(length);
    }

    private static void assertTooLarge(Throwable thrown, String key) {
        assertThat(thrown).isInstanceOfSatisfying(ValueTooLargeException.class, tooLarge -> {
            assertThat(tooLarge.key()).isEqualTo(key);
            assertThat(tooLarge.limit()).isEqualTo(LIMIT);
            assertThat(tooLarge.size()).isGreaterThan(LIMIT);
            assertThat(tooLarge)
                    .hasMessageContaining(Long.toString(tooLarge.size()))
                    .hasMessageContaining(Integer.toString(LIMIT));
            assertThat(tooLarge.isSafe()).isFalse();
        });
    }

    @Test
    void aMessageThatDoesNotFitIsRefusedAndItsJoinStaysAsItWas() {
        Node node = node(whole(9), store);
        node.accept("k:a");

        assertThatExceptionOfType(ValueTooLargeException.class)
                .isThrownBy(() -> node.accept("k:" + text(LIMIT)))
                .satisfies(e -> assertTooLarge(e, "k"));
        assertThat(node.state("k")).isEqualTo("open a");
        assertThat(incomplete).containsExactly("a");
    }

    @Test
    void oneOfABatchFailsAlone() {
        Node node = node(whole(2), store);
        List<String> messages = new ArrayList<>(
                IntStream.range(0, 9).mapToObj(i -> "k" + i + ":a").toList());
        messages.add(4, "large:" + text(LIMIT));

        List<Outcome<String>> outcomes = new ArrayList<>(node.acceptAll(messages.toArray(String[]::new)));

        assertTooLarge(((Outcome.Failed<String>) outcomes.remove(4)).cause(), "large");
        assertThat(outcomes).hasSize(9).containsOnly(incomplete());
        assertThat(node.keys()).hasSize(9).doesNotContain("large");
    }

    @Test
    void oneOfTheMessagesOfAKeyFailsAlone() {
        Node node = node(whole(3), store);

        List<Outcome<String>> outcomes = node.acceptAll("k:a", "k:" + text(LIMIT), "l:x", "k:b", "k:c");

        assertThat(List.of(outcomes.get(0), outcomes.get(2), outcomes.get(3))).containsOnly(incomplete());
        assertTooLarge(((Outcome.Failed<String>) outcomes.get(1)).cause(), "k");
        assertThat(outcomes.get(4)).isEqualTo(joined("a+b+c"));
    }

    /** Others of its key wait for no more than a few round trips. */
    @Test
    void oneOfManyMessagesOfAKeyCostsTheOthersLittle() {
        store.beRemote();
        Node node = node(whole(1_000), store);
        List<String> messages =
                new ArrayList<>(IntStream.range(0, 200).mapToObj(i -> "k:" + i).toList());
        messages.add(100, "k:" + text(LIMIT));

        List<Outcome<String>> outcomes = new ArrayList<>(node.acceptAll(messages.toArray(String[]::new)));

        assertTooLarge(((Outcome.Failed<String>) outcomes.remove(100)).cause(), "k");
        assertThat(outcomes).hasSize(200).containsOnly(incomplete());
        assertThat(store.roundTrips()).isLessThan(30);
    }

    /** Letters of three bytes, and as many as are kept of an error. */
    private static void failAtLength(String value, Object handOver) {
        throw new IllegalStateException("\u20ac".repeat(500));
    }

    /** Messages go in until the next letter does not fit; how many did. */
    private static int fill(Node node, String key) {
        int taken = 0;
        for (int length = 8_000; length > 0; ) {
            try {
                node.accept(key + ":" + text(length));
                taken++;
            } catch (ValueTooLargeException e) {
                length /= 2;
            }
        }
        return taken;
    }

    private JoinSpec.Builder<Message, String, String, String, String> never() {
        return whole(1_000_000).expireAfter(SECOND).onExpired(expired);
    }

    @Test
    void aJoinThatJustFitsExpiresFailsAndIsReleased() {
        Node node = node(never().retry(3).onPoisoned(poisoned), store);
        int parts = fill(node, "k");
        clock.advance(SECOND);
        expired.does(SizeScenarios::failAtLength);

        assertThat(node.sweep()).isEqualTo("failed [k]");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("failed [k]");
        expired.recovers();
        assertThat(node.release("k")).hasSize(1);

        assertThat(expired.calls()).hasSize(3).allSatisfy(call -> {
            assertThat(call.cause()).isEqualTo(EXPIRED);
            assertThat(call.parts()).isEqualTo(parts);
        });
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aJoinThatJustFitsIsPoisoned() {
        Node node = node(never().retry(2).onPoisoned(poisoned).rememberFor(HOUR), store);
        fill(node, "k");
        clock.advance(SECOND);
        expired.does(SizeScenarios::failAtLength);

        assertThat(node.sweep()).isEqualTo("failed [k]");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("poisoned 1");
        assertThat(node.state("k")).isEqualTo("closed []");
    }

    @Test
    void aJoinThatJustFitsIsParkedReleasedAndDropped() {
        Node node = node(never().retry(1).parkPoisoned(), store);
        fill(node, "k");
        clock.advance(SECOND);
        expired.does(SizeScenarios::failAtLength);

        assertThat(node.sweep()).isEqualTo("parked 1, failed [k]");
        assertThat(node.release("k")).containsExactly("Failed");
        assertThat(node.drop("k")).hasSize(1);
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aJoinThatJustFitsIsForced() {
        Node node = node(never(), store);
        fill(node, "k");
        process.does(SizeScenarios::failAtLength);

        assertThat(node.release("k")).containsExactly("Failed");
        process.recovers();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void theIdsOfAJoinThatJustFitsAreKept() {
        Node node = node(never().identifiedBy(Message::text, HOUR), store);
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            try {
                node.accept("k:" + text(300) + i);
                taken++;
            } catch (ValueTooLargeException e) {
                break;
            }
        }
        clock.advance(SECOND);

        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(taken).isGreaterThan(10);
        assertThat(node.accept("k:" + text(300) + 0)).isEqualTo(duplicate());
    }
}
