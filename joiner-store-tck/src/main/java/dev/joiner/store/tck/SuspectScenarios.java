package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values whose handler kills the process, and those that happen to be near them. A claim that ran out makes its join a suspect,
 * which goes alone from then on.
 */
abstract class SuspectScenarios extends Scenarios {
    private static final String KILLER = "killer";

    SuspectScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, String, String> single(int attempts) {
        return whole(1).retry(attempts).onPoisoned(poisoned);
    }

    private JoinSpec.Builder<Message, String, String, String, String> expiring(int attempts) {
        return whole(2).expireAfter(SECOND).onExpired(expired).retry(attempts).onPoisoned(poisoned);
    }

    /** The store of a new process, which the value that kills will kill when the handler receives it. */
    private FaultyStore<String, String> process(Receiver handler) {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Receiver.Action death = death(store);
        handler.does((value, handOver) -> {
            if (value.equals(KILLER)) {
                death.run(value, handOver);
            }
        });
        return store;
    }

    /** One process after the other sweeps when the claims of the last are over, until one survives. How many have died. */
    private int sweepUntilOneSurvives(
            JoinSpec.Builder<Message, String, String, String, String> spec, Receiver handler) {
        int deaths = 0;
        while (true) {
            clock.advance(MINUTE);
            node(spec, process(handler)).joiner().sweep();
            if (!Thread.interrupted()) {
                return deaths;
            }
            deaths++;
        }
    }

    /** What the first process had begun before it died is begun again, everything else once; nobody is charged for it. */
    private static void assertHandedOver(List<String> good, List<Call> calls) {
        List<String> begun = calls.stream()
                .map(Call::value)
                .takeWhile(value -> !value.equals(KILLER))
                .toList();
        assertThat(calls).filteredOn(call -> !call.value().equals(KILLER)).allSatisfy(call -> {
            assertThat(call.attempt()).isEqualTo(1);
            assertThat(call.lastError()).isEmpty();
        });
        List<String> expected = new ArrayList<>(good);
        expected.addAll(begun);
        assertThat(calls.stream().map(Call::value).filter(value -> !value.equals(KILLER)))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static long begins(Receiver handler) {
        return handler.values().stream().filter(KILLER::equals).count();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aPageWithAKillerIsHandedOverWithoutIt(int attempts) {
        List<String> good = IntStream.range(0, 20).mapToObj(i -> "good" + i).toList();
        Node feeding = node(expiring(attempts));
        good.forEach(value -> feeding.accept(value + ":" + value));
        feeding.accept("k:" + KILLER);
        clock.advance(SECOND);
        dies(() -> node(expiring(attempts), process(expired)).sweep());

        int deaths = sweepUntilOneSurvives(expiring(attempts), expired);

        assertThat(begins(expired)).isEqualTo(1 + deaths).isEqualTo(attempts + 1);
        assertThat(poisoned.calls())
                .containsExactly(Call.of("k:" + KILLER, EXPIRED).attemptAfterCrash(attempts));
        assertHandedOver(good, expired.calls());
        assertThat(feeding.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aBatchWithAKillerIsHandedOverWithoutIt(int attempts) {
        List<String> good = List.of("a", "b", "c", "d", "e");
        FaultyStore<String, String> first = process(process);
        dies(() -> node(single(attempts), first).acceptAll("1:a", "2:b", "k:" + KILLER, "3:c", "4:d", "5:e"));
        assertThat(process.values()).containsExactly("a", "b", KILLER);

        int deaths = sweepUntilOneSurvives(single(attempts), process);

        assertThat(begins(process)).isEqualTo(1 + deaths).isEqualTo(attempts + 1);
        assertThat(poisoned.calls())
                .containsExactly(Call.of("k:" + KILLER, COMPLETE).attemptAfterCrash(attempts));
        assertHandedOver(good, process.calls());
        assertThat(node(single(attempts)).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aKillerThatIsClaimedAloneIsBegunAsOftenAsAllowed(int attempts) {
        FaultyStore<String, String> first = process(process);
        dies(() -> node(single(attempts), first).accept("k:" + KILLER));

        sweepUntilOneSurvives(single(attempts), process);

        assertThat(begins(process)).isEqualTo(attempts);
        assertThat(poisoned.calls())
                .containsExactly(Call.of("k:" + KILLER, COMPLETE).attemptAfterCrash(attempts));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aKillerIsParkedWhereNobodyReceivesThePoison(int attempts) {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(1).retry(attempts).parkPoisoned();
        FaultyStore<String, String> first = process(process);
        dies(() -> node(spec, first).accept("k:" + KILLER));

        sweepUntilOneSurvives(spec, process);

        assertThat(begins(process)).isEqualTo(attempts);
        assertThat(node(spec).state("k")).isEqualTo("suspect parked killer COMPLETE " + attempts);
    }

    /** Two rolling restarts come in between: each gives back what it has claimed and not begun. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void rollingRestartsLetAKillerBeginNoMoreOften(int attempts) {
        FaultyStore<String, String> first = process(process);
        dies(() -> node(single(attempts), first).acceptAll("k:" + KILLER));
        for (int i = 0; i < 2; i++) {
            clock.advance(MINUTE);
            claimAndGiveBack(single(attempts));
            assertThat(node(single(attempts)).state("k")).isEqualTo("suspect given back killer COMPLETE " + i);
            FaultyStore<String, String> next = process(process);
            node(single(attempts), next).joiner().sweep();
            assertThat(Thread.interrupted()).isEqualTo(i < attempts); // otherwise it was poisoned
        }

        sweepUntilOneSurvives(single(attempts), process);

        assertThat(begins(process)).isEqualTo(attempts + 1);
        assertThat(poisoned.calls())
                .containsExactly(Call.of("k:" + KILLER, COMPLETE).attemptAfterCrash(attempts));
        assertThat(node(single(attempts)).isEmpty()).isTrue();
    }

    /** A node claims the one suspect that is due, and is asked to stop before its handler begins. */
    private void claimAndGiveBack(JoinSpec.Builder<Message, String, String, String, String> spec) {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node stopped = node(spec, store);
        store.afterNextWrite(() -> Thread.currentThread().interrupt());
        assertThat(stopped.sweep()).isEqualTo("nothing");
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Claimed together with others, it would count no attempt, and would have company when it kills. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSuspectStaysOneThoughItThrowsOrIsGivenBack(boolean hasThrown) {
        Node node = node(single(9));
        FaultyStore<String, String> first = new FaultyStore<>(store());
        process.does(death(first));
        dies(() -> node(single(9), first).accept("s:s"));
        clock.advance(MINUTE);
        process.failsOnce();
        if (hasThrown) {
            assertThat(node.sweep()).isEqualTo("failed [s]");
        } else {
            claimAndGiveBack(single(9));
        }
        String suspect = hasThrown ? "suspect failed s COMPLETE 2" : "suspect given back s COMPLETE 1";
        assertThat(node.state("s")).isEqualTo(suspect);
        leaveDue(node, "k:" + KILLER, "g:a");
        clock.advance(MINUTE);

        FaultyStore<String, String> second = process(process);
        Receiver.Action death = death(second);
        List<String> seen = new ArrayList<>();
        process.does((value, handOver) -> {
            seen.add(node.state("s"));
            if (value.equals(KILLER)) {
                death.run(value, handOver);
            }
        });
        dies(() -> node(single(9), second).sweep());

        assertThat(seen).containsOnly(suspect);
        assertThat(node.state("s")).isEqualTo(suspect);
        assertThat(node.state("k")).isEqualTo("claimed together killer COMPLETE 0");
    }

    /** Joins that are complete, and that no handler may begin yet. */
    private static void leaveDue(Node node, String... messages) {
        Thread.currentThread().interrupt();
        try {
            node.acceptEach(messages);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aPageIsWrittenOffBeforeItsSuspectBegins() {
        Node node = node(single(9));
        becomeSuspects("s");
        leaveDue(node, "1:a", "2:b", "3:c");
        process.does((value, handOver) -> {
            if (value.equals("s")) {
                assertThat(node.keys()).containsExactly("s");
            }
        });

        assertThat(node.sweep()).isEqualTo("joined 4");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aProcessHasOneSuspectUnderWay() throws Exception {
        Node node = node(single(9));
        Node other = node(single(9));
        becomeSuspects("a", "b");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        process.doesOnce((value, handOver) -> {
            begun.countDown();
            end.await();
        });
        Future<?> sweeping = inBackground(() -> assertThat(node.sweep()).isEqualTo("joined 2"));
        begun.await();

        assertThat(other.sweep()).isEqualTo("nothing");
        assertThat(process.calls()).hasSize(3); // two that died, and the one under way

        end.countDown();
        sweeping.get();
        assertThat(node.isEmpty()).isTrue();
    }

    /** Joins of these keys, whose claims ran out. */
    private void becomeSuspects(String... keys) {
        Stream.of(keys).forEach(key -> {
            FaultyStore<String, String> store = new FaultyStore<>(store());
            process.does(death(store));
            dies(() -> node(single(9), store).accept(key + ":" + key));
        });
        process.recovers();
        clock.advance(MINUTE);
    }

    @Test
    void aJoinWhoseOnPoisonedKillsIsParkedInTheEnd() {
        Node node = node(single(2));
        process.fails();
        assertHandOverFails("k", 1, () -> node.accept("k:" + KILLER));

        int deaths = sweepUntilOneSurvives(single(2), poisoned);

        assertThat(begins(poisoned)).isEqualTo(deaths).isBetween(2L, 4L);
        assertThat(begins(process)).isBetween(2L, 3L);
        assertThat(node.state("k")).startsWith("suspect parked killer COMPLETE");
    }
}
