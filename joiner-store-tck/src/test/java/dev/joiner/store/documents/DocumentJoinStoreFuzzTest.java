package dev.joiner.store.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.documents.DocumentClient.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two nodes join messages of few keys over a network that loses requests and answers, and nothing is lost or doubled. */
class DocumentJoinStoreFuzzTest {
    private static final int KEYS = 6;
    private static final int PARTS = 3;
    private static final int MESSAGES = 40 * KEYS * PARTS;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final DocumentDatabase database = new DocumentDatabase();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final Set<String> joined = ConcurrentHashMap.newKeySet();
    private final JoinStoreConfig<String, String> config =
            JoinStoreConfig.of("test", KeyCodec.string(), Codec.string());

    /** The value is the numbers of the messages in it, which are their ids. */
    private JoinSpec<Integer, String, String, String> numbers() {
        return JoinSpec.joining(Integer.class)
                .keyedBy(number -> "k" + number % KEYS)
                .<String>mergedBy((number, pending) -> pending == null ? "" + number : pending + ' ' + number)
                .sufficientWhen(value -> value.split(" ", -1).length == PARTS)
                .identifiedBy(String::valueOf, Duration.ofHours(1))
                .expireAfter(Duration.ofHours(2))
                .onExpired((value, handOver) -> joined.add(value))
                .maxInFlight(1_000)
                .process(value -> {
                    joined.add(value);
                    return value;
                })
                .build();
    }

    private JoinStore<String, String> node(DocumentClient client) {
        return new DocumentJoinStore<>(client, true, config, 1 << 20);
    }

    @Test
    void eachMessageIsInExactlyOneJoinThoughTheNetworkFails() throws Exception {
        List<Integer> numbers =
                new ArrayList<>(IntStream.range(0, MESSAGES).boxed().toList());
        Collections.shuffle(numbers, new Random(seed));
        Queue<Integer> input = new ConcurrentLinkedQueue<>(numbers);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Callable<Void>> work = new ArrayList<>();
        for (int node = 0; node < 2; node++) {
            DocumentClient client = new DocumentClient(database);
            client.network(unreliable(seed + node));
            Joiner<Integer, String> joiner = Joiner.create(numbers(), node(client), now::get);
            work.add(() -> acceptAll(joiner, input));
            work.add(() -> acceptAll(joiner, input));
        }
        for (Future<Void> done : threads.invokeAll(work)) {
            done.get();
        }
        threads.shutdown();

        try (Joiner<Integer, String> joiner = Joiner.create(numbers(), node(new DocumentClient(database)), now::get)) {
            for (int hours = 0; hours < 10; hours++) {
                now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
                joiner.sweep();
            }
        }

        assertThat(joined.stream()
                        .flatMap(value -> Arrays.stream(value.split(" ", -1)).map(Integer::valueOf)))
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(numbers);
        assertThat(node(new DocumentClient(database)).size())
                .as("seed %d: nothing is left that no sweep has found", seed)
                .isZero();
    }

    private static Void acceptAll(Joiner<Integer, String> joiner, Queue<Integer> input) {
        for (Integer next = input.poll(); next != null; next = input.poll()) {
            try {
                joiner.accept(next);
            } catch (StoreException | ContentionException e) {
                input.add(next); // redelivered
            }
        }
        return null;
    }

    /** Loses one of ten requests, and one of ten answers. */
    private static Function<DocumentClient.Call, Fault> unreliable(long seed) {
        Random random = new Random(seed);
        return call -> {
            int chance = random.nextInt(10);
            return chance == 0 ? Fault.LOST : chance == 1 ? Fault.ANSWER_LOST : Fault.NONE;
        };
    }
}
