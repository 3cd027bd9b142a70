package dev.joiner.store.tck;

import static dev.joiner.Cause.COMPLETE;
import static dev.joiner.Cause.EXPIRED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Several joiners on one store, at the same time and one after the other. */
abstract class SeveralNodesScenarios extends Scenarios {

    SeveralNodesScenarios(Stores stores) {
        super(stores);
    }

    @Test
    void aJoinSurvivesItsJoiner() {
        Node first = node(whole(3));
        first.acceptEach("k:a", "k:b");
        first.close();

        Node second = node(whole(3));

        assertThat(second.accept("k:c")).isEqualTo(joined("a+b+c"));
        assertThat(process.calls()).containsExactly(Call.of("k:a+b+c", COMPLETE));
        assertThat(second.isEmpty()).isTrue();
    }

    @Test
    void partsMayComeToAnyNode() {
        Node first = node(whole(3));
        Node second = node(whole(3));

        assertThat(first.accept("k:a")).isEqualTo(incomplete());
        assertThat(second.accept("k:b")).isEqualTo(incomplete());
        assertThat(first.accept("k:c")).isEqualTo(joined("a+b+c"));
        assertThat(second.isEmpty()).isTrue();
    }

    @Test
    void aRestartKeepsTheRemainingTime() {
        Duration tenSeconds = Duration.ofSeconds(10);
        Node first = node(whole(2).expireAfter(tenSeconds).onExpired(expired));
        first.accept("k:a");
        clock.advance(Duration.ofSeconds(5));
        first.close();

        Node second = node(whole(2).expireAfter(tenSeconds).onExpired(expired));
        clock.advance(Duration.ofMillis(4_999));
        assertThat(second.sweep()).isEqualTo("nothing");
        clock.advance(MILLISECOND);
        assertThat(second.sweep()).isEqualTo("expired 1");

        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
    }

    @Test
    void nodesThatSweepAtTheSameMomentHandEachJoinOverOnce() throws Exception {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(2).expireAfter(SECOND).onExpired(expired);
        List<Node> nodes = List.of(node(spec), node(spec));
        List<String> keys =
                IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
        keys.forEach(key -> nodes.get(0).accept(key + ":a"));
        clock.advance(SECOND);
        AtomicInteger reported = new AtomicInteger();

        atOnce(nodes.stream()
                .map(node -> (Runnable)
                        () -> reported.addAndGet(node.joiner().sweep().expired()))
                .toList());

        assertThat(expired.calls().stream().map(Call::key)).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(reported).hasValue(1_000);
        assertThat(nodes.get(0).isEmpty()).isTrue();
    }

    /** One reads, another completes the join meanwhile, the first writes: into what is there now. */
    @Test
    void aStaleWriteIsRefused() {
        Node stale = node(whole(2));
        Node other = node(whole(2));
        other.accept("k:a");
        meanwhile(() -> assertThat(other.accept("k:b")).isEqualTo(joined("a+b")));

        assertThat(stale.accept("k:c")).isEqualTo(incomplete());
        assertThat(stale.state("k")).isEqualTo("open c");
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
    }

    /** As above, but the key looks just as it did when the first one read it. */
    @Test
    void aStaleWriteIsRefusedThoughAnEqualJoinIsThere() {
        FaultyStore<String, String> store = new FaultyStore<>(store());
        store.guessRight();
        Node stale = node(whole(3), store);
        Node other = node(whole(3));
        other.accept("k:a");
        meanwhile(() -> {
            assertThat(other.drop("k")).containsExactly("a");
            other.accept("k:a");
        });

        assertThat(stale.accept("k:b")).isEqualTo(incomplete());
        assertThat(store.roundTrips()).isEqualTo(2);
        assertThat(stale.state("k")).isEqualTo("open a+b");
    }

    @Test
    void nodesThatStartAKeyAtTheSameMomentStartOneJoin() {
        Node one = node(whole(2));
        Node other = node(whole(2));
        meanwhile(() -> assertThat(other.accept("k:b")).isEqualTo(incomplete()));

        assertThat(one.accept("k:a")).isEqualTo(joined("b+a"));
        assertThat(one.isEmpty()).isTrue();
    }

    @Test
    void nodesThatCompleteAJoinAtTheSameMomentHandItOverOnce() {
        Node one = node(whole(2));
        Node other = node(whole(2));
        one.accept("k:a");
        meanwhile(() -> assertThat(other.accept("k:b")).isEqualTo(joined("a+b")));

        assertThat(one.accept("k:b")).isEqualTo(incomplete());
        assertThat(process.calls()).containsExactly(Call.of("k:a+b", COMPLETE));
    }

    @Test
    void aMessageThatComesBetweenReadAndSweepCompletesTheJoin() {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(2).expireAfter(SECOND).onExpired(expired);
        FaultyStore<String, String> store = new FaultyStore<>(store());
        Node sweeping = node(spec, store);
        Node other = node(spec);
        other.accept("k:a");
        clock.advance(SECOND);
        store.beforeNextWrite(() -> assertThat(other.accept("k:b")).isEqualTo(joined("a+b")));

        assertThat(sweeping.sweep()).isEqualTo("nothing");
        assertThat(expired.calls()).isEmpty();
        assertThat(sweeping.isEmpty()).isTrue();
    }

    @Test
    void aSweepThatComesBetweenReadAndWriteIsNotUndone() {
        JoinSpec.Builder<Message, String, String, String, String> spec =
                whole(2).expireAfter(SECOND).onExpired(expired);
        Node one = node(spec);
        Node other = node(spec);
        one.accept("k:a");
        clock.advance(SECOND);
        meanwhile(() -> assertThat(other.sweep()).isEqualTo("expired 1"));

        assertThat(one.accept("k:b")).isEqualTo(incomplete());
        assertThat(one.state("k")).isEqualTo("open b");
        assertThat(expired.calls()).containsExactly(Call.of("k:a", EXPIRED));
    }

    @Test
    void aThousandMessagesOfOneJoinMoveNoMoreThanAThousandValues() {
        AtomicLong bytes = new AtomicLong();
        AtomicInteger merges = new AtomicInteger();
        Codec<Long> counting = counting(Codec.longs(), bytes);
        FaultyStore<String, Long> store = new FaultyStore<>(open("", KeyCodec.string(), counting));
        store.guessRight();
        Joiner<Message, Long> joiner = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<Long>mergedBy((message, pending) -> {
                            merges.incrementAndGet();
                            return pending == null ? 1 : pending + 1;
                        })
                        .sufficientWhen(count -> count == 1_000),
                store);

        for (int i = 1; i < 1_000; i++) {
            joiner.accept(Message.of("k:" + i));
        }
        assertThat(joiner.accept(Message.of("k:1000"))).isEqualTo(new Outcome.Joined<>(1_000L, true));

        assertThat(merges).hasValue(1_000);
        assertThat(store.roundTrips()).isEqualTo(1_001);
        assertThat(bytes.get()).isLessThanOrEqualTo(1_001 * 8 * 4); // encoded, and decoded for a guess or a witness
    }

    private static <T> Codec<T> counting(Codec<T> codec, AtomicLong bytes) {
        return Codec.of(
                value -> {
                    byte[] encoded = codec.encode(value);
                    bytes.addAndGet(encoded.length);
                    return encoded;
                },
                encoded -> {
                    bytes.addAndGet(encoded.length);
                    return codec.decode(encoded);
                });
    }

    /** A codec whose bytes differ each time must not look like somebody else's write. */
    @Test
    void aCodecNeedNotBeCanonical() throws Exception {
        AtomicInteger turn = new AtomicInteger();
        Codec<String> whimsical =
                Codec.of(value -> (turn.incrementAndGet() + "|" + value).getBytes(StandardCharsets.UTF_8), bytes -> {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    return text.substring(text.indexOf('|') + 1);
                });
        JoinSpec.Builder<Message, String, String, String, String> spec = whole(100);
        List<Node> nodes = Stream.generate(() -> node(spec, open("", KeyCodec.string(), whimsical)))
                .limit(2)
                .toList();

        atOnce(nodes.stream()
                .map(node -> (Runnable) () -> IntStream.range(0, 50).forEach(i -> node.accept("k:" + i)))
                .toList());

        assertThat(process.calls())
                .singleElement()
                .satisfies(call -> assertThat(call.parts()).isEqualTo(100));
        assertThat(nodes.get(0).isEmpty()).isTrue();
    }
}
