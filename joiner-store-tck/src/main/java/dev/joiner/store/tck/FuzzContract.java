package dev.joiner.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two nodes and several threads join many messages of few keys, in a random order that a seed repeats. */
abstract class FuzzContract extends SpiFixture {
    private static final int THREADS = 4;
    private static final int KEYS = 6;
    private static final int PARTS = 3;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Queue<String> results = new ConcurrentLinkedQueue<>();

    FuzzContract(Stores stores) {
        super(stores);
    }

    private record Message(String key, int number) {}

    /** The value is the numbers of the messages in it. */
    private JoinSpec.Builder<Message, String, String, String, String> numbers() {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) ->
                        pending == null ? String.valueOf(message.number()) : pending + ' ' + message.number())
                .sufficientWhen(value -> value.split(" ", -1).length == PARTS)
                .process((value, handOver) -> {
                    results.add(handOver.key() + ":" + value);
                    return value;
                });
    }

    @Test
    void eachMessageIsInExactlyOneJoin() throws Exception {
        List<Message> messages = new ArrayList<>();
        IntStream.range(0, 100 * PARTS * KEYS).forEach(i -> messages.add(new Message("k" + i % KEYS, i)));

        joinAll(numbers().maxInFlight(1_000), messages);

        List<Integer> joined = numbersOf(results);
        List<Integer> waiting = new ArrayList<>();
        for (JoinStore.Entry<String, String> entry : pages(store("", NOT_CANONICAL), 1_000)) {
            JoinState<String> state = entry.held().state();
            assertThat(state.inFlight()).as("seed %d", seed).isEmpty();
            waiting.addAll(numbersOf(List.of("k:" + state.open().value())));
        }
        assertThat(joined).as("seed %d", seed).doesNotHaveDuplicates();
        joined.addAll(waiting);
        assertThat(joined)
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(
                        messages.stream().map(Message::number).toList());
        assertThat(waiting)
                .as("seed %d: 300 messages a key join in threes", seed)
                .isEmpty();
    }

    @Test
    void eachKeyIsHandedOverOnceThoughMessagesComeAgain() throws Exception {
        int keys = 60;
        List<Message> messages = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            for (int part = 0; part < PARTS; part++) {
                Message message = new Message("key" + key, part);
                messages.add(message);
                messages.add(message);
            }
        }

        joinAll(numbers().identifiedBy(Message::number).rememberFor(Duration.ofHours(1)), messages);

        assertThat(results.stream().map(result -> result.split(":", -1)[0]))
                .as("seed %d", seed)
                .doesNotHaveDuplicates()
                .hasSize(keys);
        assertThat(results)
                .as("seed %d", seed)
                .allSatisfy(result -> assertThat(numbersOf(List.of(result))).containsExactlyInAnyOrder(0, 1, 2));
    }

    private static List<Integer> numbersOf(Iterable<String> results) {
        List<Integer> numbers = new ArrayList<>();
        results.forEach(result -> Arrays.stream(result.split(":", -1)[1].split(" ", -1))
                .map(Integer::valueOf)
                .forEach(numbers::add));
        return numbers;
    }

    /** Some threads accept one message at a time, others batches; half of them on either node. */
    private void joinAll(JoinSpec.Builder<Message, String, String, String, String> spec, List<Message> messages)
            throws Exception {
        Random random = new Random(seed);
        List<Message> shuffled = new ArrayList<>(messages);
        Collections.shuffle(shuffled, random);
        Queue<Message> input = new ConcurrentLinkedQueue<>(shuffled);
        ScenarioClock clock = new ScenarioClock(Instant.parse("2026-01-01T00:00:00Z"));
        List<Joiner<Message, String>> nodes =
                List.of(joiner(spec, store("", NOT_CANONICAL), clock), joiner(spec, store("", NOT_CANONICAL), clock));
        Parallel.run(THREADS, thread -> {
            Joiner<Message, String> node = nodes.get(thread % 2);
            Random sizes = new Random(seed + thread);
            for (List<Message> batch = take(input, thread, sizes);
                    !batch.isEmpty();
                    batch = take(input, thread, sizes)) {
                accept(node, batch, input);
            }
            return null;
        });
        assertThat(input).isEmpty();
        nodes.get(0).sweep();
    }

    private static List<Message> take(Queue<Message> input, int thread, Random sizes) {
        int size = thread < THREADS / 2 ? 1 : 1 + sizes.nextInt(20);
        List<Message> batch = new ArrayList<>();
        for (Message next = input.poll(); next != null; next = batch.size() < size ? input.poll() : null) {
            batch.add(next);
        }
        return batch;
    }

    private static void accept(Joiner<Message, String> node, List<Message> batch, Queue<Message> input) {
        if (batch.size() == 1) {
            try {
                node.accept(batch.get(0));
            } catch (ContentionException e) {
                input.add(batch.get(0)); // redelivered, as it is not written
            }
            return;
        }
        List<Outcome<String>> outcomes = node.acceptAll(batch);
        for (int i = 0; i < batch.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Failed<String> failed) {
                assertThat(failed.cause()).isInstanceOf(ContentionException.class);
                input.add(batch.get(i));
            }
        }
    }

    /** Not canonical: the bytes of one value differ each time. */
    private static final Codec<String> NOT_CANONICAL = Codec.of(
            value -> (System.nanoTime() + "|" + value).getBytes(StandardCharsets.UTF_8),
            bytes -> new String(bytes, StandardCharsets.UTF_8).split("\\|", 2)[1]);
}
