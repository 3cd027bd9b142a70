package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Sweeper;
import dev.joiner.store.memory.MapJoinStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The first lines of the README, run. */
class ReadmeExampleTest {

    // snippet:readme-thing
    record Thing(UUID id, @Nullable String one, @Nullable String two) {

        static Thing merge(Thing message, @Nullable Thing pending) {
            return pending == null
                    ? message
                    : new Thing(
                            message.id,
                            message.one != null ? message.one : pending.one,
                            message.two != null ? message.two : pending.two);
        }

        boolean whole() {
            return one != null && two != null;
        }
    }
    // end:readme-thing

    record Receipt(UUID id) {}

    private final List<Thing> inserted = new ArrayList<>();
    private final List<Thing> deadLetters = new ArrayList<>();

    private Receipt insert(Thing thing) {
        inserted.add(thing);
        return new Receipt(thing.id());
    }

    @SuppressWarnings("try") // the sweeper works by being open
    private void run(List<Thing> consumer) {
        // snippet:readme-join
        var spec = JoinSpec.<Thing>keyedBy(Thing::id)
                .mergedBy(Thing::merge)
                .sufficientWhen(Thing::whole)
                .expireAfter(Duration.ofMinutes(10))
                .onExpired((thing, handOver) -> deadLetters.add(thing))
                .process(this::insert)
                .build();

        try (Joiner<Thing, Receipt> joiner = Joiner.create(spec, MapJoinStore.create());
                Sweeper sweeper = Sweeper.start(joiner, Duration.ofSeconds(1))) {
            for (Thing thing : consumer) {
                joiner.accept(thing);
            }
        }
        // end:readme-join
    }

    @Test
    void halvesAreJoined() {
        UUID first = new UUID(0, 1);
        UUID second = new UUID(0, 2);
        UUID third = new UUID(0, 3);

        run(List.of(
                new Thing(first, "1", null),
                new Thing(second, null, "b"),
                new Thing(third, "x", null),
                new Thing(first, null, "2"),
                new Thing(second, "a", null)));

        assertThat(inserted).containsExactly(new Thing(first, "1", "2"), new Thing(second, "a", "b"));
        assertThat(deadLetters).isEmpty();
    }
}
