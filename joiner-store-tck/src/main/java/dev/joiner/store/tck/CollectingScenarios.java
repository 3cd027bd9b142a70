package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.Collected;
import dev.joiner.HandOver;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.ValueTooLargeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Joins that keep the parts of their messages beside a value that stays small: here, the first and the last part. */
abstract class CollectingScenarios extends Scenarios {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<Collected<String, String>> given = new CopyOnWriteArrayList<>();

    CollectingScenarios(Stores stores) {
        super(stores);
    }

    private JoinSpec.Builder<Message, String, String, Collected<String, String>, String> collecting(int parts) {
        return collecting(parts, Codec.string());
    }

    private JoinSpec.Builder<Message, String, String, Collected<String, String>, String> collecting(
            int parts, Codec<String> codec) {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy(this::ends)
                .collecting(message -> message.text().equals("none") ? null : message.text(), codec)
                .sufficientWhen((ends, count) -> count >= parts)
                .process(this::receive);
    }

    /** Of {@code "a-b"} and c it makes {@code "a-c"}. */
    private String ends(Message message, String pending) {
        return pending == null ? message.text() : pending.split("-", -1)[0] + "-" + message.text();
    }

    private String receive(Collected<String, String> collected, HandOver<String> handOver) throws Exception {
        given.add(collected);
        String parts = String.join("+", collected);
        seen.add(handOver.cause() + " " + collected.value() + ": " + parts);
        process.receive(parts, handOver);
        return parts;
    }

    private KeyedJoiner<Message, String, String, String> joinerOf(
            JoinSpec.Builder<Message, String, String, Collected<String, String>, String> spec) {
        return joiner(spec, store());
    }

    private static List<Outcome<String>> acceptEach(
            KeyedJoiner<Message, String, String, String> joiner, String... messages) {
        List<Outcome<String>> outcomes = new ArrayList<>();
        for (String message : messages) {
            outcomes.add(joiner.accept(Message.of(message)));
        }
        return outcomes;
    }

    private static List<String> partsOf(PendingJoin<String, String> join) {
        List<String> parts = new ArrayList<>();
        join.collected().orElseThrow().forEach(part -> parts.add((String) part));
        return parts;
    }

    @Test
    void partsReachTheHandlerInTheOrderOfTheirArrivalBesideTheValue() {
        KeyedJoiner<Message, String, String, String> one = joinerOf(collecting(4));
        KeyedJoiner<Message, String, String, String> other = joinerOf(collecting(4));

        acceptEach(one, "k:a", "l:x");
        acceptEach(other, "k:b", "k:c");

        assertThat(one.find("k").get(0).parts()).isEqualTo(3);
        assertThat(one.accept(Message.of("k:a"))).isEqualTo(joined("a+b+c+a"));
        assertThat(seen).containsExactly("COMPLETE a-a: a+b+c+a");
        assertThat(one.find("k")).isEmpty();
        assertThat(one.find("l")).hasSize(1);
    }

    @Test
    void aPartWithAnIdCountsOnceInItsJoinAndAgainInTheNext() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(2).identifiedBy(Message::text));

        assertThat(acceptEach(joiner, "k:payment", "k:payment", "k:stock", "k:payment", "k:stock"))
                .containsExactly(
                        incomplete(), duplicate(), joined("payment+stock"), incomplete(), joined("payment+stock"));
    }

    @Test
    void aPartThatIsRedeliveredAfterItsHandOverIsADuplicateAsLongAsIdsAreKept() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(2).identifiedBy(Message::text, HOUR));
        acceptEach(joiner, "k:a", "k:b");

        assertThat(acceptEach(joiner, "k:a", "k:b", "k:c")).containsExactly(duplicate(), duplicate(), incomplete());

        clock.advance(HOUR);
        assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("c+a"));
    }

    @Test
    void aMessageOfAClosedKeyIsADuplicateIfItsPartWasCollectedAndLateOtherwise() {
        JoinSpec.Builder<Message, String, String, Collected<String, String>, String> spec =
                collecting(2).identifiedBy(Message::text).rememberFor(HOUR);
        acceptEach(joinerOf(spec), "k:a", "k:b");
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(spec);

        assertThat(acceptEach(joiner, "k:a", "k:c", "k:b")).containsExactly(duplicate(), late(), duplicate());
        assertThat(joiner.acceptAll(Message.of("k:b", "k:c", "k:a"))).containsExactly(duplicate(), late(), duplicate());
    }

    @Test
    void aRedeliveryThatCouldNotBeMergedIsADuplicateAllTheSame() {
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(collecting(9)
                .identifiedBy(Message::text)
                .collectAtMost(2)
                .expireAfter(HOUR)
                .onExpired((collected, handOver) -> {}));
        acceptEach(joiner, "k:a", "k:b");

        assertThat(acceptEach(joiner, "k:a", "k:b")).containsExactly(duplicate(), duplicate());
        List<Outcome<String>> outcomes = joiner.acceptAll(Message.of("k:b", "k:c", "k:a"));
        assertThat(List.of(outcomes.get(0), outcomes.get(2))).containsExactly(duplicate(), duplicate());
        assertFailed(outcomes.get(1)).isInstanceOf(ValueTooLargeException.class);
    }

    private static List<Message> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> Message.of("k:" + i)).toList();
    }

    @Test
    void aLargeJoinIsHandedOverInOrderAndLeavesNothingBehind() {
        int parts = 2_500;
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(parts).identifiedBy(Message::text));
        for (int i = 0; i < parts; i += 500) {
            joiner.acceptAll(numbered(Math.max(0, i - 10), i + 500)); // ten of each batch come again
        }

        assertThat(seen)
                .containsExactly("COMPLETE 0-2499: "
                        + IntStream.range(0, parts).mapToObj(String::valueOf).collect(Collectors.joining("+")));
        assertThat(joiner.accept(Message.of("k:0"))).as("of the next join").isEqualTo(incomplete());
        joiner.sweep();
        assertThat(partsOf(joiner.find("k").get(0))).containsExactly("0");
        joiner.drop("k");
        assertThat(store().find("k")).isNull();
    }

    @Test
    void idsOfALargeJoinAreKeptWithoutItsPartsAndForgottenInTime() {
        int parts = 1_500;
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(parts).identifiedBy(Message::text, HOUR));
        joiner.acceptAll(numbered(0, 700));
        joiner.acceptAll(numbered(700, parts));
        assertThat(seen).hasSize(1);

        assertThat(joiner.accept(Message.of("k:1499"))).isEqualTo(duplicate());
        joiner.sweep();
        assertThat(joiner.find("k").get(0).ids()).isEqualTo(parts);
        assertThat(acceptEach(joiner, "k:0", "k:1499")).containsExactly(duplicate(), duplicate());

        clock.advance(HOUR);
        assertThat(joiner.accept(Message.of("k:0"))).isEqualTo(incomplete());
        joiner.sweep();
        joiner.drop("k");
        clock.advance(HOUR);
        joiner.sweep();
        assertThat(store().find("k")).isNull();
    }

    @Test
    void eachJoinOfABatchHasItsOwnParts() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(3).identifiedBy(Message::text));

        List<Outcome<String>> outcomes =
                joiner.acceptAll(Message.of("k:a", "k:b", "l:x", "k:b", "k:c", "k:d", "k:e", "l:y", "k:f", "k:g"));

        assertThat(outcomes.get(3)).isEqualTo(duplicate());
        assertThat(outcomes.get(4)).isEqualTo(joined("a+b+c"));
        assertThat(outcomes.get(8)).isEqualTo(joined("d+e+f"));
        assertThat(seen).containsExactly("COMPLETE a-c: a+b+c", "COMPLETE d-f: d+e+f");
        assertThat(partsOf(joiner.find("k").get(0))).containsExactly("g");
        assertThat(partsOf(joiner.find("l").get(0))).containsExactly("x", "y");
    }

    /** Both nodes have read the key when the one writes. */
    @Test
    void whatTwoNodesCollectAtOnceIsAllThereOnce() {
        KeyedJoiner<Message, String, String, String> other =
                joinerOf(collecting(4).identifiedBy(Message::text));
        KeyedJoiner<Message, String, String, String> one = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<String>mergedBy((message, pending) -> {
                            if (message.text().equals("b") && seen.isEmpty()) {
                                seen.add("meanwhile");
                                acceptEach(other, "k:c", "k:d");
                            }
                            return ends(message, pending);
                        })
                        .collecting(Message::text, Codec.string())
                        .sufficientWhen((ends, count) -> count >= 4)
                        .process(this::receive)
                        .identifiedBy(Message::text),
                store());

        assertThat(acceptEach(one, "k:a", "k:b")).containsExactly(incomplete(), joined("a+c+d+b"));
        assertThat(seen).containsExactly("meanwhile", "COMPLETE a-b: a+c+d+b");
    }

    @Test
    void aJoinThatFailsHasItsPartsAtEachAttempt() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(2).identifiedBy(Message::text));
        process.fails();
        joiner.accept(Message.of("k:a"));
        assertHandOverFails("k", 1, () -> joiner.accept(Message.of("k:b")));
        assertThat(partsOf(joiner.find("k").get(0))).containsExactly("a", "b");
        assertHandOverFails("k", 2, () -> joiner.accept(Message.of("k:a")));
        process.recovers();
        clock.advance(MINUTE);

        assertThat(Node.text(joiner.sweep())).isEqualTo("joined 1");
        assertThat(seen).hasSize(3).containsOnly("COMPLETE a-b: a+b");
    }

    /** A join that failed has its parts, and what comes then is of the next. */
    @Test
    void withoutIdsNoMessageGoesIntoAJoinThatFailed() {
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(collecting(2));
        process.failsOnce();
        joiner.accept(Message.of("k:a"));
        assertHandOverFails("k", 1, () -> joiner.accept(Message.of("k:b")));

        assertThat(acceptEach(joiner, "k:c", "k:d")).containsExactly(incomplete(), joined("c+d"));
        clock.advance(SECOND);
        assertThat(Node.text(joiner.sweep())).isEqualTo("joined 1");
        assertThat(seen).containsExactly("COMPLETE a-b: a+b", "COMPLETE c-d: c+d", "COMPLETE a-b: a+b");
    }

    @Test
    void handlersOfWhatExpiresAndOfWhatIsPoisonedGetThePartsToo() {
        List<String> received = new ArrayList<>();
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(collecting(2)
                .identifiedBy(Message::text)
                .expireAfter(MINUTE)
                .onExpired((collected, handOver) -> received.add("expired " + collected.toList()))
                .retry(1)
                .onPoisoned((collected, handOver) -> received.add("poisoned " + collected.toList())));
        process.fails();
        acceptEach(joiner, "k:a");
        clock.advance(MINUTE);
        joiner.sweep();
        acceptEach(joiner, "k:b");
        assertHandOverFails("k", 1, () -> joiner.accept(Message.of("k:c")));

        assertThat(received).containsExactly("expired [a]", "poisoned [b, c]");
        assertThat(joiner.find("k")).isEmpty();
    }

    @Test
    void whatIsReleasedOrDroppedHasItsParts() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(3).identifiedBy(Message::text));
        acceptEach(joiner, "k:a", "k:b", "l:x", "l:y");

        assertThat(joiner.release("k")).containsExactly(joined("a+b"));
        assertThat(seen).containsExactly("FORCED a-b: a+b");
        List<PendingJoin<String, String>> dropped = joiner.drop("l");
        assertThat(dropped).hasSize(1);
        assertThat(partsOf(dropped.get(0))).containsExactly("x", "y");
        assertThat(joiner.find("l")).isEmpty();
    }

    /** Its handlers would not see them, and it knows none of their ids. */
    @Test
    void aSpecWithoutCollectingDoesNotTouchJoinsThatHaveParts() {
        acceptEach(joinerOf(collecting(9).identifiedBy(Message::text)), "k:a", "k:b");
        KeyedJoiner<Message, String, String, String> without = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<String>mergedBy(this::ends)
                        .sufficientWhen(ends -> ends.endsWith("-c"))
                        .identifiedBy(Message::text)
                        .expireAfter(HOUR)
                        .joinOnExpiry()
                        .process((ends, handOver) -> seen.add(ends) ? ends : ""),
                store());

        for (ThrowingCallable touch : List.<ThrowingCallable>of(
                () -> without.accept(Message.of("k:a")),
                () -> without.accept(Message.of("k:c")),
                () -> without.release("k"),
                () -> without.drop("k"))) {
            assertThatExceptionOfType(CodecException.class)
                    .isThrownBy(touch)
                    .withMessageStartingWith("key \"k\": ")
                    .withMessageContaining("collected 2 parts")
                    .withMessageEndingWith("without collecting");
        }
        List<Outcome<String>> outcomes = without.acceptAll(Message.of("k:c", "l:a"));
        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failed.class);
        assertThat(outcomes.get(1)).isEqualTo(incomplete());
        assertThat(without.reexamine().failed()).isEqualTo(1);
        assertThat(seen).isEmpty();
        assertThat(joinerOf(collecting(9).identifiedBy(Message::text)).release("k"))
                .containsExactly(joined("a+b"));
    }

    /** The first message is in the value alone. */
    @Test
    void aSpecThatBeginsToCollectHasThePartsThatCameSince() {
        KeyedJoiner<Message, String, String, String> without = joiner(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<String>mergedBy(this::ends)
                        .sufficientWhen(ends -> false),
                store());
        without.accept(Message.of("k:a"));

        assertThat(acceptEach(joinerOf(collecting(3)), "k:b", "k:c")).containsExactly(incomplete(), joined("b+c"));
        assertThat(seen).containsExactly("COMPLETE a-c: b+c");
    }

    @Test
    void aSweepCountsAMemoryOfIdsOnceWhenItEnds() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(2).identifiedBy(Message::text, HOUR));
        acceptEach(joiner, "k:a", "k:b");
        joiner.sweep();
        clock.advance(HOUR);

        assertThat(joiner.sweep().ended()).isEqualTo(1);
        assertThat(joiner.sweep().ended()).isZero();
        assertThat(joiner.find("k")).isEmpty();
    }

    @Test
    void aSpecThatAsksForLessFindsTheParts() {
        acceptEach(joinerOf(collecting(3)), "k:a", "k:b", "l:x");
        KeyedJoiner<Message, String, String, String> lenient = joinerOf(collecting(2));

        assertThat(Node.text(lenient.reexamine())).isEqualTo("joined 1");
        assertThat(seen).containsExactly("COMPLETE a-b: a+b");
    }

    @Test
    void partsCanBeReadAgainAndNotAfterTheHandOver() {
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(collecting(2));
        process.does((parts, handOver) -> {
            Collected<String, String> collected = given.get(given.size() - 1);
            assertThat(collected.size()).isEqualTo(2);
            assertThat(collected.toList())
                    .isEqualTo(collected.stream().toList())
                    .containsExactly("a", "b");
        });
        acceptEach(joiner, "k:a", "k:b");
        Collected<String, String> late = given.get(0);

        assertThat(late.value()).isEqualTo("a-b");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(late::iterator)
                .withMessageContainingAll("\"k\"", "has ended");
    }

    @Test
    void anIteratorEndsWithItsHandOverAndNotWithTheParts() {
        List<Iterator<String>> begun = new ArrayList<>();
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(collecting(2));
        process.does((parts, handOver) -> begun.add(given.get(0).iterator()));
        acceptEach(joiner, "k:a", "k:b");

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> begun.get(0).hasNext());
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> begun.get(0).next());
    }

    @Test
    void aMessageWithoutAPartFailsAlone() {
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(collecting(3));

        assertThatExceptionOfType(InvalidMessageException.class)
                .isThrownBy(() -> joiner.accept(Message.of("k:none")))
                .withMessage("Message: collecting returned null for key \"k\", the message has no part");
        List<Outcome<String>> outcomes = joiner.acceptAll(Message.of("k:a", "k:none", "k:b", "k:c"));

        assertFailed(outcomes.get(1)).isInstanceOf(InvalidMessageException.class);
        assertThat(outcomes.get(3)).isEqualTo(joined("a+b+c"));
    }

    @Test
    void aPartThatItsCodecCannotWriteOrReadFailsAlone() {
        Codec<String> codec = Codec.ofText(
                text -> {
                    if (text.equals("unwritable")) {
                        throw new IllegalStateException("no");
                    }
                    return text.equals("changed") ? "other" : text;
                },
                text -> text);
        KeyedJoiner<Message, String, String, String> joiner = joinerOf(collecting(2, codec));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> joiner.accept(Message.of("k:changed")))
                .withMessageContainingAll("\"k\"", "a part cannot be written", "the part")
                .satisfies(e -> assertThat(e.isSafe()).isFalse());
        List<Outcome<String>> outcomes = joiner.acceptAll(Message.of("k:a", "k:unwritable", "k:b"));

        assertFailed(outcomes.get(1)).isInstanceOf(CodecException.class).hasMessageContaining("no");
        assertThat(outcomes.get(2)).isEqualTo(joined("a+b"));
    }

    @Test
    void aPartBeyondTheLimitIsRefusedAndSaysWhichJoinHowManyAndWhichLimit() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(9).collectAtMost(3, 10).expireAfter(MINUTE).onExpired(this::receive));
        acceptEach(joiner, "k:a", "k:b", "l:123456");

        assertThatExceptionOfType(ValueTooLargeException.class)
                .isThrownBy(() -> joiner.accept(Message.of("l:78901")))
                .withMessage("key \"l\": the join would collect 11 bytes, collectAtMost allows 10")
                .satisfies(e -> assertThat(e.isSafe()).isFalse());
        List<Outcome<String>> outcomes = joiner.acceptAll(Message.of("k:c", "k:d", "l:7890"));

        assertThat(outcomes.get(0)).isEqualTo(incomplete());
        assertFailed(outcomes.get(1))
                .isInstanceOf(ValueTooLargeException.class)
                .hasMessage("key \"k\": the join would collect 4 parts, collectAtMost allows 3");
        assertThat(outcomes.get(2)).isEqualTo(incomplete());
        clock.advance(MINUTE);
        assertThat(Node.text(joiner.sweep())).isEqualTo("expired 2");
        assertThat(seen).containsExactlyInAnyOrder("EXPIRED a-c: a+b+c", "EXPIRED 123456-7890: 123456+7890");
    }

    @Test
    void peopleSeeTheNumberOfPartsAndEachOfThem() {
        KeyedJoiner<Message, String, String, String> joiner =
                joinerOf(collecting(9).rememberFor(HOUR).identifiedBy(Message::text));
        acceptEach(joiner, "k:a", "k:b");

        PendingJoin<String, String> join = joiner.pending(10).joins().get(0);
        assertThat(join.parts()).isEqualTo(2);
        assertThat(join.value()).contains("a-b");
        assertThat(partsOf(join)).containsExactly("a", "b");
        assertThat(join.toString()).doesNotContain("[a, b]");
        joiner.release("k");
        PendingJoin<String, String> ended = joiner.find("k").get(0);
        assertThat(ended.collected()).isEmpty();
        assertThat(ended.parts()).isEqualTo(2);
        assertThat(ended.cause()).contains(Cause.FORCED);
    }

    /** Bytes of any kind, and none at all. */
    @Test
    void partsComeBackByteForByte() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        List<byte[]> parts = List.of(all, new byte[0], all, new byte[] {0});
        List<byte[]> read = new ArrayList<>();
        KeyedJoiner<Integer, String, String, Integer> joiner = joiner(
                JoinSpec.joining(Integer.class)
                        .keyedBy(index -> "k")
                        .<String>mergedBy((index, pending) -> Objects.requireNonNullElse(pending, ""))
                        .collecting(parts::get, Codec.bytes())
                        .sufficientWhen((value, count) -> count == parts.size())
                        .process(collected -> {
                            collected.forEach(read::add);
                            return collected.size();
                        }),
                store());

        joiner.accept(0);
        joiner.accept(1);
        joiner.acceptAll(List.of(2, 3));

        assertThat(read).usingElementComparator(Arrays::compare).isEqualTo(parts);
    }
}
