package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many short histories of a few threads on one key, each thread with a store of its own, as nodes have. */
@Timeout(3_600)
class LinearizabilityTest {
    private static final int THREADS = 3;
    private static final int CALLS = 4;
    private static final int CALLS_WITH_PARTS = 6;

    private final long seed = Scale.seed();
    private final int histories = Scale.of(100, 2_000);

    @TempDir
    Path folder;

    /** What a thread does to a key while others do the same. */
    @FunctionalInterface
    interface Actor {
        void act(int thread, String key, Random random) throws Exception;
    }

    static Stream<StoreKind> stores() {
        return StoreKind.chosen().filter(kind -> kind != StoreKind.H2_FILE && kind != StoreKind.REDIS_CLUSTER);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("stores")
    void exchangesOfAKeyHappenOneAfterTheOther(StoreKind kind) throws Exception {
        try (Backend backend = kind.start(folder)) {
            List<JoinStore<String, String>> stores = open(backend);
            for (int round = 0; round < histories; round++) {
                History<StoreCall> history = new History<>();
                History<StoreCall> ofNeighbour = new History<>();
                actAtOnce(
                        round,
                        (thread, key, random) ->
                                new StoreThread(stores.get(thread), random, thread).run(key, history, ofNeighbour));
                assertThat(history.isLinearizable(0L, StoreCall::step))
                        .as("%s, seed %d, history %d\n%s", kind, seed, round, history)
                        .isTrue();
                assertThat(ofNeighbour.isLinearizable(0L, StoreCall::step))
                        .as("%s, seed %d, history %d\n%s", kind, seed, round, ofNeighbour)
                        .isTrue();
            }
            stores.forEach(JoinStore::close);
            Results.add("histories of a store", kind, histories, THREADS * CALLS, 0);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("stores")
    void exchangesWithPartsHappenOneAfterTheOther(StoreKind kind) throws Exception {
        try (Backend backend = kind.start(folder)) {
            List<JoinStore<String, String>> stores = open(backend);
            for (int round = 0; round < histories; round++) {
                History<PartsCall> history = new History<>();
                History<PartsCall> ofNeighbour = new History<>();
                actAtOnce(
                        round,
                        (thread, key, random) -> new PartsThread(stores.get(thread), random, thread)
                                .run(CALLS_WITH_PARTS, key, history, ofNeighbour));
                for (History<PartsCall> each : List.of(history, ofNeighbour)) {
                    assertThat(each.isLinearizable(PartsCall.Held.NOTHING, PartsCall::step))
                            .as("%s, seed %d, history %d\n%s", kind, seed, round, each)
                            .isTrue();
                }
            }
            stores.forEach(JoinStore::close);
            Results.add("histories of a store with parts", kind, histories, THREADS * CALLS_WITH_PARTS, 0);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("stores")
    void messagesOfAKeyAreTakenOneAfterTheOther(StoreKind kind) throws Exception {
        int parts = 3;
        JoinSpec<Part, String, String, String> spec = JoinSpec.joining(Part.class)
                .keyedBy(Part::key)
                .<String>mergedBy(
                        (part, pending) -> pending == null ? "" + part.number() : pending + "+" + part.number())
                .sufficientWhen(value -> value.chars().filter(c -> c == '+').count() + 1 == parts)
                .identifiedBy(Part::number, Duration.ofHours(1))
                .lease(Duration.ofHours(1))
                .build();
        try (Backend backend = kind.start(folder)) {
            List<KeyedJoiner<Part, String, String, String>> joiners = open(backend).stream()
                    .map(store -> Joiner.create(spec, store))
                    .toList();
            for (int round = 0; round < histories; round++) {
                History<JoinCall> history = new History<>();
                actAtOnce(round, (thread, key, random) -> {
                    for (int call = 0; call < CALLS; call++) {
                        accept(joiners.get(thread), key, random, parts, history);
                    }
                });
                assertThat(history.isLinearizable(JoinCall.State.EMPTY, JoinCall::step))
                        .as("%s, seed %d, history %d\n%s", kind, seed, round, history)
                        .isTrue();
            }
            joiners.forEach(Joiner::close);
            Results.add("histories of a joiner", kind, histories, THREADS * CALLS, 0);
        }
    }

    private static void accept(
            Joiner<Part, String> joiner, String key, Random random, int parts, History<JoinCall> history) {
        List<Integer> numbers = random.ints(1 + random.nextInt(3), 0, 9).boxed().toList();
        List<Outcome<String>> outcomes;
        long began = System.nanoTime();
        if (numbers.size() == 1) {
            outcomes = List.of(joiner.accept(new Part(key, numbers.get(0))));
        } else {
            outcomes = joiner.acceptAll(
                    numbers.stream().map(number -> new Part(key, number)).toList());
        }
        history.add(
                new JoinCall(numbers, outcomes.stream().map(JoinCall::text).toList(), parts), began, System.nanoTime());
    }

    private static List<JoinStore<String, String>> open(Backend backend) {
        return IntStream.range(0, THREADS)
                .mapToObj(thread -> backend.open("histories"))
                .toList();
    }

    private void actAtOnce(int round, Actor actor) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(threads.submit(() -> {
                    Random random = new Random(seed + (long) round * THREADS + thread);
                    start.await();
                    actor.act(thread, "key" + round, random);
                    return null;
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Looks, and exchanges what it last saw, or something older, for something new or nothing. */
    private static final class StoreThread {
        private final JoinStore<String, String> store;
        private final Random random;
        private final long number;
        private Versioned<String> seen;
        private Versioned<String> seenOfNeighbour;
        private long drawn;

        StoreThread(JoinStore<String, String> store, Random random, long number) {
            this.store = store;
            this.random = random;
            this.number = number;
        }

        void run(String key, History<StoreCall> history, History<StoreCall> ofNeighbour) {
            for (int call = 0; call < CALLS; call++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        long began = System.nanoTime();
                        seen = store.find(key);
                        history.add(StoreCall.found(version(seen)), began, System.nanoTime());
                    }
                    case 1 -> {
                        Change<String, String> one = new Change<>(key, seen, next());
                        Change<String, String> other = new Change<>(key + " neighbour", seenOfNeighbour, next());
                        long began = System.nanoTime();
                        List<Exchange<String>> exchanges = store.compareAndExchangeAll(List.of(one, other));
                        long ended = System.nanoTime();
                        history.add(call(one, exchanges.get(0)), began, ended);
                        ofNeighbour.add(call(other, exchanges.get(1)), began, ended);
                        seen = held(one, exchanges.get(0));
                        seenOfNeighbour = held(other, exchanges.get(1));
                    }
                    default -> {
                        Change<String, String> change = new Change<>(key, seen, next());
                        if (seen == null && change.next() == null) {
                            change = new Change<>(key, null, drawn());
                        }
                        long began = System.nanoTime();
                        Exchange<String> exchange = store.compareAndExchange(key, change.expected(), change.next());
                        history.add(call(change, exchange), began, System.nanoTime());
                        if (random.nextInt(4) != 0) {
                            seen = held(change, exchange); // and otherwise tries with an older one next
                        }
                    }
                }
            }
        }

        private Versioned<String> next() {
            return random.nextInt(3) == 0 ? null : drawn();
        }

        private Versioned<String> drawn() {
            Join<String> join = new Join<>("value", 1, 0, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
            return Versioned.of(++drawn * 10 + number + 1, new JoinState<>(join, List.of(), null, 0));
        }

        private static StoreCall call(Change<String, String> change, Exchange<String> exchange) {
            return new StoreCall(
                    true,
                    version(change.expected()),
                    version(change.next()),
                    exchange.won(),
                    version(held(change, exchange)));
        }

        private static Versioned<String> held(Change<String, String> change, Exchange<String> exchange) {
            return exchange.won() ? change.next() : exchange.witness();
        }

        private static long version(Versioned<String> versioned) {
            return versioned == null ? 0 : versioned.version();
        }
    }
}
