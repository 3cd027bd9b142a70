package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.Codec;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.spi.JoinStore;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which keys and ids there are, and which are told apart. */
abstract class KeyScenarios extends Scenarios {

    KeyScenarios(Stores stores) {
        super(stores);
    }

    /** Texts that no store could keep, and what is wrong with them. */
    static Stream<List<String>> texts() {
        return Stream.of(
                List.of("", "is empty"),
                List.of("x".repeat(501), "501 bytes"),
                List.of("\u00e9".repeat(251), "502 bytes"),
                List.of("\ud83d\ude00".repeat(126), "504 bytes"),
                List.of("a\0b", "U+0000"),
                List.of("\ud83d", "surrogate"),
                List.of("a\ude00b", "surrogate"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void keysThatNoStoreCouldKeepAreRefused(List<String> textAndProblem) {
        String key = textAndProblem.get(0);
        Node node = node(whole(1));

        assertThatThrownBy(() -> node.joiner().accept(new Message(key, "a")))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("the key ")
                .hasMessageContaining(textAndProblem.get(1));
        assertThat(Stream.<Runnable>of(() -> node.joiner().find(key), () -> node.release(key), () -> node.drop(key)))
                .allSatisfy(call -> assertThatThrownBy(call::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("the key ")
                        .hasMessageContaining(textAndProblem.get(1)));
        assertThat(process.calls()).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageWithoutKeyIsRefused() {
        Node node = node(whole(1));

        assertThatThrownBy(() -> node.joiner().accept(new Message(null, "a")))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("keyedBy");
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void nothingIsUnderAKeyThatIsNull() {
        Node node = node(whole(1));

        assertThat(Stream.<Runnable>of(() -> node.joiner().find(null), () -> node.release(null), () -> node.drop(null)))
                .allSatisfy(call -> assertThatThrownBy(call::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("the key is null"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void idsThatNoStoreCouldKeepAreRefused(List<String> textAndProblem) {
        Node node = node(whole(1).identifiedBy(Message::text));

        assertThatThrownBy(() -> node.joiner().accept(new Message("k", textAndProblem.get(0))))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining("the id (identifiedBy)")
                .hasMessageContaining(textAndProblem.get(1));
        assertThat(process.calls()).isEmpty();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aMessageThatIsNullIsRefused() {
        Node node = node(whole(1));

        assertThatThrownBy(() -> node.joiner().accept(null)).isInstanceOf(InvalidMessageException.class);
        List<Outcome<String>> outcomes = node.joiner().acceptAll(Arrays.asList(Message.of("k:a"), null));
        assertThat(outcomes.get(0)).isEqualTo(joined("a"));
        assertFailed(outcomes.get(1)).isInstanceOf(InvalidMessageException.class);
        assertThat(outcomes.get(1).isSafe()).isFalse();
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void keysThatLookAlikeStayApartAndComeBackEqual() {
        List<String> keys = List.of(
                "1",
                "01",
                "a",
                "A",
                " a",
                "a ",
                "a  ",
                "a\t",
                "a:b",
                "%",
                "_",
                "'",
                "\\",
                "{a}",
                "\u00e9",
                "e\u0301",
                "e",
                "\u00df",
                "ss",
                "i",
                "I",
                "\u0130",
                "\u0131",
                "\ud83d\ude00",
                "\ud83d\ude01",
                "x".repeat(500),
                "x".repeat(499) + "X",
                "\u00e9".repeat(250),
                "\ud83d\ude00".repeat(125));
        Node node = node(whole(2));

        keys.forEach(
                key -> assertThat(node.joiner().accept(new Message(key, "a"))).isEqualTo(incomplete()));
        assertThat(node.keys()).containsExactlyInAnyOrderElementsOf(keys);

        keys.forEach(
                key -> assertThat(node.joiner().accept(new Message(key, "b"))).isEqualTo(joined("a+b")));
        assertThat(process.calls().stream().map(Call::key)).containsExactlyElementsOf(keys);
        assertThat(node.isEmpty()).isTrue();
    }

    @Test
    void aTextAndANumberAreDifferentKeys() {
        KeyCodec<Object> textsAndNumbers = KeyCodec.of(
                key -> (key instanceof Long ? "number " : "text ") + key,
                text -> text.startsWith("number ") ? (Object) Long.valueOf(text.substring(7)) : text.substring(5));
        JoinStore<Object, String> store = open("", textsAndNumbers, Codec.string());
        Joiner<Object, String> joiner = joiner(ofTwo(Object.class), store);

        assertThat(Stream.of("1", 1L, 1L, "1").map(joiner::accept))
                .containsExactly(incomplete(), incomplete(), joined("1+1"), joined("1+1"));
        assertThat(store.size()).isZero();
    }

    @Test
    void keysComeBackAsTheObjectsThatTheyWere() {
        JoinStore<Long, String> store = open("", KeyCodec.longs(), Codec.string());
        KeyedJoiner<Long, Long, String, String> joiner = joiner(ofTwo(Long.class), store);

        joiner.accept(7L);
        joiner.accept(-7L);

        assertThat(store.scan(null, 10).entries())
                .extracting(JoinStore.Entry::key)
                .containsExactlyInAnyOrder(7L, -7L);
        assertThat(joiner.find(7L)).extracting(PendingJoin::key).containsExactly(7L);
        assertThat(joiner.drop(-7L)).hasSize(1);
        assertThat(joiner.release(7L)).containsExactly(new Outcome.Joined<>("7", true));
    }

    private static <M> JoinSpec.Builder<M, M, String, String, String> ofTwo(Class<M> messages) {
        return JoinSpec.joining(messages)
                .<M>keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> pending == null ? message.toString() : pending + "+" + message)
                .sufficientWhen(value -> Message.parts(value) == 2);
    }

    /** An id is compared as text. */
    @ParameterizedTest
    @CsvSource({"1, 2, false", "a, A, false", "a, 'a ', false", "1, 1, true"})
    void idsThatLookAlikeStayApart(String first, String second, boolean same) {
        Node node = node(whole(3).identifiedBy(Message::text));

        node.joiner().accept(new Message("k", first));

        assertThat(node.joiner().accept(new Message("k", second))).isEqualTo(same ? duplicate() : incomplete());
    }

    @Test
    void idsMayBeOfAnyClass() {
        Node node = node(whole(3).identifiedBy(message -> message.text().equals("a") ? (Object) 7 : "7"));

        assertThat(node.acceptEach("k:a", "k:b")).containsExactly(incomplete(), duplicate());
    }

    @Test
    void theSameIdCountsForEveryKey() {
        Node node = node(whole(2).identifiedBy(Message::text));

        assertThat(node.acceptEach("k:a", "l:a", "k:b", "l:b"))
                .containsExactly(incomplete(), incomplete(), joined("a+b"), joined("a+b"));
    }
}
