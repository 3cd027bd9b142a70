package dev.joiner.campaign;

import dev.joiner.HandOver;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.campaign.Ledger.Line;
import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.JoinStoreConfig;
import dev.joiner.spi.JoinStores;
import dev.joiner.spi.KeyCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A node, in a process of its own: takes batches of messages on standard input, and says on standard output which of
 * them the transport has to deliver again.
 *
 * <p>A line in is {@code number accept|acceptAll part part ...}; one out is {@code number} and the positions of the parts
 * that were not taken. At the end of the input it sweeps until nothing is in flight any more, and ends. It sweeps all the
 * time, as nodes do.
 */
final class Consumer implements AutoCloseable {
    private static final Duration SWEEPS_EVERY = Duration.ofMillis(150);
    private static final Duration OPENS_WITHIN = Duration.ofSeconds(50);
    private static final int WORKERS = 2;

    private final Options options;
    private final Ledger ledger;
    private final JoinStore<String, String> store;
    private final Joiner<Part, String> joiner;
    private final AtomicLong calls = new AtomicLong();
    private final ThreadLocal<Long> call = ThreadLocal.withInitial(() -> 0L);
    private final CountDownLatch released = new CountDownLatch(1);

    /**
     * How a node behaves.
     *
     * @param failEvery one of so many first attempts throws; 0: none
     * @param longestMicros how long a handler takes at most
     * @param holds whether handlers wait for the word {@code go} on standard input; the node sweeps at the end only
     */
    record Options(
            String url,
            String namespace,
            Path ledger,
            Duration lease,
            int failEvery,
            int longestMicros,
            boolean holds) {

        String[] arguments() {
            return new String[] {
                url,
                namespace,
                ledger.toString(),
                Long.toString(lease.toMillis()),
                Integer.toString(failEvery),
                Integer.toString(longestMicros),
                Boolean.toString(holds)
            };
        }

        static Options of(String... arguments) {
            return new Options(
                    arguments[0],
                    arguments[1],
                    Path.of(arguments[2]),
                    Duration.ofMillis(Long.parseLong(arguments[3])),
                    Integer.parseInt(arguments[4]),
                    Integer.parseInt(arguments[5]),
                    Boolean.parseBoolean(arguments[6]));
        }

        Options withLedger(Path path) {
            return new Options(url, namespace, path, lease, failEvery, longestMicros, holds);
        }
    }

    private Consumer(Options options) throws IOException {
        this.options = options;
        ledger = new Ledger(options.ledger());
        store = open(options);
        joiner = Joiner.create(
                Part.joined(options.lease(), this::process)
                        .retry(1_000, Duration.ofMillis(100), Duration.ofMillis(500))
                        .onPoisoned((value, handOver) -> note(Kind.POISONED, handOver, value))
                        .build(),
                store);
    }

    /** A node may start while its server does not run. */
    private static JoinStore<String, String> open(Options options) {
        long end = System.nanoTime() + OPENS_WITHIN.toNanos();
        while (true) {
            try {
                return JoinStores.open(
                        options.url(), JoinStoreConfig.of(options.namespace(), KeyCodec.string(), Codec.string()));
            } catch (StoreException e) {
                System.err.println("not open yet: " + e);
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        try (Consumer consumer = new Consumer(Options.of(arguments))) {
            consumer.run();
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0); // whatever threads clients have left
    }

    private void run() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        CountDownLatch fed = new CountDownLatch(1);
        Thread sweeper = new Thread(() -> sweepUntil(fed), "sweeper");
        sweeper.start();
        say("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("go")) {
                released.countDown();
            } else {
                String batch = line;
                workers.execute(() -> take(batch));
            }
        }
        workers.shutdown();
        if (!workers.awaitTermination(10, TimeUnit.MINUTES)) {
            throw new IllegalStateException("workers hang");
        }
        fed.countDown();
        sweeper.join();
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void take(String line) {
        try {
            String[] words = line.split(" ", -1);
            List<Part> parts = Stream.of(words).skip(2).map(Part::of).toList();
            StringBuilder answer = new StringBuilder(words[0]);
            List<Integer> again = words[1].equals("accept") ? accept(parts) : acceptAll(parts);
            again.forEach(position -> answer.append(' ').append(position));
            say(answer.toString());
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(2); // the test is told by the end of this process
        }
    }

    private List<Integer> accept(List<Part> parts) {
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            begin();
            try {
                note(part, joiner.accept(part));
            } catch (ProcessingException e) {
                noteFailure(part.key(), e);
            } catch (JoinerException e) {
                System.err.println(part + ": " + e);
                again.add(i);
            }
            end();
        }
        return again;
    }

    private List<Integer> acceptAll(List<Part> parts) {
        List<Integer> again = new ArrayList<>();
        begin();
        try {
            List<Outcome<String>> outcomes = joiner.acceptAll(parts);
            for (int i = 0; i < parts.size(); i++) {
                if (outcomes.get(i) instanceof Outcome.Failed<String> failed) {
                    if (failed.cause() instanceof ProcessingException e) {
                        noteFailure(parts.get(i).key(), e);
                    } else if (failed.cause() instanceof JoinerException) {
                        again.add(i);
                    } else {
                        throw new IllegalStateException(failed.cause());
                    }
                } else {
                    note(parts.get(i), outcomes.get(i));
                }
            }
        } catch (StoreException e) {
            System.err.println("batch: " + e);
            for (int i = 0; i < parts.size(); i++) {
                again.add(i);
            }
        }
        end();
        return again;
    }

    private void note(Part part, Outcome<String> outcome) {
        if (outcome instanceof Outcome.Joined<String> joined) {
            note(joined.confirmed() ? Kind.CONFIRMED : Kind.UNCONFIRMED, part.key(), 0, 0, "");
        }
    }

    private void noteFailure(String key, Exception failure) {
        if (failure instanceof StoreException || failure.getSuppressed().length > 0) {
            note(Kind.UNCONFIRMED, key, 0, 0, "");
        }
    }

    private void sweepUntil(CountDownLatch fed) {
        try {
            boolean last = false;
            if (options.holds()) {
                fed.await(); // another node is to be the one that takes over
            }
            while (!last) {
                last = fed.await(SWEEPS_EVERY.toMillis(), TimeUnit.MILLISECONDS) && nothingIsInFlight();
                sweep();
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(3);
        }
    }

    private void sweep() {
        begin();
        try {
            SweepReport report = joiner.sweep();
            report.failures().forEach(failure -> noteFailure(failure.key().toString(), failure.cause()));
        } catch (StoreException e) {
            System.err.println("sweep: " + e); // the next one goes on
        }
        end();
    }

    /** What is in flight is due within a lease or a backoff, what is only remembered much later. */
    private boolean nothingIsInFlight() {
        try {
            boolean nothing =
                    store.due(Instant.now().plus(Duration.ofMinutes(10)), 1).isEmpty();
            if (!nothing) {
                LockSupport.parkNanos(SWEEPS_EVERY.toNanos());
            }
            return nothing;
        } catch (StoreException e) {
            return false;
        }
    }

    private String process(String value, HandOver handOver) throws InterruptedException {
        note(Kind.BEFORE, handOver, value);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (options.holds()) {
            released.await();
        }
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(options.longestMicros() + 1)));
        if (options.failEvery() > 0 && handOver.attempt() == 1 && random.nextInt(options.failEvery()) == 0) {
            note(Kind.THREW, handOver, value);
            throw new IllegalStateException("as the campaign wants it");
        }
        note(Kind.AFTER, handOver, value);
        return value;
    }

    private void begin() {
        call.set(calls.incrementAndGet());
        note(Kind.CALL, "", 0, 0, "");
    }

    private void end() {
        note(Kind.END, "", 0, 0, "");
    }

    private void note(Kind kind, HandOver handOver, String value) {
        note(kind, handOver.key().toString(), handOver.attempt(), handOver.token(), value);
    }

    private void note(Kind kind, String key, int attempt, long token, String value) {
        ledger.write(new Line(System.currentTimeMillis(), kind, call.get(), key, attempt, token, value));
    }

    @Override
    public void close() throws IOException {
        joiner.close();
        ledger.close();
    }
}
