package dev.joiner.test.servers;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Redis Cluster: masters that share the {@value #SLOTS} slots evenly, in the order of their index, and replicas of
 * them.
 *
 * <p>A test can {@linkplain #moveSlot move a slot} as a whole, or step by step to look at what clients meet meanwhile:
 * {@link #beginMove}, any number of {@link #moveKeys}, {@link #endMove}. Indexes are those of {@link #masters()}; a
 * failover makes masters out of replicas but does not change the lists here.
 *
 * <p>This class is threadsafe.
 */
public final class RedisCluster implements AutoCloseable {
    /** The number of slots, over all masters. */
    public static final int SLOTS = 16_384;

    private static final int MASTERS = 3;
    private static final Duration FORMED_WITHIN = Duration.ofSeconds(60);
    private static final int MIGRATE_TIMEOUT_MILLIS = 5_000;

    private static final SharedServer<RedisCluster> SHARED =
            new SharedServer<>("redis-cluster", folder -> start(folder, MASTERS, 0));

    private final List<RedisServer> masters;
    private final List<RedisServer> replicas;

    private RedisCluster(List<RedisServer> masters, List<RedisServer> replicas) {
        this.masters = List.copyOf(masters);
        this.replicas = List.copyOf(replicas);
    }

    /**
     * Starts a cluster, and returns when all nodes say that it is whole.
     *
     * @param folder where the nodes' data and logs come to be
     * @param masters the number of masters, at least 3, for a majority that survives one of them
     * @param replicasEach the number of replicas that each master has
     * @param settings of each node, written as for {@link RedisServer#start}
     */
    public static RedisCluster start(Path folder, int masters, int replicasEach, String... settings) {
        if (masters < 3) {
            throw new IllegalArgumentException("Fewer than 3 masters: " + masters);
        }
        if (replicasEach < 0) {
            throw new IllegalArgumentException("Negative number of replicas: " + replicasEach);
        }
        List<String> all = new ArrayList<>();
        all.add("cluster-enabled=yes");
        // A node that cannot be reached for so long has failed. A busy machine may well pause a healthy one for a
        // second.
        all.add("cluster-node-timeout=2000");
        all.addAll(List.of(settings));

        List<RedisServer> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < masters * (1 + replicasEach); i++) {
                nodes.add(RedisServer.start("Redis node " + i, folder.resolve("node-" + i), all));
            }
            RedisCluster cluster = new RedisCluster(nodes.subList(0, masters), nodes.subList(masters, nodes.size()));
            cluster.form();
            return cluster;
        } catch (RuntimeException e) {
            nodes.forEach(RedisServer::kill);
            throw e;
        }
    }

    /**
     * Returns the cluster of three masters that all tests in this JVM share. They tell their keys apart, and leave its
     * nodes running and its slots whole, though not where they were.
     */
    public static RedisCluster shared() {
        return SHARED.get();
    }

    /** Returns the nodes that have been masters from the start. */
    public List<RedisServer> masters() {
        return masters;
    }

    /** Returns the nodes that have been replicas from the start. The one at {@code i} is of master {@code i % masters}. */
    public List<RedisServer> replicas() {
        return replicas;
    }

    /** Returns the slot of a key, which its part in braces decides if it has one. */
    public int slotOf(String key) {
        return Integer.parseInt(text(masters.get(0), "CLUSTER", "KEYSLOT", bytesOf(key)));
    }

    /** Returns the index of the master that has a slot. */
    public int ownerOf(int slot) {
        for (int i = 0; i < masters.size(); i++) {
            if (masters.get(i).isRunning() && owns(i, slot)) {
                return i;
            }
        }
        throw new IllegalStateException("No running master has slot " + slot);
    }

    // What a node knows about itself it has not from hearsay.
    private boolean owns(int master, int slot) {
        String myself = knownNodes(masters.get(master))
                .filter(line -> line.contains("myself"))
                .findFirst()
                .orElseThrow();
        String[] fields = myself.split(" ", -1);
        for (int i = 8; i < fields.length; i++) {
            if (!fields[i].startsWith("[")) { // a slot on the move
                String[] range = fields[i].split("-", -1);
                if (slot >= Integer.parseInt(range[0]) && slot <= Integer.parseInt(range[range.length - 1])) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Moves a slot with all its keys from one master to another. */
    public void moveSlot(int slot, int from, int to) {
        beginMove(slot, from, to);
        int moved;
        do {
            moved = moveKeys(slot, from, to, 100);
        } while (moved > 0);
        endMove(slot, from, to);
    }

    /**
     * Opens a slot at both ends. From here on the source answers {@code ASK} for keys that it does not have, and the
     * target takes them from clients that say {@code ASKING}.
     */
    public void beginMove(int slot, int from, int to) {
        text(masters.get(to), "CLUSTER", "SETSLOT", Integer.toString(slot), "IMPORTING", id(from));
        text(masters.get(from), "CLUSTER", "SETSLOT", Integer.toString(slot), "MIGRATING", id(to));
    }

    /**
     * Moves some keys of a slot that is open, and returns how many.
     *
     * @param limit how many at most
     */
    public int moveKeys(int slot, int from, int to, int limit) {
        if (masters.get(from).call("CLUSTER", "GETKEYSINSLOT", Integer.toString(slot), Integer.toString(limit))
                instanceof List<?> keys) {
            if (!keys.isEmpty()) {
                migrate(keys.stream().map(String::valueOf).toList(), from, to);
            }
            return keys.size();
        }
        throw new IllegalStateException("No list of keys from " + masters.get(from));
    }

    /** Moves one key of a slot that is open. A key that is not there is not moved. */
    public void moveKey(String key, int from, int to) {
        migrate(List.of(bytesOf(key)), from, to);
    }

    private void migrate(List<String> keys, int from, int to) {
        String port = Integer.toString(masters.get(to).port());
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of("MIGRATE", Server.HOST, port, "", "0", Integer.toString(MIGRATE_TIMEOUT_MILLIS), "KEYS"));
        command.addAll(keys);
        masters.get(from).call(command.toArray(String[]::new));
    }

    /** Gives an open slot, with no key left at the source, to the target, and tells all masters that run. */
    public void endMove(int slot, int from, int to) {
        String target = id(to);
        // The target first: were the source to die in between, the slot would otherwise be nobody's.
        List<RedisServer> told = new ArrayList<>();
        told.add(masters.get(to));
        told.add(masters.get(from));
        masters.stream()
                .filter(node -> !told.contains(node) && node.isRunning())
                .forEach(told::add);
        told.forEach(node -> text(node, "CLUSTER", "SETSLOT", Integer.toString(slot), "NODE", target));
    }

    /**
     * Waits until all nodes that run say that the cluster takes requests for all slots. They miss one that has been
     * killed only after the node timeout, and believe it whole until then.
     */
    public void awaitOk() {
        await("be whole", () -> {
            for (RedisServer node : nodes()) {
                if (node.isRunning() && !info(node).contains("cluster_state:ok")) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Stops all nodes. */
    @Override
    public void close() {
        // A master would wait for replicas that are behind.
        replicas.forEach(RedisServer::stop);
        masters.forEach(RedisServer::stop);
    }

    private List<RedisServer> nodes() {
        List<RedisServer> nodes = new ArrayList<>(masters);
        nodes.addAll(replicas);
        return nodes;
    }

    private void form() {
        List<RedisServer> nodes = nodes();
        for (int i = 0; i < nodes.size(); i++) {
            // Epochs that differ from the start need not be told apart by election.
            text(nodes.get(i), "CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        }
        for (int i = 0; i < masters.size(); i++) {
            int first = i * SLOTS / masters.size();
            int last = (i + 1) * SLOTS / masters.size() - 1;
            text(masters.get(i), "CLUSTER", "ADDSLOTSRANGE", Integer.toString(first), Integer.toString(last));
        }
        for (RedisServer node : nodes.subList(1, nodes.size())) {
            text(nodes.get(0), "CLUSTER", "MEET", Server.HOST, Integer.toString(node.port()));
        }
        String everyoneKnown = "cluster_known_nodes:" + nodes.size() + "\r\n";
        await("meet", () -> {
            for (RedisServer node : nodes) {
                if (!info(node).contains(everyoneKnown) || isInHandshake(node)) {
                    return false;
                }
            }
            return true;
        });
        for (int i = 0; i < replicas.size(); i++) {
            text(replicas.get(i), "CLUSTER", "REPLICATE", id(i % masters.size()));
        }
        await("replicate", () -> {
            for (RedisServer replica : replicas) {
                if (!text(replica, "INFO", "replication").contains("master_link_status:up")) {
                    return false;
                }
            }
            for (RedisServer node : nodes) {
                if (knownNodes(node).filter(line -> line.contains("slave")).count() != replicas.size()) {
                    return false;
                }
            }
            return true;
        });
        awaitOk();
    }

    private static boolean isInHandshake(RedisServer node) {
        return knownNodes(node).anyMatch(line -> line.contains("handshake"));
    }

    private static Stream<String> knownNodes(RedisServer node) {
        return text(node, "CLUSTER", "NODES").lines();
    }

    private static String info(RedisServer node) {
        return text(node, "CLUSTER", "INFO");
    }

    private String id(int master) {
        return text(masters.get(master), "CLUSTER", "MYID");
    }

    /** Returns the UTF-8 of a key, a byte a character. */
    private static String bytesOf(String key) {
        return new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String text(RedisServer node, String... command) {
        return String.valueOf(node.call(command));
    }

    private void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + FORMED_WITHIN.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                String views = nodes().stream()
                        .filter(RedisServer::isRunning)
                        .map(node -> node + " knows of\n" + text(node, "CLUSTER", "NODES"))
                        .collect(Collectors.joining("\n"));
                throw new IllegalStateException("The nodes were waited for in vain to " + what + ":\n" + views);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
