package dev.joiner.campaign;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.KeyCodec;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.Sweeper;
import dev.joiner.campaign.Behaviour.Trouble;
import dev.joiner.campaign.Ledger.Kind;
import dev.joiner.spi.JoinStore;
import dev.joiner.spi.PartsGoneException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A node, in a process of its own: takes batches of messages on standard input, and says on standard output which of
 * them the transport has to deliver again.
 *
 * <p>A line in is {@code number accept|acceptAll part part ...}; one out is {@code number} and the positions of the parts
 * that were not taken. It sweeps all the time, as nodes do; at the end of the input until nothing is in flight any more, and
 * ends. When it is asked to stop (SIGTERM), it stops as a node of a user's does: its shutdown hook closes the sweeper and the
 * joiner.
 */
final class Consumer implements AutoCloseable {
    /** The exit status of a process that a handler has halted. */
    static final int HALTED = 9;

    private static final Duration SWEEPS_EVERY = Duration.ofMillis(150);
    private static final Duration OPENS_WITHIN = Duration.ofSeconds(50);

    private final Behaviour behaviour;
    private final Journal journal;
    private final JoinStore<String, String> store;
    private final RecordedJoiner joiner;
    private final ScheduledExecutorService workers;
    private final Sweeper.Builder sweeping;
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean isStopping;

    /** Where a node finds what it works with. */
    record Options(String url, String namespace, Path ledger, Behaviour behaviour) {

        String[] arguments() {
            return Stream.concat(Stream.of(url, namespace, ledger.toString()), Stream.of(behaviour.arguments()))
                    .toArray(String[]::new);
        }

        static Options of(String... arguments) {
            return new Options(
                    arguments[0],
                    arguments[1],
                    Path.of(arguments[2]),
                    Behaviour.of(Arrays.copyOfRange(arguments, 3, arguments.length)));
        }

        Options withLedger(Path path) {
            return new Options(url, namespace, path, behaviour);
        }
    }

    private Consumer(Options options) throws IOException {
        behaviour = options.behaviour();
        journal = new Journal(options.ledger());
        store = open(options);
        Interrupter interrupter = new Interrupter();
        joiner = new RecordedJoiner(Joiner.create(spec(), store), journal, interrupter);
        workers = Executors.newScheduledThreadPool(behaviour.workers());
        sweeping = Sweeper.builder(joiner).interval(SWEEPS_EVERY);
        if (behaviour.trouble() == Trouble.HALTS) {
            sweeping.scheduler(workers);
        }
        if (behaviour.trouble() == Trouble.INTERRUPTS) {
            interrupter.start();
        }
    }

    private JoinSpec<Part, String, String, String> spec() {
        return behaviour.collects()
                ? retried(Part.collected(behaviour.lease(), this::processCollected)
                        .expireAt(Part::collectedDeadline)
                        .onExpired(this::processCollected))
                : retried(Part.joined(behaviour.lease(), this::process)
                        .expireAt(Part::deadline)
                        .joinOnExpiry());
    }

    private <H> JoinSpec<Part, String, String, String> retried(
            JoinSpec.Builder<Part, String, String, H, String> builder) {
        builder.retry(behaviour.maxAttempts(), Duration.ofMillis(100), Duration.ofMillis(500));
        return behaviour.parks()
                ? builder.parkPoisoned().build()
                : builder.onPoisoned((given, handOver) -> journal.note(Kind.POISONED, handOver, "" + given))
                        .build();
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
        boolean holds = behaviour.trouble() == Trouble.HOLDS; // another node is to be the one that takes over
        Phaser batches = new Phaser(1);
        Sweeper early = holds ? null : started();
        say("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("go")) {
                released.countDown();
            } else {
                String batch = line;
                batches.register();
                workers.execute(() -> {
                    take(batch);
                    batches.arriveAndDeregister();
                });
            }
        }
        batches.arriveAndAwaitAdvance();
        Sweeper sweeper = early == null ? started() : early;
        while (somethingIsInFlight()) {
            LockSupport.parkNanos(SWEEPS_EVERY.toNanos());
        }
        sweeper.close();
    }

    private Sweeper started() {
        Sweeper sweeper = sweeping.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            isStopping = true;
            sweeper.close();
            joiner.close();
        }));
        return sweeper;
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
            if (isStopping && e instanceof IllegalStateException) {
                return; // the joiner is closed: nobody is told, and the messages come again
            }
            e.printStackTrace();
            Runtime.getRuntime().halt(2); // the test is told by the end of this process
        }
    }

    private List<Integer> accept(List<Part> parts) {
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            try {
                joiner.accept(parts.get(i));
            } catch (JoinerException e) {
                if (!e.isSafe()) {
                    System.err.println(parts.get(i) + ": " + e);
                    again.add(i);
                }
            }
        }
        return again;
    }

    private List<Integer> acceptAll(List<Part> parts) {
        List<Integer> again = new ArrayList<>();
        try {
            List<Outcome<String>> outcomes = joiner.acceptAll(parts);
            for (int i = 0; i < parts.size(); i++) {
                Outcome<String> outcome = outcomes.get(i);
                if (outcome instanceof Outcome.Failed<String> failed && !(failed.cause() instanceof JoinerException)) {
                    throw new IllegalArgumentException(failed.cause());
                }
                if (!outcome.isSafe()) {
                    again.add(i);
                }
            }
        } catch (StoreException e) {
            System.err.println("batch: " + e);
            for (int i = 0; i < parts.size(); i++) {
                again.add(i);
            }
        }
        return again;
    }

    /** What is in flight is due within a lease or a backoff, what is only remembered much later. */
    private boolean somethingIsInFlight() {
        try {
            return !store.due(Instant.EPOCH, Instant.now().plus(Part.LONGER_THAN_A_RUN.dividedBy(2)), 1)
                    .isEmpty();
        } catch (StoreException e) {
            return true;
        }
    }

    private String process(String value, HandOver<String> handOver) throws InterruptedException {
        journal.note(Kind.BEFORE, handOver, value);
        attempt(value, handOver);
        journal.note(Kind.AFTER, handOver, value);
        return value;
    }

    /** Reads twice, so that what is read late is seen to be there still, or not at all. */
    private String processCollected(Collected<String, String> collected, HandOver<String> handOver)
            throws InterruptedException {
        journal.note(Kind.BEFORE, handOver, "");
        read(collected, handOver);
        attempt(collected.value(), handOver);
        read(collected, handOver);
        journal.note(Kind.AFTER, handOver, collected.value());
        return collected.value();
    }

    private void read(Collected<String, String> collected, HandOver<String> handOver) {
        try {
            journal.note(Kind.READ, handOver, Contents.of(collected));
        } catch (PartsGoneException e) {
            journal.note(Kind.GONE, handOver, e.getMessage());
            throw e;
        }
    }

    private void attempt(String value, HandOver<String> handOver) throws InterruptedException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long micros = random.nextInt(behaviour.longestMicros() + 1);
        switch (behaviour.trouble()) {
            case NONE -> work(micros);
            case THROWS -> {
                work(micros);
                if (handOver.attempt() == 1 && random.nextInt(behaviour.throwsOneIn()) == 0) {
                    journal.note(Kind.THREW, handOver, value);
                    throw new IllegalStateException("as the campaign wants it");
                }
            }
            case HOLDS -> released.await();
            case INTERRUPTS -> workInterruptibly(value, handOver, micros);
            case HALTS -> {
                if (Part.isKiller(handOver.key())) {
                    Runtime.getRuntime().halt(HALTED);
                }
                work(micros);
            }
        }
    }

    private static void work(long micros) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
    }

    /** Some handlers do not care for interrupts, some throw what the JDK throws, some throw something of their own. */
    private void workInterruptibly(String value, HandOver<String> handOver, long micros) throws InterruptedException {
        int kind = ThreadLocalRandom.current().nextInt(3);
        if (kind == 0) {
            work(micros);
            return;
        }
        try {
            TimeUnit.MICROSECONDS.sleep(micros);
        } catch (InterruptedException e) {
            journal.note(Kind.INTERRUPTED, handOver, value);
            if (kind == 1) {
                throw e;
            }
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        joiner.close();
        journal.close();
    }
}
