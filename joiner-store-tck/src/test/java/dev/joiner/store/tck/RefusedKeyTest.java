package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.spi.Versioned;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusedKeyTest {

    /** A key whose text is too long is noticed by a store that looks into its cache for it. */
    @Test
    void keyThatTheStoreRefusesFailsItsPartOfABatchAlone() {
        var store = new BrokenStoresTest.Delegating<String>() {
            @Override
            public Versioned<String> guess(Object key) {
                if (key.equals("b")) {
                    throw new IllegalArgumentException("key refused");
                }
                return find(key);
            }
        };
        var spec = JoinSpec.<String>keyedBy(message -> message.substring(0, 1))
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true)
                .build();
        List<Outcome<String>> outcomes = Joiner.create(spec, store).acceptAll(List.of("a1", "b1", "c1", "b2"));

        assertThat(outcomes.get(0)).isEqualTo(new Outcome.Joined<>("a1", true));
        assertThat(outcomes.get(2)).isEqualTo(new Outcome.Joined<>("c1", true));
        assertThat(List.of(outcomes.get(1), outcomes.get(3)))
                .allSatisfy(outcome ->
                        assertThat(((Outcome.Failed<String>) outcome).cause()).hasMessage("key refused"));
    }
}
