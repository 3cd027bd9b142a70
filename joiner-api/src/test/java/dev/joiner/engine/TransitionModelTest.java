package dev.joiner.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.spi.JoinState.Join;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random sequences of events, compared with what they should come to. */
class TransitionModelTest {
    private static final int SEQUENCES = 100_000;

    @Test
    void randomSequencesAgreeWithTheModel() {
        forSeeds(seed -> {
            RandomWalk walk = new RandomWalk(seed);
            try {
                walk.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(e.getMessage() + "\n" + walk.story(), e);
            }
        });
    }

    /** The ancestor: v = merge(m, pending); if that is sufficient, process, then pop. */
    private static final class Ancestor {
        String pending = "";

        @Nullable
        String accept(String message, int needed, boolean throwing) {
            pending += message;
            String whole = pending.length() < needed ? null : pending;
            if (whole != null && !throwing) {
                pending = "";
            }
            return whole;
        }
    }

    @Test
    void withDefaultOptionsAndOneThreadItIsTheAncestor() {
        forSeeds(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int needed = random.nextInt(1, 5);
            Transition<String, String, String> transition =
                    new Transition<>(SpecFunctions.of(JoinSpec.joining(String.class)
                            .keyedBy(message -> "k")
                            .<String>mergedBy((message, pending) -> pending == null ? message : pending + message)
                            .sufficientWhen(word -> word.length() >= needed)
                            .build()));
            Ancestor ancestor = new Ancestor();
            JoinState<String> state = null;
            for (char letter = 'a'; letter <= 'z'; letter++) {
                String message = String.valueOf(letter);
                boolean throwing = random.nextInt(3) == 0;

                Step<String> step = transition.message("k", state, message, null, 0, letter, true);
                state = step.next();
                String whole = null;
                for (Flight<String> flight : step.claimed()) {
                    whole = flight.join().value();
                    state = throwing
                            ? transition.threw(state, letter, "boom", 0, 0).next()
                            : transition.returned(state, letter, 0).next();
                }

                assertThat(whole).as("handed over").isEqualTo(ancestor.accept(message, needed, throwing));
                assertThat(pending(state)).as("pending").isEqualTo(ancestor.pending);
            }
        });
    }

    /** What the ancestor would have in its table. */
    private static String pending(@Nullable JoinState<String> state) {
        return state == null
                ? ""
                : Stream.concat(
                                Stream.ofNullable(state.open()),
                                state.inFlight().stream().map(Flight::join))
                        .map(Join::value)
                        .collect(Collectors.joining(" and "));
    }

    private static void forSeeds(LongConsumer sequence) {
        long first = Long.getLong("seed", System.nanoTime());
        for (long seed = first; seed < first + SEQUENCES; seed++) {
            try {
                sequence.accept(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dseed=" + seed + " replays this: " + e.getMessage(), e);
            }
        }
    }
}
