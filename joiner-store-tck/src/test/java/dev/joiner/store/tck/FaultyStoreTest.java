package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.memory.MapJoinStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultyStoreTest {
    private final JoinStore<String, String> shared = MapJoinStore.create();
    private final List<String> processed = new ArrayList<>();

    private Joiner<String, String> node(JoinStore<String, String> store) {
        return Joiner.create(
                JoinSpec.<String>keyedBy(message -> "k")
                        .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                        .sufficientWhen(word -> word.length() == 3)
                        .process(word -> {
                            processed.add(word);
                            return word;
                        })
                        .build(),
                store);
    }

    @Test
    void anotherNodeMayComeBetweenReadAndWrite() {
        FaultyStore<String, String> store = new FaultyStore<>(shared);
        Joiner<String, String> slow = node(store);
        Joiner<String, String> quick = node(shared);
        slow.accept("a");
        store.beforeNextWrite(() -> quick.accept("b"));

        assertThat(slow.accept("c")).isEqualTo(new Outcome.Joined<>("abc", true));
    }

    @Test
    void anotherNodeMayComeBetweenWriteAndAnswer() {
        FaultyStore<String, String> store = new FaultyStore<>(shared);
        Joiner<String, String> slow = node(store);
        Joiner<String, String> quick = node(shared);
        slow.accept("a");
        List<Outcome<String>> between = new ArrayList<>();
        store.afterNextWrite(() -> {
            between.add(quick.accept("c"));
            between.add(quick.accept("d"));
        });

        assertThat(slow.accept("b")).isEqualTo(new Outcome.Incomplete<>());

        assertThat(between).containsExactly(new Outcome.Joined<>("abc", true), new Outcome.Incomplete<>());
        assertThat(processed).containsExactly("abc");
    }
}
