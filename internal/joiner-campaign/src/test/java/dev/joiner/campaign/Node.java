package dev.joiner.campaign;

import dev.joiner.campaign.Consumer.Options;
import dev.joiner.test.servers.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** One node of a run: a consumer, and when that is killed the next one, fed with what others leave it. */
final class Node {
    private static final int BATCHES_AT_ONCE = 4;

    private final String name;
    private final Options options;
    private final Feed feed;
    private final int largestBatch;
    private final Lock starts;
    private final RandomGenerator random;
    private final List<Path> ledgers = new CopyOnWriteArrayList<>();
    private final Set<Path> killed = ConcurrentHashMap.newKeySet();
    private final Set<Path> stopped = ConcurrentHashMap.newKeySet();
    private final Map<String, List<Part>> unacknowledged = new LinkedHashMap<>();
    private volatile JavaProcess process;
    private volatile boolean busy;
    private int batches;
    private long progressAt;

    /** @param starts held while a process starts, so that whoever holds it sees none begin */
    Node(String name, Options options, Feed feed, int largestBatch, Lock starts, RandomGenerator random) {
        this.name = name;
        this.options = options;
        this.feed = feed;
        this.largestBatch = largestBatch;
        this.starts = starts;
        this.random = random;
    }

    /** Runs until all messages are acknowledged and nothing is in flight any more. */
    void run() throws InterruptedException {
        int status;
        do {
            start();
            feedWhileItLives();
            process.endInput();
            status = process.awaitExit();
            requireExpected(status);
            unacknowledged.values().forEach(feed::redeliver);
            unacknowledged.clear();
        } while (status != 0); // somebody has to sweep what was in flight when it ended
    }

    private void start() throws InterruptedException {
        starts.lockInterruptibly();
        try {
            Path ledger = options.ledger().resolve(name + "-" + ledgers.size());
            ledgers.add(ledger);
            process =
                    JavaProcess.start(Consumer.class, options.withLedger(ledger).arguments());
        } finally {
            starts.unlock();
        }
    }

    private Path ledger() {
        return ledgers.get(ledgers.size() - 1);
    }

    private void requireExpected(int status) {
        boolean isHalted = status == Consumer.HALTED && options.behaviour().trouble() == Behaviour.Trouble.HALTS;
        if (isHalted) {
            killed.add(ledger());
        }
        if (status != 0 && !killed.contains(ledger()) && !stopped.contains(ledger())) {
            throw new IllegalStateException(
                    name + " ended with " + status + ", and nobody had killed it:\n" + process.errors());
        }
    }

    private void feedWhileItLives() throws InterruptedException {
        String answer = process.readLine(); // ready
        progressAt = System.nanoTime();
        while (answer != null) {
            send();
            if (unacknowledged.isEmpty()) {
                break; // all is done
            }
            answer = readAnswer();
            if (answer != null) {
                settle(answer);
            }
        }
        busy = false;
    }

    private String readAnswer() {
        try {
            return process.readLine();
        } catch (IllegalStateException e) {
            throw new IllegalStateException(e.getMessage() + "\nIts threads:\n" + threads(), e);
        }
    }

    /** What a process that does not answer is at. */
    private String threads() {
        try {
            Process dump = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(process.pid()),
                            "Thread.print")
                    .redirectErrorStream(true)
                    .start();
            return new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void send() throws InterruptedException {
        while (unacknowledged.size() < BATCHES_AT_ONCE) {
            List<Part> parts = feed.take(1 + random.nextInt(largestBatch), unacknowledged.isEmpty());
            if (parts.isEmpty()) {
                break;
            }
            String number = Integer.toString(++batches);
            unacknowledged.put(number, parts);
            StringBuilder line = new StringBuilder(number).append(random.nextBoolean() ? " accept" : " acceptAll");
            parts.forEach(part -> line.append(' ').append(part));
            process.writeLine(line.toString());
        }
        busy = !unacknowledged.isEmpty();
    }

    private void settle(String answer) {
        String[] words = answer.split(" ", -1);
        List<Part> parts = unacknowledged.remove(words[0]);
        List<Part> again = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            again.add(parts.get(Integer.parseInt(words[i])));
        }
        if (again.size() < parts.size()) {
            progressAt = System.nanoTime();
        } else if (System.nanoTime() - progressAt > JavaProcess.LIMIT.toNanos()) {
            throw new IllegalStateException(name + " takes no message any more. It begins to say why:\n"
                    + process.errors().lines().limit(100).collect(Collectors.joining("\n")));
        }
        feed.redeliver(again);
        feed.acknowledge(parts.size() - again.size());
    }

    /** Whether it has messages to work on now, as far as one can tell from outside. */
    boolean isBusy() {
        return busy && process.isAlive();
    }

    void kill() {
        killed.add(ledger());
        busy = false;
        process.kill();
    }

    /** Asks it to stop, as an operator does, and waits for its end. How long that took; nothing if it had ended before. */
    Optional<Duration> stop() {
        if (ledgers.isEmpty() || !process.isAlive()) {
            return Optional.empty();
        }
        stopped.add(ledger());
        busy = false;
        long began = System.nanoTime();
        process.terminate();
        process.awaitExit();
        return Optional.of(Duration.ofNanos(System.nanoTime() - began));
    }

    void pause() {
        process.pause();
    }

    void resume() {
        process.resume();
    }

    void end() {
        if (process != null) {
            process.kill();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** The ledgers of all its processes. */
    List<Path> ledgers() {
        return ledgers;
    }

    Set<Path> killed() {
        return killed;
    }
}
