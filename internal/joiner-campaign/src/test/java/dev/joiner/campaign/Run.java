package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.campaign.Consumer.Options;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** Many joins on one store, through several nodes, while something is broken again and again. */
final class Run {
    private static final String NAMESPACE = "campaign";
    private static final int SPREAD = 3_000;

    private final StoreKind kind;
    private final Backend backend;
    private final long seed;
    private final Behaviour behaviour;
    private final Random random;
    private final List<String> keys = new ArrayList<>();
    private final Feed feed;
    private final Lock starts = new ReentrantLock();
    private final List<Node> nodes;
    private final Audit audit;

    /** What is done to the nodes or to their server, at one moment. */
    @FunctionalInterface
    interface Disturbance {
        /** @param number how many there were before */
        void happen(int number) throws Exception;
    }

    Run(StoreKind kind, Backend backend, Path folder, Behaviour behaviour, Load load, long seed) throws Exception {
        this.kind = kind;
        this.backend = backend;
        this.seed = seed;
        this.behaviour = behaviour;
        random = new Random(seed);
        feed = new Feed(messages(load));
        audit = new Audit(behaviour);
        Path ledgers = Files.createDirectories(folder.resolve("ledgers"));
        Options options = new Options(backend.url(), NAMESPACE, ledgers, behaviour);
        nodes = IntStream.range(0, kind.nodes())
                .mapToObj(i ->
                        new Node("node" + i, options, feed, load.largestBatch(), starts, new Random(random.nextLong())))
                .toList();
    }

    /** A message, and its place among the others. */
    private record Placed(Part message, int place) {}

    /** Things of a few parts or many, one in four for a sweep to find; one message in ten comes twice. */
    private List<Part> messages(Load load) {
        List<Part> all = new ArrayList<>();
        for (int thing = 0; thing < load.joins(); thing++) {
            String marks = (random.nextInt(4) == 0 ? Part.SWEPT : "") + (thing < load.killers() ? Part.KILLER : "");
            List<Part> parts = Part.all(thing, behaviour.collects() ? many(thing) : 2 + random.nextInt(3), marks);
            keys.add(parts.get(0).key());
            all.addAll(parts);
        }
        List<Placed> messages = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            messages.add(placed(all, i));
        }
        for (int i = 0; i < all.size() / 10; i++) {
            messages.add(placed(all, random.nextInt(all.size())));
        }
        return messages.stream()
                .sorted(Comparator.comparingInt(Placed::place))
                .map(Placed::message)
                .toList();
    }

    /** Most are small; some are more than is read and removed at once, or just that, or a little less. */
    private int many(int thing) {
        return switch (thing % 64) {
            case 0 -> 1_000 + random.nextInt(1_001);
            case 1 -> 999 + random.nextInt(3);
            case 32, 33 -> 31 + random.nextInt(969);
            default -> 1 + random.nextInt(30);
        };
    }

    /** Large joins would all end last if they were not kept together a little. */
    private Placed placed(List<Part> all, int i) {
        return new Placed(all.get(i), behaviour.collects() ? i + random.nextInt(SPREAD) : random.nextInt());
    }

    Random random() {
        return random;
    }

    /** Lets the nodes work. */
    void work() throws Exception {
        disturb(0, number -> {});
    }

    /** Lets the nodes work, and disturbs them so many times, evenly spread over the messages. */
    void disturb(int times, Disturbance disturbance) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            ExecutorCompletionService<Void> running = new ExecutorCompletionService<>(threads);
            List<Callable<Void>> works = new ArrayList<>();
            nodes.forEach(node -> works.add(() -> {
                node.run();
                return null;
            }));
            works.add(() -> {
                disturbEvenly(times, disturbance);
                return null;
            });
            works.forEach(running::submit);
            for (int i = 0; i < works.size(); i++) {
                running.take().get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(kind + ": " + e.getCause().getMessage(), e.getCause());
        } finally {
            feed.abort();
            nodes.forEach(Node::end);
            threads.shutdown();
            threads.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    private void disturbEvenly(int times, Disturbance disturbance) throws Exception {
        int step = feed.total() / (times + 1);
        for (int done = 0; done < times; done++) {
            // Whoever is to be disturbed has to be at work: what is left waits for the disturbances that are behind.
            feed.limitTo((done + 2) * step);
            feed.awaitAcknowledged(done * step + random.nextInt(step));
            disturbance.happen(done);
        }
        feed.limitTo(Integer.MAX_VALUE);
    }

    /** One of the nodes that are at work, at a random moment of it; waits for one. */
    Node busyNode() {
        LockSupport.parkNanos(random.nextInt(20_000_000));
        return await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(1))
                .until(this::anyBusyNode, Optional::isPresent)
                .orElseThrow();
    }

    private Optional<Node> anyBusyNode() {
        List<Node> busy = nodes.stream().filter(Node::isBusy).toList();
        return busy.isEmpty() ? Optional.empty() : Optional.of(busy.get(random.nextInt(busy.size())));
    }

    /** Lets a node stand still until the leases of what it hands over are over. */
    void pauseNode() {
        Node node = busyNode();
        node.pause();
        LockSupport.parkNanos(behaviour.lease().toNanos() + random.nextInt(500_000_000));
        node.resume();
    }

    /** Asks a node to stop, in the middle of its work. It comes back. */
    void stopNode() {
        stop(busyNode());
    }

    private void stop(Node node) {
        node.stop().ifPresent(took -> audit.stopped(node.toString(), took));
    }

    /** Asks all nodes to stop, and looks at what they leave behind before they come back. */
    void stopAll() throws Exception {
        busyNode();
        starts.lockInterruptibly();
        try {
            nodes.parallelStream().forEach(this::stop);
            audit.leftByStoppedNodes(backend.held(NAMESPACE), System.currentTimeMillis());
            requireNothingBroken(); // or the run would wait for a lease
        } finally {
            starts.unlock();
        }
    }

    /** Compares the ledgers and the store with what was sent. */
    Audit audit() throws Exception {
        for (Node node : nodes) {
            for (Path ledger : node.ledgers()) {
                audit.read(ledger, node.killed().contains(ledger));
            }
        }
        Map<String, JoinState<String>> held = backend.held(NAMESPACE);
        audit.leftAtTheEnd(held);
        audit.judge(keys);
        if (behaviour.collects()) {
            audit.keptApart(PartRows.of(kind, backend, NAMESPACE), held);
            forgetAll();
            Map<String, JoinState<String>> left = backend.held(NAMESPACE);
            audit.leftAfterAll(left);
            audit.keptApart(PartRows.of(kind, backend, NAMESPACE), left);
        }
        requireNothingBroken();
        assertThat(held.keySet())
                .as("%s, seed %d: remembered or parked", kind, seed)
                .containsExactlyInAnyOrderElementsOf(keys);
        return audit;
    }

    /** Sweeps at a time at which nothing is remembered any more. */
    private void forgetAll() {
        Instant late = Instant.now().plus(Part.LONGER_THAN_A_RUN);
        JoinSpec<Part, String, String, String> spec = Part.collected(behaviour.lease(), (collected, handOver) -> {
                    throw new AssertionError(handOver.key() + " is handed over at the end");
                })
                .build();
        try (JoinStore<String, String> store = backend.open(NAMESPACE);
                Joiner<Part, String> joiner = Joiner.create(spec, store, () -> late)) {
            while (!store.due(Instant.EPOCH, late, 1).isEmpty()) {
                assertThat(joiner.sweep().failures()).isEmpty();
            }
        }
    }

    private void requireNothingBroken() {
        assertThat(audit.broken())
                .as("%s, seed %d: broken promises", kind, seed)
                .isEmpty();
    }

    int killed() {
        return nodes.stream().mapToInt(node -> node.killed().size()).sum();
    }

    int joins() {
        return keys.size();
    }

    /** How many different messages there are. */
    int parts() {
        return keys.stream().mapToInt(Part::parts).sum();
    }

    int messages() {
        return feed.total();
    }
}
