package dev.joiner.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.joiner.DefaultingStoreException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.spi.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * With default options and on one thread, a joiner does what its ancestor faust_joins does: merge into a table, and
 * process and remove what is sufficient. Unlike there, the first message is merged with null, not with itself.
 */
class AncestorParityTest {

    record Thing(UUID id, String one, String two) {
        static Thing merge(Thing message, Thing pending) {
            return pending == null
                    ? message
                    : new Thing(
                            message.id(),
                            message.one() != null ? message.one() : pending.one(),
                            message.two() != null ? message.two() : pending.two());
        }

        boolean bothThere() {
            return one != null && two != null;
        }
    }

    private static final UUID FISH = new UUID(0, 1);
    private static final UUID SAM = new UUID(0, 2);
    private static final Thing ONE_FISH = new Thing(FISH, "one fish", null);
    private static final Thing TWO_FISH = new Thing(FISH, null, "two fish");
    private static final Thing BOTH_FISH = new Thing(FISH, "one fish", "two fish");
    private static final Thing SAM_ONE = new Thing(SAM, "sam", null);
    private static final Thing I_AM = new Thing(SAM, null, "I am");

    private final MapJoinStore<UUID, Thing> table = MapJoinStore.create();
    private final List<Thing> insufficient = new ArrayList<>();
    private final List<Thing> processed = new ArrayList<>();

    private static JoinSpec.Builder<Thing, UUID, Thing, Thing, Thing> things() {
        return JoinSpec.joining(Thing.class)
                .keyedBy(Thing::id)
                .mergedBy(Thing::merge)
                .sufficientWhen(Thing::bothThere);
    }

    private <R> Joiner<Thing, R> joiner(JoinSpec.Builder<Thing, UUID, Thing, Thing, R> spec) {
        return Joiner.create(spec.onIncomplete(insufficient::add).build(), table);
    }

    @Test
    void thingsWaitInTheTableUntilBothPartsAreThere() {
        try (Joiner<Thing, Boolean> joiner = joiner(things().process(thing -> processed.add(thing)))) {
            assertThat(table.size()).isZero();

            joiner.accept(ONE_FISH);
            assertThat(table.size()).isEqualTo(1);

            joiner.accept(SAM_ONE);
            assertThat(table.size()).isEqualTo(2);

            joiner.accept(TWO_FISH);
            joiner.accept(I_AM);
            assertThat(table.size()).isZero();
        }
        assertThat(processed).containsExactly(BOTH_FISH, new Thing(SAM, "sam", "I am"));
        assertThat(insufficient).containsExactly(ONE_FISH, SAM_ONE);
    }

    @Test
    void aTableThatInventsValuesIsRefused() {
        ConcurrentHashMap<UUID, Versioned<Thing>> defaulting = new ConcurrentHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Versioned<Thing> get(Object unknown) {
                return Versioned.of(1, null);
            }
        };

        assertThatThrownBy(() -> MapJoinStore.on(defaulting)).isInstanceOf(DefaultingStoreException.class);
    }

    @Test
    void theResultIsWhatProcessReturns() {
        Joiner<Thing, String> joiner = joiner(things().process(thing -> thing.one() + ", " + thing.two()));
        joiner.accept(ONE_FISH);

        assertThat(joiner.accept(TWO_FISH)).isEqualTo(new Outcome.Joined<>("one fish, two fish", true));
    }

    @Test
    void withoutProcessTheResultIsTheMergedThing() {
        Joiner<Thing, Thing> joiner = joiner(things());

        assertThat(joiner.accept(ONE_FISH)).isEqualTo(new Outcome.Incomplete<>());
        assertThat(joiner.accept(TWO_FISH)).isEqualTo(new Outcome.Joined<>(BOTH_FISH, true));
    }

    @Test
    void nobodyNeedsToHearOfIncompleteThings() {
        Joiner<Thing, Thing> joiner = Joiner.create(things().build(), table);

        assertThat(joiner.accept(ONE_FISH)).isEqualTo(new Outcome.Incomplete<>());
    }

    @Test
    void theIncompleteHandlerIsGivenWhatIsMergedSoFar() {
        Joiner<Thing, Thing> joiner = joiner(things());
        joiner.accept(ONE_FISH);
        joiner.accept(new Thing(FISH, "red fish", null));

        assertThat(insufficient).containsExactly(ONE_FISH, new Thing(FISH, "red fish", null));
        assertThat(joiner.accept(TWO_FISH))
                .isEqualTo(new Outcome.Joined<>(new Thing(FISH, "red fish", "two fish"), true));
    }

    @Test
    void aThingMayBeWholeAtOnce() {
        Joiner<Thing, Thing> joiner = joiner(things());

        assertThat(joiner.accept(BOTH_FISH)).isEqualTo(new Outcome.Joined<>(BOTH_FISH, true));
        assertThat(insufficient).isEmpty();
        assertThat(table.size()).isZero();
    }

    @Test
    void aProcessedThingBeginsAnew() {
        Joiner<Thing, Thing> joiner = joiner(things());
        joiner.accept(ONE_FISH);
        joiner.accept(TWO_FISH);

        assertThat(joiner.accept(TWO_FISH)).isEqualTo(new Outcome.Incomplete<>());
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void aThingThatCouldNotBeProcessedStaysAndTheNextMessageIsMergedIntoIt() {
        Joiner<Thing, Boolean> joiner = joiner(things().process(thing -> {
            processed.add(thing);
            if (processed.size() == 1) {
                throw new IllegalStateException("no database");
            }
            return true;
        }));
        joiner.accept(ONE_FISH);

        assertThatThrownBy(() -> joiner.accept(TWO_FISH))
                .isInstanceOf(ProcessingException.class)
                .hasRootCauseMessage("no database");
        assertThat(table.size()).isEqualTo(1);

        assertThat(joiner.accept(new Thing(FISH, null, "blue fish"))).isEqualTo(new Outcome.Joined<>(true, true));
        assertThat(processed).containsExactly(BOTH_FISH, new Thing(FISH, "one fish", "blue fish"));
        assertThat(table.size()).isZero();
    }

    @Test
    void aMessageNeedNotBeOfTheTypeThatItIsMergedInto() {
        record Key(String first, int second) {}
        MapJoinStore<Key, Integer> sums = MapJoinStore.create();
        Joiner<String, Integer> joiner = Joiner.create(
                JoinSpec.joining(String.class)
                        .keyedBy(word -> new Key(word.substring(0, 1), word.length()))
                        .<Integer>mergedBy((word, pending) -> (pending == null ? 0 : pending) + word.length())
                        .sufficientWhen(sum -> sum >= 6)
                        .build(),
                sums);

        assertThat(joiner.accept("cat")).isEqualTo(new Outcome.Incomplete<>());
        assertThat(joiner.accept("hat")).isEqualTo(new Outcome.Incomplete<>());
        assertThat(joiner.accept("cow")).isEqualTo(new Outcome.Joined<>(6, true));
        assertThat(sums.size()).isEqualTo(1);
    }
}
