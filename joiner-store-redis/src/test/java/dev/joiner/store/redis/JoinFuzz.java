package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Messages of many keys, each of them twice, joined by two nodes while something goes wrong with the servers. What a
 * store failed for is delivered again, as a transport would.
 */
final class JoinFuzz {
    private static final int THREADS = 4;
    private static final int PARTS = 3;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** Of every so many keys one never gets its last part, and has to be there in the end as it is. */
    private static final int INCOMPLETE = 5;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final int keys;
    private final List<JoinStore<String, String>> stores;
    private final Queue<String> handedOver = new ConcurrentLinkedQueue<>();
    private final Queue<Message> input = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private final int messages;
    private volatile Instant now = START;
    private volatile boolean stopped;

    private record Message(String key, int number) {}

    JoinFuzz(int keys, JoinStore<String, String> one, JoinStore<String, String> other) {
        this.keys = keys;
        stores = List.of(one, other);
        List<Message> all = IntStream.range(0, keys)
                .boxed()
                .flatMap(key -> IntStream.range(0, key % INCOMPLETE == 0 ? PARTS - 1 : PARTS)
                        .mapToObj(part -> new Message("key" + key, part)))
                .collect(Collectors.toCollection(ArrayList::new));
        all.addAll(List.copyOf(all));
        Collections.shuffle(all, new Random(seed));
        input.addAll(all);
        messages = all.size();
    }

    private Joiner<Message, String> node(JoinStore<String, String> store) {
        return Joiner.create(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<String>mergedBy((message, pending) ->
                                pending == null ? "" + message.number() : pending + " " + message.number())
                        .sufficientWhen(value -> value.split(" ", -1).length == PARTS)
                        .identifiedBy(message -> message.number())
                        .rememberFor(Duration.ofHours(1))
                        .process((value, handOver) -> {
                            handedOver.add(handOver.key() + ":" + value);
                            return value;
                        })
                        .build(),
                store,
                (InstantSource) () -> now);
    }

    /** What goes wrong with the servers, while joins go on. */
    interface Disturbance {
        /** @param random of the seed */
        void go(Random random) throws Exception;
    }

    /** How many messages were taken so far, of {@link #messages()}, so that things go wrong in the middle. */
    int taken() {
        return taken.get();
    }

    int messages() {
        return messages;
    }

    /** Waits until so much of the input was taken. */
    void await(double part) {
        while (taken.get() < part * messages) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    long seed() {
        return seed;
    }

    /** How often a call failed. */
    int failures() {
        return failures.get();
    }

    /** Joins everything, and checks that nothing is lost. */
    void run(Disturbance disturbance) throws Exception {
        List<Joiner<Message, String>> nodes = stores.stream().map(this::node).toList();
        ExecutorService pool = Executors.newFixedThreadPool(THREADS + 1);
        try {
            List<Callable<Void>> calls = new ArrayList<>();
            calls.add(() -> {
                try {
                    disturbance.go(new Random(seed));
                    return null;
                } catch (Exception | Error e) {
                    stopped = true; // what it left behind may keep the others from ever coming to an end
                    throw e;
                }
            });
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                calls.add(() -> {
                    try {
                        joinAll(nodes.get(thread % 2), thread < THREADS / 2, new Random(seed + thread));
                        return null;
                    } catch (RuntimeException e) {
                        taken.set(messages); // so that nobody waits for this thread
                        throw e;
                    }
                });
            }
            for (Future<Void> call : pool.invokeAll(calls)) {
                call.get();
            }
        } finally {
            pool.shutdownNow();
        }
        now = START.plus(Duration.ofMinutes(2)); // claims whose write was not answered have no one to finish them
        sweepAll(nodes.get(0));
        check();
    }

    private void joinAll(Joiner<Message, String> node, boolean oneByOne, Random random) {
        for (List<Message> batch = take(oneByOne, random); !batch.isEmpty(); batch = take(oneByOne, random)) {
            try {
                if (oneByOne) {
                    node.accept(batch.get(0));
                } else {
                    List<Outcome<String>> outcomes = node.acceptAll(batch);
                    for (int i = 0; i < batch.size(); i++) {
                        if (outcomes.get(i) instanceof Outcome.Failed) {
                            input.add(batch.get(i));
                        }
                    }
                }
                taken.addAndGet(batch.size());
            } catch (StoreException | ContentionException e) {
                failures.incrementAndGet();
                input.addAll(batch);
                LockSupport.parkNanos(
                        TimeUnit.MILLISECONDS.toNanos(5)); // as a transport waits before it delivers again
            }
        }
    }

    private List<Message> take(boolean oneByOne, Random random) {
        if (stopped) {
            return List.of();
        }
        int size = oneByOne ? 1 : 2 + random.nextInt(20);
        List<Message> batch = new ArrayList<>();
        for (Message next = input.poll(); next != null; next = batch.size() < size ? input.poll() : null) {
            batch.add(next);
        }
        return batch;
    }

    private void sweepAll(Joiner<Message, String> node) {
        for (SweepReport report = node.sweep(); report.joined() > 0; report = node.sweep()) {
            assertThat(report.failures()).as("seed %d", seed).isEmpty();
        }
    }

    private void check() {
        Map<String, Collection<String>> results = new HashMap<>();
        for (String result : handedOver) {
            String[] keyAndValue = result.split(":", -1);
            results.computeIfAbsent(keyAndValue[0], key -> new TreeSet<>()).add(sorted(keyAndValue[1]));
        }
        JoinStore<String, String> store = stores.get(0);
        for (int i = 0; i < keys; i++) {
            String key = "key" + i;
            if (i % INCOMPLETE == 0) {
                assertThat(results).as("seed %d", seed).doesNotContainKey(key);
                assertThat(store.find(key)).as("seed %d: %s", seed, key).isNotNull();
                assertThat(sorted(store.find(key).state().open().value()))
                        .as("seed %d: %s", seed, key)
                        .isEqualTo("0 1");
            } else {
                assertThat(results.get(key)).as("seed %d: %s", seed, key).containsExactly("0 1 2");
            }
        }
        assertThat(store.size()).as("seed %d", seed).isEqualTo(keys);
    }

    private static String sorted(String value) {
        return Arrays.stream(value.split(" ", -1)).sorted().collect(Collectors.joining(" "));
    }
}
