package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import dev.joiner.spi.Versioned;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RefusedKeyTest {

    /** A key whose text is too long is noticed by a store that looks into its cache for it. */
    @Test
    void keyThatTheStoreRefusesFailsItsPartOfABatchAlone() {
        var config = JoinStoreConfig.of("test", KeyCodec.<Integer>of("x"::repeat, String::length), Codec.string());
        var store = new MapStore<>(config, new TreeMap<>()) {
            @Override
            public Versioned<String> guess(Integer key) {
                return find(key);
            }
        };
        var spec = JoinSpec.joining(Integer.class)
                .keyedBy(length -> length)
                .<String>mergedBy((length, pending) -> length + " bytes")
                .sufficientWhen(value -> true)
                .build();
        List<Outcome<String>> outcomes = Joiner.create(spec, store).acceptAll(List.of(500, 501, 499, 501));

        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Joined<>("500 bytes", true));
        assertThat(outcomes.get(2)).isEqualTo(new Outcome.Joined<>("499 bytes", true));
        assertThat(List.of(outcomes.get(1), outcomes.get(3)))
                .allSatisfy(outcome -> assertThat(((Outcome.Failed<String>) outcome).cause())
                        .isInstanceOf(InvalidMessageException.class)
                        .hasMessageContaining("501 bytes"));
    }
}
