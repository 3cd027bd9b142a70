package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static dev.joiner.store.tck.FaultyStore.Fault.LOST;
import static dev.joiner.store.tck.FaultyStore.Fault.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that are asked to stop: they begin nothing, charge nobody, and leave what they claimed to others. */
abstract class InterruptScenarios extends Scenarios {

    InterruptScenarios(Stores stores) {
        super(stores);
    }

    @AfterEach
    void clearTheFlag() {
        Thread.interrupted();
    }

    /** As on a thread whose flag is set; it has to be set afterwards, too. */
    private static <T> T interrupted(Supplier<T> call) {
        Thread.currentThread().interrupt();
        T result = call.get();
        assertThat(Thread.interrupted()).as("the flag stays set").isTrue();
        return result;
    }

    /** A handler that sleeps, as its thread is interrupted. */
    private static void isInterrupted(String value, Object handOver) throws InterruptedException {
        Thread.currentThread().interrupt();
        Thread.sleep(60_000);
    }

    private JoinSpec.Builder<Message, String, String, String, String> single() {
        return whole(1).retry(1).onPoisoned(poisoned);
    }

    private static String[] keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> i + ":a").toArray(String[]::new);
    }

    @Test
    void aBatchLeavesItsJoinsToASweep() {
        Node node = node(single());

        List<Outcome<String>> outcomes = interrupted(() -> node.acceptAll("1:a", "2:a", "3:a"));

        assertThat(outcomes).hasSize(3).containsOnly(incomplete());
        assertThat(process.calls()).isEmpty();
        assertThat(node.state("1")).isEqualTo("given back a COMPLETE 0");
        assertThat(node.sweep()).isEqualTo("joined 3");
        assertThat(process.calls())
                .containsExactlyInAnyOrder(
                        Call.of("1:a", COMPLETE), Call.of("2:a", COMPLETE), Call.of("3:a", COMPLETE));
        assertThat(poisoned.calls()).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageLeavesItsJoinToASweepInOneWrite() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Node node = node(single(), store);

        assertThat(interrupted(() -> node.accept("k:a"))).isEqualTo(incomplete());
        assertThat(store.roundTrips()).isEqualTo(1);
        assertThat(process.calls()).isEmpty();
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls()).containsExactly(Call.of("k:a", COMPLETE));
    }

    @Test
    void aMessageThatCompletesNothingIsTakenAsEver() {
        Node node = node(whole(2).identifiedBy(Message::text));

        assertThat(interrupted(() -> node.acceptEach("k:a", "k:a", "l:x")))
                .containsExactly(incomplete(), duplicate(), incomplete());
        assertThat(incomplete).containsExactly("a", "x");
    }

    @Test
    void aRedeliveryLeavesAFailedJoinToASweepToo() {
        Node node = node(whole(1).identifiedBy(Message::text));
        process.failsOnce();
        assertHandOverFails("k", 1, () -> node.accept("k:a"));

        assertThat(interrupted(() -> node.accept("k:a")).isSafe()).isTrue();
        assertThat(process.calls()).hasSize(1);
        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
    }

    @Test
    void aSweepBeginsNothing() {
        Node node = node(whole(2).expireAfter(SECOND).onExpired(expired));
        node.acceptEach("k:a", "l:a");
        clock.advance(SECOND);

        assertThat(interrupted(node::sweep)).isEqualTo("nothing");
        assertThat(node.sweep()).isEqualTo("expired 2");
    }

    @Test
    void aReleaseBeginsNothing() {
        Node node = node(whole(2));
        node.accept("k:a");

        interrupted(() -> node.release("k"));
        assertThat(process.calls()).isEmpty();
        assertThat(node.release("k")).containsExactly("a");
    }

    @Test
    void dropFindAndTheCountsWorkAllTheSame() {
        Node node = node(whole(2));
        node.acceptEach("k:a", "l:b");

        assertThat(interrupted(() -> node.joiner().counts()).waiting()).isEqualTo(2);
        assertThat(interrupted(() -> node.joiner().find("k"))).hasSize(1);
        assertThat(interrupted(() -> node.drop("k"))).containsExactly("a");
    }

    @Test
    void theFirstOfABatchIsTriedAgainUnchargedAndTheOthersAreDueAtOnce() {
        Node node = node(single());
        process.doesOnce(InterruptScenarios::isInterrupted);

        List<Outcome<String>> outcomes = node.acceptAll(keys(200));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcomes.get(0).isSafe()).isTrue();
        assertFailed(outcomes.get(0))
                .isInstanceOf(ProcessingException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(outcomes.subList(1, 200)).containsOnly(incomplete());
        assertThat(process.calls()).hasSize(1);
        assertThat(node.state("0")).isEqualTo("failed a COMPLETE 0");
        assertThat(node.state("1")).isEqualTo("given back a COMPLETE 0");

        assertThat(node.sweep()).isEqualTo("joined 199");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls())
                .allSatisfy(call -> assertThat(call.attempt()).isEqualTo(1));
        assertThat(poisoned.calls()).isEmpty();
    }

    /** What cannot be left to a sweep is not in, and says so. */
    @Test
    void aBatchOfMoreJoinsOfAKeyThanMayBeInFlightTellsWhichAreIn() {
        Node node = node(single());
        List<String> messages = IntStream.range(0, 200).mapToObj(i -> "k:" + i).toList();
        process.doesOnce(InterruptScenarios::isInterrupted);

        List<Outcome<String>> outcomes = node.acceptAll(messages.toArray(String[]::new));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(process.calls()).hasSize(1);
        String[] notIn = IntStream.range(0, 200)
                .filter(i -> !outcomes.get(i).isSafe())
                .mapToObj(messages::get)
                .toArray(String[]::new);
        assertThat(node.joiner().counts().failed()).isEqualTo(200 - notIn.length);
        clock.advance(MINUTE);
        node.sweep();
        assertThat(node.acceptAll(notIn)).allMatch(Outcome.Joined.class::isInstance);
        assertThat(process.values().subList(1, 201))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 200).mapToObj(Integer::toString).toList());
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void theFirstOfASweepIsTriedAgainUnchargedAndTheOthersAreDueAtOnce() {
        Node node =
                node(whole(2).expireAfter(SECOND).onExpired(expired).retry(1).onPoisoned(poisoned));
        node.acceptAll(keys(200));
        clock.advance(SECOND);
        expired.doesOnce(InterruptScenarios::isInterrupted);

        assertThat(node.sweep()).startsWith("failed [");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(expired.calls()).hasSize(1);

        assertThat(node.sweep()).isEqualTo("expired 199");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("expired 1");
        assertThat(expired.calls()).hasSize(201).allSatisfy(call -> {
            assertThat(call.attempt()).isEqualTo(1);
            assertThat(call.cause()).isEqualTo(EXPIRED);
        });
        assertThat(poisoned.calls()).isEmpty();
    }

    @Test
    void aMessageWhoseHandlerIsInterruptedIsTriedAgainUncharged() {
        Node node = node(single());
        process.doesOnce(InterruptScenarios::isInterrupted);

        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 0");
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(poisoned.calls()).isEmpty();
    }

    /** A pool or a channel that is interrupted fails at once; what was handed over is not to be handed over again for that. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLastWriteThatAnInterruptSpoilsIsTriedAgain(boolean batch) {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Node node = node(single(), store);
        store.nextWrites(NONE, LOST);
        process.doesOnce((value, handOver) ->
                store.beforeNextWrite(() -> Thread.currentThread().interrupt()));

        assertThat(batch ? node.acceptAll("k:a").get(0) : node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(node.isEmpty()).isTrue();
    }

    /** A client that reports its timeouts in that way must end. */
    @Test
    void aHandlerThatIsNeverInterruptedAndSaysSoIsChargedAndPoisoned() {
        Node node = node(whole(1).retry(3).onPoisoned(poisoned));
        process.does((value, handOver) -> {
            throw new InterruptedException("timeout");
        });

        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertThat(Thread.interrupted()).isTrue();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("failed [k]");
        assertThat(Thread.interrupted()).isTrue();
        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("poisoned 1");
        assertThat(Thread.interrupted()).isTrue();

        assertThat(process.calls()).extracting(Call::attempt).containsExactly(1, 2, 3);
        assertThat(poisoned.calls()).singleElement().satisfies(call -> {
            assertThat(call.attempt()).isEqualTo(3);
            assertThat(call.lastError())
                    .hasValueSatisfying(error -> assertThat(error).contains("timeout"));
        });
        assertThat(node.isEmpty()).isTrue();
    }
}
