package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Messages become joins. */
abstract class JoiningScenarios extends Scenarios {

    JoiningScenarios(Stores stores) {
        super(stores);
    }

    @Test
    void theLastPartBringsTheResult() {
        KeyedJoiner<Message, String, Long, Long> product = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<Long>mergedBy(
                                (part, pending) -> Long.parseLong(part.text()) * (pending == null ? 1 : pending))
                        .sufficientWhen(value -> value == 105),
                open("", KeyCodec.string(), Codec.longs()));

        assertThat(Stream.of("k:3", "k:5", "k:7").map(part -> product.accept(Message.of(part))))
                .containsExactly(
                        new Outcome.Incomplete<>(), new Outcome.Incomplete<>(), new Outcome.Joined<>(105L, true));
        assertThat(product.find("k")).isEmpty();
    }

    @Test
    void handlersAreToldAllAboutAJoin() {
        Node node = node(whole(2));

        node.accept("k:a");
        clock.advance(SECOND);

        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
        assertThat(incomplete).containsExactly("a");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
        Instant completed = START.plus(SECOND).truncatedTo(ChronoUnit.MILLIS);
        assertThat(process.tokens()).containsExactly(ChronoUnit.MICROS.between(Instant.EPOCH, completed));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void handOverTellsWhatItIs() {
        List<String> told = new ArrayList<>();
        process.doesOnce((value, handOver) -> told.add(handOver.toString()));
        Node node = node(whole(2).named("pairs"));

        node.accept("k:a");
        node.accept("k:b");

        assertThat(told).containsExactly("HandOver[pairs: key \"k\", COMPLETE, attempt 1]");
    }

    @Test
    void aWaitingJoinCanBeLookedAt() {
        Node node = node(whole(3));
        assertThat(node.joiner().find("k")).isEmpty();

        node.accept("k:a");
        clock.advance(SECOND);
        node.accept("k:b");

        assertThat(node.joiner().find("k")).singleElement().satisfies(waiting -> {
            assertThat(waiting.key()).isEqualTo("k");
            assertThat(waiting.status()).isEqualTo(PendingJoin.Status.WAITING);
            assertThat(waiting.value()).contains("a+b");
            assertThat(waiting.parts()).isEqualTo(2);
            assertThat(waiting.firstAt()).contains(START.truncatedTo(ChronoUnit.MILLIS));
            assertThat(waiting.cause()).isEmpty();
            assertThat(waiting.dueAt()).isEmpty();
        });
    }

    @Test
    void interleavedKeysJoinEachOnItsOwn() {
        Node node = node(whole(2));

        assertThat(node.acceptEach("1:a", "2:x", "1:b", "2:y"))
                .containsExactly(incomplete(), incomplete(), joined("a+b"), joined("x+y"));
        assertThat(process.calls()).containsExactly(Call.of("1:a+b", COMPLETE), Call.of("2:x+y", COMPLETE));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void messagesMayEachComeOnAThreadOfTheirOwn() throws Exception {
        Node node = node(whole(2));

        atOnce(IntStream.range(0, 2_000)
                .mapToObj(i -> (Runnable) () -> node.accept(i / 2 + ":" + (i % 2 == 0 ? "a" : "b")))
                .toList());

        assertThat(process.calls().stream().map(Call::key))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1_000).mapToObj(Integer::toString).toList());
        assertThat(process.values()).containsOnly("a+b", "b+a");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void theFirstMessageMaySuffice() {
        Node node = node(whole(1));

        assertThat(node.accept("k:a")).isEqualTo(joined("a"));
        assertThat(incomplete).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aJoinOfOnePartIsKeptWhileItsHandOverFails() {
        Node node = node(whole(1));
        process.failsOnce();

        assertHandOverFails("k", 1, () -> node.accept("k:a"));
        assertThat(node.state("k")).isEqualTo("failed a COMPLETE 1");

        clock.advance(MINUTE);
        assertThat(node.sweep()).isEqualTo("joined 1");
        assertThat(process.calls())
                .containsExactly(
                        Call.of("k:a", COMPLETE), Call.of("k:a", COMPLETE).attempt(2));
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void whatIsLeftOverBeginsTheNextJoin() {
        Node node = node(whole(5));

        List<Outcome<String>> outcomes = node.acceptEach(twelveOf("k"));

        assertThat(outcomes).hasSize(12).containsOnly(incomplete(), joined("0+1+2+3+4"), joined("5+6+7+8+9"));
        assertThat(outcomes.get(4)).isEqualTo(joined("0+1+2+3+4"));
        assertThat(outcomes.get(9)).isEqualTo(joined("5+6+7+8+9"));
        assertThat(process.values()).containsExactly("0+1+2+3+4", "5+6+7+8+9");
        assertThat(node.state("k")).isEqualTo("open 10+11");
    }

    private static String[] twelveOf(String key) {
        return IntStream.range(0, 12).mapToObj(i -> key + ":" + i).toArray(String[]::new);
    }

    @Test
    void handOversOfDifferentKeysOverlap() throws Exception {
        Node node = node(whole(2));
        CyclicBarrier all = new CyclicBarrier(3);
        process.does((value, handOver) -> all.await());

        atOnce(Stream.of("1:a", "1:b", "2:a", "2:b", "3:a", "3:b")
                .map(message -> (Runnable) () -> node.accept(message))
                .toList());

        assertThat(process.calls().stream().map(Call::key)).containsExactlyInAnyOrder("1", "2", "3");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aSlowHandOverDelaysNoOtherMessage() throws Exception {
        Node node = node(whole(1));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        process.doesOnce((value, handOver) -> {
            begun.countDown();
            end.await();
        });

        Future<?> slow = inBackground(() -> node.accept("slow:a"));
        begun.await();
        for (int i = 0; i < 1_000; i++) { // more keys than anybody has locks
            assertThat(node.accept(i + ":a")).isEqualTo(joined("a"));
        }
        assertThat(node.accept("slow:b")).isEqualTo(joined("b"));
        assertThat(slow).isNotDone();

        end.countDown();
        slow.get();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void noMessageIsLostWhenManyThreadsAndNodesFeedOneKey() throws Exception {
        JoinSpec.Builder<Message, String, String, String, String> spec = whole(200);
        List<Node> nodes = List.of(node(spec), node(spec));
        List<Runnable> feeders = new ArrayList<>();
        for (int feeder = 0; feeder < 4; feeder++) {
            int first = feeder * 100;
            feeders.add(() -> IntStream.range(first, first + 100)
                    .forEach(i -> nodes.get(i % 2).accept("k:" + i)));
        }

        atOnce(feeders);

        assertThat(process.values().stream()
                        .flatMap(value -> Stream.of(value.split("\\+")))
                        .map(Integer::valueOf))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 400).boxed().toList());
        assertThat(process.calls()).hasSize(2);
        assertThat(nodes.get(0).isEmpty()).isTrue();
    }

    @Test
    void namespacesDoNotSeeEachOther() {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(2).expireAfter(SECOND).onExpired(expired);
        Node orders = node(spec, open("-orders", KeyCodec.string(), Codec.string()));
        Node refunds = node(spec, open("-refunds", KeyCodec.string(), Codec.string()));

        orders.accept("k:a");
        assertThat(refunds.accept("k:x")).isEqualTo(incomplete());
        assertThat(refunds.accept("k:y")).isEqualTo(joined("x+y"));
        clock.advance(MINUTE);

        assertThat(refunds.sweep()).isEqualTo("nothing");
        assertThat(refunds.isEmpty()).isTrue();
        assertThat(orders.state("k")).isEqualTo("open a");
        assertThat(orders.sweep()).isEqualTo("expired 1");
    }

    @Test
    void theMergedValueIsTheResultUnlessSomebodyProcessesIt() {
        Joiner<Message, String> joiner = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<String>mergedBy((part, pending) -> part.mergeInto(pending))
                        .sufficientWhen(value -> true),
                store());

        assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("a"));
    }

    @Test
    void nothingMayComeOfProcessing() {
        Joiner<Message, Void> joiner = joiner(bare(1).process(value -> null), store());

        assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(new Outcome.Joined<>(null, true));
    }

    @Test
    void whatOnIncompleteThrowsComesAfterTheWrite() {
        IllegalStateException thrown = new IllegalStateException("from onIncomplete");
        Node node = node(bare(2).onIncomplete(value -> {
            throw thrown;
        }));

        assertThatThrownBy(() -> node.accept("k:a")).isSameAs(thrown);
        assertThat(node.accept("k:b")).isEqualTo(joined("a+b"));
    }

    @Test
    void aClosedJoinerRefusesEverything() {
        Node node = node(whole(2));
        node.accept("k:a");

        node.close();
        node.close();

        assertThat(Stream.<ThrowingCallable>of(
                        () -> node.accept("k:b"),
                        () -> node.acceptAll("k:b"),
                        node::sweep,
                        () -> node.release("k"),
                        () -> node.drop("k"),
                        () -> node.joiner().find("k"),
                        () -> node.joiner().reexamine(),
                        () -> node.joiner().counts()))
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed"));
        assertThat(incomplete).containsExactly("a");
    }
}
