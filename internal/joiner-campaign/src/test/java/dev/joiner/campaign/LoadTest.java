package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.ContentionException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.spi.JoinStore;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.test.servers.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** More of everything: joins that wait, messages for one key, threads. What it measures it reports; it judges what is right. */
@Timeout(7_200)
class LoadTest {
    private static final int BATCH = 500;
    private static final int THREADS = 64;

    @TempDir
    Path folder;

    @Test
    void manyJoinsWaitInMemory() throws Exception {
        int pending = Scale.of(200_000, 10_000_000);
        String heap = Scale.isFull() ? "-Xmx4g" : "-Xmx128m";
        try (JavaProcess process = JavaProcess.start(PendingInMemory.class, List.of(heap), Integer.toString(pending))) {
            String said = null;
            while (said == null) {
                said = lineOrTimeout(process);
            }
            assertThat(process.awaitExit()).as(process.errors()).isZero();
            assertThat(said).as(process.errors()).startsWith("ok");
            Results.add("joins that wait", "MapJoinStore, " + heap, pending, said);
        }
    }

    /** A process may take longer than one waits for a line. */
    private static String lineOrTimeout(JavaProcess process) {
        try {
            String line = process.readLine();
            return line == null ? "nothing" : line;
        } catch (IllegalStateException e) {
            if (process.isAlive()) {
                return null;
            }
            throw e;
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosen")
    void manyJoinsWaitInAStore(StoreKind kind) throws Exception {
        int pending = Scale.of(5_000, 1_000_000);
        int completed = Scale.of(500, 5_000);
        try (Backend backend = kind.start(folder);
                JoinStore<String, String> store = backend.open("waiting");
                Joiner<Part, String> joiner = Joiner.create(
                        Part.joined(Duration.ofMinutes(1), (value, handOver) -> value)
                                .expireAfter(Duration.ofHours(12))
                                .onExpired((value, handOver) -> {
                                    throw new IllegalStateException("nothing is to expire");
                                })
                                .build(),
                        store)) {
            long began = System.nanoTime();
            for (int from = 0; from < pending; from += BATCH) {
                List<Outcome<String>> outcomes = joiner.acceptAll(IntStream.range(from, Math.min(pending, from + BATCH))
                        .mapToObj(thing -> new Part(thing + "/2", 0))
                        .toList());
                assertThat(outcomes).hasOnlyElementsOfType(Outcome.Incomplete.class);
            }
            String filled = perSecond(pending, System.nanoTime() - began);
            assertThat(store.size()).isEqualTo(pending);

            Latencies sweeps = new Latencies(100);
            for (int i = 0; i < 100; i++) {
                long start = System.nanoTime();
                assertThat(joiner.sweep().failures()).isEmpty();
                sweeps.add(System.nanoTime() - start);
            }
            Latencies accepts = new Latencies(completed);
            for (int i = 0; i < completed; i++) {
                Part part = new Part((long) i * pending / completed + "/2", 1);
                long start = System.nanoTime();
                assertThat(joiner.accept(part)).isInstanceOf(Outcome.Joined.class);
                accepts.add(System.nanoTime() - start);
            }
            Results.add(
                    "joins that wait",
                    kind,
                    pending,
                    "begun " + filled + "; sweep with nothing due " + sweeps.summary() + "; completed in "
                            + accepts.summary());
        }
    }

    private static String perSecond(int count, long nanos) {
        return String.format(Locale.ROOT, "%,.0f a second", count / (nanos / 1e9));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.joiner.campaign.StoreKind#chosen")
    void oneKeyTakesAllMessagesOfManyThreadsInAStore(StoreKind kind) throws Exception {
        try (Backend backend = kind.start(folder);
                JoinStore<String, String> store = backend.open("hot")) {
            hotKey(kind.toString(), store, Scale.of(1_000, 100_000));
        }
    }

    @Test
    void oneKeyTakesAllMessagesOfManyThreadsInMemory() throws Exception {
        hotKey("MapJoinStore", MapJoinStore.create(), Scale.of(20_000, 100_000));
    }

    private static void hotKey(String name, JoinStore<String, String> store, int messages) throws Exception {
        int threads = 8;
        List<String> joined = new ArrayList<>();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger taken = new AtomicInteger();
        Latencies latencies = new Latencies(messages);
        JoinSpec<Integer, String, String, String> spec = counting(messages, joined);
        try (Joiner<Integer, String> joiner = Joiner.create(spec, store)) {
            long began = System.nanoTime();
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                running.add(pool.submit(() -> {
                    while (taken.getAndIncrement() < messages) {
                        long start = System.nanoTime();
                        while (!accept(joiner, refused)) {
                            Thread.onSpinWait();
                        }
                        latencies.add(System.nanoTime() - start);
                    }
                    return null;
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
            pool.shutdown();
            assertThat(joined).containsExactly(Integer.toString(messages));
            assertThat(store.size()).isZero();
            Results.add(
                    "one hot key, " + threads + " threads",
                    name,
                    messages,
                    perSecond(messages, System.nanoTime() - began) + "; " + latencies.summary() + "; refused "
                            + refused.get() + " times");
        }
    }

    /** A value that counts, and does not grow. */
    private static JoinSpec<Integer, String, String, String> counting(int parts, List<String> joined) {
        return JoinSpec.joining(Integer.class)
                .keyedBy(message -> "hot")
                .<String>mergedBy(
                        (message, pending) -> pending == null ? "1" : Integer.toString(Integer.parseInt(pending) + 1))
                .sufficientWhen(value -> value.equals(Integer.toString(parts)))
                .lease(Duration.ofHours(1))
                .process((value, handOver) -> {
                    joined.add(value);
                    return value;
                })
                .build();
    }

    private static boolean accept(Joiner<Integer, String> joiner, AtomicInteger refused) {
        try {
            joiner.accept(1);
            return true;
        } catch (ContentionException e) { // nothing is written, the message comes again
            refused.incrementAndGet();
            return false;
        }
    }

    /** The stores whose clients wait for a network, and for one of few connections. */
    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "REDIS"})
    void noneOfManyThreadsStarves(StoreKind kind) throws Exception {
        manyThreads(kind, "threads", Executors.newFixedThreadPool(THREADS));
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "REDIS"})
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "this JDK has no virtual threads")
    void virtualThreadsAreNotPinnedAndNoneStarves(StoreKind kind) throws Exception {
        manyThreads(kind, "virtual threads", (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
    }

    private void manyThreads(StoreKind kind, String what, ExecutorService pool) throws Exception {
        int each = Scale.of(20, 1_000);
        AtomicLong handedOver = new AtomicLong();
        Map<Integer, Integer> done = new ConcurrentHashMap<>();
        Latencies latencies = new Latencies(THREADS * each * 2);
        Path events = folder.resolve("events.jfr");
        try (Backend backend = kind.start(folder.resolve("server"));
                JoinStore<String, String> store = backend.open("virtual");
                Joiner<Part, String> joiner = Joiner.create(
                        Part.joined(Duration.ofHours(1), (value, handOver) -> {
                                    handedOver.incrementAndGet();
                                    return value;
                                })
                                .build(),
                        store);
                Recording recording = new Recording()) {
            for (int call = 0; call < 100; call++) { // classes that are initialized meanwhile do pin, once
                joiner.accept(new Part("-" + call + "/2", 0));
            }
            recording
                    .enable("jdk.VirtualThreadPinned")
                    .withThreshold(Duration.ZERO)
                    .withStackTrace();
            recording.start();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                running.add(pool.submit(() -> {
                    for (int call = 0; call < each; call++) {
                        for (Part part : Part.all(thread * each + call, 2)) {
                            long start = System.nanoTime();
                            joiner.accept(part);
                            latencies.add(System.nanoTime() - start);
                        }
                        done.merge(thread, 1, Integer::sum);
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
            pool.shutdown();
            recording.dump(events);
        }
        assertThat(handedOver).hasValue((long) THREADS * each);
        assertThat(done)
                .hasSize(THREADS)
                .allSatisfy((thread, calls) -> assertThat(calls).isEqualTo(each));
        List<RecordedEvent> pinned = RecordingFile.readAllEvents(events);
        assertThat(pinned.stream().filter(LoadTest::isOurs).toList()).isEmpty();
        Results.add(
                THREADS + " " + what,
                kind,
                latencies.count(),
                latencies.summary() + (pinned.isEmpty() ? "" : "; pinned by drivers " + pinned.size() + " times"));
    }

    /** Whether a thread was pinned by a lock of Joiner's, and not by one of a driver's. */
    private static boolean isOurs(RecordedEvent event) {
        return event.getStackTrace() != null
                && event.getStackTrace().getFrames().stream()
                        .filter(frame -> !frame.getMethod().getType().getName().startsWith("java."))
                        .findFirst()
                        .filter(frame -> frame.getMethod().getType().getName().startsWith("dev.joiner."))
                        .isPresent();
    }
}
