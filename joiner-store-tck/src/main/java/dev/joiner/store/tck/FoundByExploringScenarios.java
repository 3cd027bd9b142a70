package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Interleavings that earlier forms of the design got wrong. */
abstract class FoundByExploringScenarios extends Scenarios {

    FoundByExploringScenarios(Stores stores) {
        super(stores);
    }

    @Test
    void aJoinThatCompletesWhileAnotherOfItsKeyIsHandedOverIsHandedOverByItsOwnNode() {
        Node one = node(whole(1));
        Node other = node(whole(1));
        process.doesOnce((value, handOver) -> {
            assertThat(other.accept("k:b")).isEqualTo(joined("b"));
            assertThat(other.state("k")).isEqualTo("claimed a COMPLETE 1");
        });

        assertThat(one.accept("k:a")).isEqualTo(joined("a"));
        assertThat(process.calls()).containsExactly(Call.of("k:a", COMPLETE), Call.of("k:b", COMPLETE));
        assertThat(one.isEmpty()).isTrue();
    }

    @Test
    void messagesThatComeDuringAHandOverMakeTheNextJoins() {
        Node node = node(whole(5));
        List<Outcome<String>> during = new ArrayList<>();
        process.doesOnce((value, handOver) -> IntStream.range(5, 12).forEach(i -> during.add(node.accept("k:" + i))));

        IntStream.range(0, 4).forEach(i -> node.accept("k:" + i));
        assertThat(node.accept("k:4")).isEqualTo(joined("0+1+2+3+4"));

        assertThat(during)
                .containsExactly(
                        incomplete(),
                        incomplete(),
                        incomplete(),
                        incomplete(),
                        joined("5+6+7+8+9"),
                        incomplete(),
                        incomplete());
        assertThat(process.values()).containsExactly("0+1+2+3+4", "5+6+7+8+9");
        assertThat(node.state("k")).isEqualTo("open 10+11");
    }

    @Test
    void aCompleteJoinNeverExpires() {
        Node node = node(whole(2).expireAfter(SECOND).onExpired(expired));
        process.fails();
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));
        assertHandOverFails("k", 2, () -> node.accept("k:b")); // merged in: it is not two parts any more
        clock.advance(HOUR);
        process.recovers();

        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls().get(2))
                .isEqualTo(Call.of("k:a+b+b", COMPLETE).attempt(3));
        assertThat(expired.calls()).isEmpty();
    }

    @Test
    void theRetryOfAnExpiredJoinGetsExactlyWhatExpired() {
        Node node = node(whole(2).expireAfter(SECOND).onExpired(expired));
        node.accept("k:a");
        clock.advance(SECOND);
        expired.failsOnce();
        assertThat(node.sweep()).isEqualTo("failed [k]");
        assertThat(node.acceptEach("k:b", "k:c")).containsExactly(incomplete(), joined("b+c"));
        clock.advance(MINUTE);

        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls())
                .containsExactly(
                        Call.of("k:a", EXPIRED), Call.of("k:a", EXPIRED).attempt(2));
        assertThat(node.isEmpty()).isTrue();
    }

    /** Two parts or more make a kept value whole. */
    private JoinSpec.Builder<Message, String, String, String, String> kept() {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> message.mergeInto(pending))
                .sufficientWhen(value -> Message.parts(value) >= 2)
                .keepAfterJoin()
                .expireAfter(HOUR)
                .onExpired(expired)
                .process(process);
    }

    @Test
    void aKeptValueGrowsWhileItIsHandedOver() {
        Node node = node(kept());
        process.doesOnce((value, handOver) -> assertThat(node.accept("k:c")).isEqualTo(joined("a+b+c")));

        assertThat(node.acceptEach("k:a", "k:b", "k:d"))
                .containsExactly(incomplete(), joined("a+b"), joined("a+b+c+d"));
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a+b", COMPLETE), Call.of("k:a+b+c", COMPLETE), Call.of("k:a+b+c+d", COMPLETE));
        assertThat(node.state("k")).isEqualTo("open a+b+c+d");
    }

    @Test
    void aKeptValueWhoseHandOverFailedGrowsOnAndTheRetryGetsWhatFailed() {
        Node node = node(kept());
        process.failsFor("a+b");
        node.accept("k:a");
        assertHandOverFails("k", 1, () -> node.accept("k:b"));

        assertThat(node.accept("k:c")).isEqualTo(joined("a+b+c"));
        assertThat(node.state("k")).isEqualTo("open a+b+c, failed a+b COMPLETE 1");

        process.recovers();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls().get(2)).isEqualTo(Call.of("k:a+b", COMPLETE).attempt(2));
        assertThat(node.state("k")).isEqualTo("open a+b+c");
    }

    @Test
    void anIdOfAKeptValueIsKnown() {
        Node node = node(kept().identifiedBy(Message::text));

        assertThat(node.acceptEach("k:a", "k:b", "k:b", "k:c", "k:a"))
                .containsExactly(incomplete(), joined("a+b"), duplicate(), joined("a+b+c"), duplicate());
    }

    @Test
    void aGuessOfAClosedKeyMakesNoMessageLate() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node node = node(whole(1).rememberFor(HOUR), store);
        node.accept("k:a");
        store.guessAsOfNow("k");
        forget("k", store);

        assertThat(node.accept("k:b")).isEqualTo(joined("b"));
        assertThat(late).isEmpty();
    }

    @Test
    void aGuessOfAKnownIdMakesNoMessageADuplicate() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node node = node(whole(1).identifiedBy(Message::text, HOUR), store);
        node.accept("k:a");
        store.guessAsOfNow("k");
        forget("k", store);

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
    }

    private static void forget(String key, FaultyStore<String, String> store) {
        assertThat(store.compareAndExchange(key, store.find(key), null).won()).isTrue();
    }

    @Test
    void aValueThatKillsItsNodesIsPoisonedAfterItsAttempts() {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(1).retry(2).onPoisoned(poisoned);
        FaultyStore<String, String> first = new FaultyStore<>(store());
        FaultyStore<String, String> second = new FaultyStore<>(store());
        Node third = node(spec);
        process.does(death(first));
        dies(() -> node(spec, first).accept("k:a"));
        clock.advance(MINUTE);
        process.does(death(second));
        dies(() -> node(spec, second).sweep());
        clock.advance(MINUTE);

        assertThat(third.sweep()).isEqualTo("poisoned 1");
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a", COMPLETE), Call.of("k:a", COMPLETE).attemptAfterCrash(2));
        assertThat(poisoned.calls()).containsExactly(Call.of("k:a", COMPLETE).attemptAfterCrash(2));
        assertThat(third.isEmpty()).isTrue();
    }
}
