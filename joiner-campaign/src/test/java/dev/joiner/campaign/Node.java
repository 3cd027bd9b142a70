package dev.joiner.campaign;

import dev.joiner.campaign.Consumer.Options;
import dev.joiner.test.servers.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/** One node of a run: a consumer, and when that is killed the next one, fed with what others leave it. */
final class Node {
    private static final int BATCHES_AT_ONCE = 4;
    private static final int LARGEST_BATCH = 12;

    private final String name;
    private final Options options;
    private final Feed feed;
    private final RandomGenerator random;
    private final List<Path> ledgers = new CopyOnWriteArrayList<>();
    private final Set<Path> killed = ConcurrentHashMap.newKeySet();
    private final Map<String, List<Part>> unacknowledged = new LinkedHashMap<>();
    private volatile JavaProcess process;
    private volatile boolean busy;
    private int batches;

    Node(String name, Options options, Feed feed, RandomGenerator random) {
        this.name = name;
        this.options = options;
        this.feed = feed;
        this.random = random;
    }

    /** Runs until all messages are acknowledged and nothing is in flight any more. */
    void run() throws InterruptedException {
        while (!feed.isOver()) {
            start();
            feedWhileItLives();
            unacknowledged.values().forEach(feed::redeliver);
            unacknowledged.clear();
        }
        if (process == null || !process.isAlive()) {
            start(); // somebody has to sweep what was in flight when it was killed
            process.awaitLine("ready");
        }
        process.endInput();
        if (process.awaitExit() != 0) {
            throw new IllegalStateException(name + " failed:\n" + process.errors());
        }
    }

    private void start() {
        Path ledger = options.ledger().resolve(name + "-" + ledgers.size());
        ledgers.add(ledger);
        process = JavaProcess.start(Consumer.class, options.withLedger(ledger).arguments());
    }

    private void feedWhileItLives() throws InterruptedException {
        String answer = process.readLine(); // ready
        while (answer != null) {
            send();
            if (unacknowledged.isEmpty()) {
                return; // all is done
            }
            answer = readAnswer();
            if (answer != null) {
                settle(answer);
            }
        }
        busy = false;
        process.awaitExit();
        if (!killed.contains(ledgers.get(ledgers.size() - 1))) {
            throw new IllegalStateException(name + " ended, and nobody had killed it:\n" + process.errors());
        }
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
            List<Part> parts = feed.take(1 + random.nextInt(LARGEST_BATCH), unacknowledged.isEmpty());
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
        feed.redeliver(again);
        feed.acknowledge(parts.size() - again.size());
    }

    /** Whether it has messages to work on now, as far as one can tell from outside. */
    boolean isBusy() {
        return busy && process.isAlive();
    }

    void kill() {
        killed.add(ledgers.get(ledgers.size() - 1));
        busy = false;
        process.kill();
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

    /** The ledgers of all its processes. */
    List<Path> ledgers() {
        return ledgers;
    }

    Set<Path> killed() {
        return killed;
    }
}
