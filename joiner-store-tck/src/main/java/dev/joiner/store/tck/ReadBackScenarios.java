package dev.joiner.store.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.JoinSpec;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Keys and values that do not come back from their codecs: they are refused at the first write, not met at the second. A store
 * that keeps objects as they are has no need.
 */
abstract class ReadBackScenarios extends Scenarios {

    ReadBackScenarios(Stores stores) {
        super(stores);
    }

    /** A value with a part of any class. */
    private record Pair(String left, Object right) {}

    /** As documents without a schema do it: what was a number is a text when it is read. */
    private static final Codec<Pair> SCHEMALESS =
            Codec.of(pair -> (pair.left() + "|" + pair.right()).getBytes(UTF_8), bytes -> {
                String[] parts = new String(bytes, UTF_8).split("\\|", 2);
                return new Pair(parts[0], parts[1]);
            });

    private static JoinSpec.Builder<Pair, String, Pair, Pair, Pair> pairs() {
        return JoinSpec.joining(Pair.class)
                .keyedBy(Pair::left)
                .<Pair>mergedBy((message, pending) -> message)
                .sufficientWhen(pair -> false);
    }

    @Test
    void aValueThatDoesNotComeBackIsRefusedAndTheMessageSaysWhatDiffers() {
        assumeThatItKeepsBytes();
        var joiner = joiner(pairs(), open("", KeyCodec.string(), SCHEMALESS));

        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> joiner.accept(new Pair("k", 7)))
                .withMessageContainingAll("\"k\"", "value.right", "java.lang.Integer", "java.lang.String")
                .satisfies(e -> assertThat(e.isSafe()).isFalse());
        assertThat(joiner.find("k")).isEmpty();
        assertThat(joiner.accept(new Pair("k", "7"))).isEqualTo(new Outcome.Incomplete<>());
    }

    @Test
    void oneOfABatchIsRefusedAlone() {
        assumeThatItKeepsBytes();
        var joiner = joiner(pairs(), open("", KeyCodec.string(), SCHEMALESS));

        List<Outcome<Pair>> outcomes =
                joiner.acceptAll(List.of(new Pair("k", "a"), new Pair("l", 7), new Pair("m", "c"), new Pair("k", 7)));

        assertThat(List.of(outcomes.get(0), outcomes.get(2))).containsOnly(new Outcome.Incomplete<>());
        for (int i : new int[] {1, 3}) {
            assertThat(((Outcome.Failed<Pair>) outcomes.get(i)).cause())
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("java.lang.Integer");
        }
        assertThat(joiner.find("k").get(0).value()).contains(new Pair("k", "a"));
        assertThat(joiner.find("l")).isEmpty();
        assertThat(joiner.counts().waiting()).isEqualTo(2);
    }

    private record Key(String first, String second) {}

    /** Two keys with one text would be one join. */
    @Test
    void aKeyThatDoesNotComeBackIsRefused() {
        assumeThatItKeepsBytes();
        KeyCodec<Key> joinedByColon = KeyCodec.of(key -> key.first() + ":" + key.second(), text -> {
            int colon = text.indexOf(':');
            return new Key(text.substring(0, colon), text.substring(colon + 1));
        });
        var joiner = joiner(
                JoinSpec.joining(Key.class)
                        .keyedBy(key -> key)
                        .<String>mergedBy((key, pending) -> pending == null ? "1" : pending + "+1")
                        .sufficientWhen(value -> Message.parts(value) == 2),
                open("", joinedByColon, Codec.string()));
        Key good = new Key("a", "b:c");
        Key bad = new Key("a:b", "c");

        assertThat(joiner.accept(good)).isEqualTo(incomplete());
        assertThatExceptionOfType(CodecException.class)
                .isThrownBy(() -> joiner.accept(bad))
                .withMessageContaining("a:b:c");
        List<Outcome<String>> outcomes = joiner.acceptAll(List.of(bad, good));
        assertFailed(outcomes.get(0)).isInstanceOf(CodecException.class);
        assertThat(outcomes.get(1)).isEqualTo(joined("1+1"));
        assertThat(joiner.counts().all()).isZero();
    }
}
