package dev.joiner.kafka.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

/** Random messages, times and failures, through a joiner in memory and through Kafka Streams: both must do the same. */
class RandomWalkTest {
    private static final int WALKS = 300;

    /** What the handlers of one engine were given. Which hand-overs throw is drawn, and does not depend on their order. */
    private static final class Told {
        final Set<Integer> throwing;
        final List<String> heard = new ArrayList<>();

        Told(Set<Integer> throwing) {
            this.throwing = throwing;
        }

        String process(String word, HandOver<String> handOver) {
            if (throwing.contains(Math.floorMod((word + handOver.attempt()).hashCode(), 20))) {
                throw new IllegalStateException(word);
            }
            heard.add("joined " + word + " by attempt " + handOver.attempt());
            return word;
        }

        void handle(String what, String word) {
            heard.add(what + " " + word);
        }
    }

    private static JoinSpec<Letter, String, String, String> spec(SplittableRandom random, Told told) {
        int letters = random.nextInt(1, 4);
        return random.nextBoolean()
                ? spec(Letter.words(letters), word -> word, false, random, told)
                : spec(Letter.collecting(letters), collected -> String.join("", collected), true, random, told);
    }

    private static <H> JoinSpec<Letter, String, String, String> spec(
            JoinSpec.Builder<Letter, String, String, H, H> begun,
            Function<H, String> word,
            boolean collects,
            SplittableRandom random,
            Told told) {
        JoinSpec.Builder<Letter, String, String, H, String> spec =
                begun.process((given, handOver) -> told.process(word.apply(given), handOver));
        boolean expires = random.nextBoolean();
        if (expires && random.nextBoolean()) {
            spec = spec.expireAfterIdle(Duration.ofSeconds(7));
        } else if (expires) {
            spec = spec.expireAfter(Duration.ofSeconds(12));
        }
        if (expires) {
            spec = random.nextInt(3) == 0
                    ? spec.joinOnExpiry()
                    : spec.onExpired((given, handOver) -> told.handle("expired", word.apply(given)));
        }
        boolean hasIds = random.nextBoolean();
        if (hasIds) {
            spec = random.nextBoolean()
                    ? spec.identifiedBy(Letter::id)
                    : spec.identifiedBy(Letter::id, Duration.ofSeconds(15));
        }
        if (random.nextInt(3) == 0) {
            spec = spec.rememberFor(Duration.ofSeconds(9)).onLate(part -> told.handle("late", part.letter()));
        } else if (expires && !collects && random.nextInt(3) == 0) {
            spec = spec.keepAfterJoin();
        }
        spec = spec.retry(random.nextInt(1, 5), Duration.ofSeconds(1), Duration.ofSeconds(2));
        spec = random.nextBoolean()
                ? spec.parkPoisoned()
                : spec.onPoisoned((given, handOver) -> told.handle("poisoned", word.apply(given)));
        return spec.build();
    }

    private static Set<Integer> throwing(SplittableRandom random) {
        Set<Integer> throwing = new HashSet<>();
        for (int i = random.nextInt(10); i > 0; i--) {
            throwing.add(random.nextInt(20));
        }
        return throwing;
    }

    private static void walk(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<Integer> throwing = throwing(random);
        long specSeed = random.nextLong();
        Told plain = new Told(throwing);
        Told streams = new Told(throwing);
        HandSetClock clock = new HandSetClock(WordJoin.START);
        var options = random.nextInt(10) == 0
                ? WordJoin.OPTIONS.storedIn(Stores::persistentKeyValueStore).cached()
                : WordJoin.OPTIONS;
        MapJoinStore<String, String> store = MapJoinStore.create();
        try (KeyedJoiner<Letter, String, String, String> joiner =
                        Joiner.create(spec(new SplittableRandom(specSeed), plain), store, clock);
                WordJoin join = new WordJoin(spec(new SplittableRandom(specSeed), streams), options)) {
            for (int step = 0; step < 40; step++) {
                if (random.nextInt(4) == 0) {
                    // Either not long enough for an attempt to be due in one engine only, or long enough for both.
                    Duration duration = Duration.ofSeconds(random.nextInt(4, 12));
                    clock.advance(duration);
                    joiner.sweep();
                    join.advance(duration);
                } else {
                    Letter part = new Letter(
                            "k" + random.nextInt(3),
                            Character.toString('a' + step % 26),
                            Integer.toString(random.nextInt(12)));
                    String expected = outcome(joiner, part);
                    join.send(part);
                    assertThat(outcome(join)).as("step %d: %s", step, part).isEqualTo(expected);
                }
                assertThat(streams.heard).as("step %d", step).containsExactlyInAnyOrderElementsOf(plain.heard);
                join.read(JoinOutput.JOINED);
                assertThat(join.states())
                        .as("keys that are held, after step %d", step)
                        .isEqualTo(store.size());
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + " replays this: " + e.getMessage(), e);
        }
    }

    private static String outcome(KeyedJoiner<Letter, String, String, String> joiner, Letter part) {
        try {
            Outcome<String> outcome = joiner.accept(part);
            return outcome instanceof Outcome.Joined<String> joined
                    ? "JOINED " + joined.result()
                    : outcome instanceof Outcome.Duplicate
                            ? "DUPLICATE"
                            : outcome instanceof Outcome.Late ? "LATE" : "";
        } catch (ProcessingException e) {
            return "";
        } catch (JoinerException e) {
            return "REFUSED";
        }
    }

    private static String outcome(WordJoin join) {
        List<String> outcomes = new ArrayList<>();
        join.read(JoinOutput.JOINED).forEach(text -> outcomes.add("JOINED " + text.substring(text.indexOf('=') + 1)));
        for (JoinOutput output : List.of(JoinOutput.DUPLICATE, JoinOutput.LATE, JoinOutput.REFUSED)) {
            join.read(output).forEach(text -> outcomes.add(output.name()));
        }
        return String.join(" ", outcomes);
    }

    @Test
    void kafkaStreamsDoesWhatAJoinerInMemoryDoes() {
        long first = Long.getLong("seed", System.nanoTime());
        int walks = Long.getLong("seed") == null ? WALKS : 1;
        for (long seed = first; seed < first + walks; seed++) {
            walk(seed);
        }
    }
}
