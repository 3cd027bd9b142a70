package dev.joiner.test.brokers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A Kafka broker that is its own controller. */
public final class KafkaBroker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final String HOST = "127.0.0.1";
    private static final String CLUSTER = "joiner";
    private static final int NODE = 1;
    private static final String CONTROLLER = "CONTROLLER";

    private final KafkaRaftServer server;
    private final String address;

    private KafkaBroker(KafkaRaftServer server, String address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Starts a broker, on ports that it finds.
     *
     * @param folder where its data are or come to be
     */
    public static KafkaBroker start(Path folder) throws Exception {
        String address = HOST + ":" + freePort();
        String controller = HOST + ":" + freePort();
        Map<String, String> config = new HashMap<>();
        config.put("process.roles", "broker,controller");
        config.put("node.id", Integer.toString(NODE));
        config.put("listeners", "PLAINTEXT://" + address + "," + CONTROLLER + "://" + controller);
        config.put("controller.listener.names", CONTROLLER);
        config.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        config.put("controller.quorum.voters", NODE + "@" + controller);
        config.put("log.dirs", folder.toString());
        config.put("auto.create.topics.enable", "false");
        config.put("offsets.topic.num.partitions", "1");
        config.put("offsets.topic.replication.factor", "1");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("group.initial.rebalance.delay.ms", "0");
        // What a killed process leaves behind is not to be waited for.
        config.put("group.min.session.timeout.ms", "1000");
        config.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        config.put("transaction.state.log.num.partitions", "1");
        new Formatter()
                .setClusterId(CLUSTER)
                .setNodeId(NODE)
                .setDirectories(List.of(folder.toString()))
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName(CONTROLLER)
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setIgnoreFormatted(true)
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
        server.startup();
        return new KafkaBroker(server, address);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Returns host and port, as {@code bootstrap.servers} takes them. */
    public String address() {
        return address;
    }

    /** Creates topics, and returns when they take messages. */
    public void createTopics(int partitions, String... names) throws ExecutionException, InterruptedException {
        List<NewTopic> topics = new ArrayList<>();
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String name : names) {
            topics.add(new NewTopic(name, partitions, (short) 1));
            for (int i = 0; i < partitions; i++) {
                ends.put(new TopicPartition(name, i), OffsetSpec.latest());
            }
        }
        try (Admin admin = Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, address))) {
            admin.createTopics(topics).all().get();
            // A new topic is unknown, or has no leader, for a moment. A producer that sends several batches meanwhile
            // may never get in its first.
            for (long began = System.nanoTime(); !haveLeaders(admin, ends); ) {
                if (System.nanoTime() - began > PATIENCE.toNanos()) {
                    throw new IllegalStateException("no leaders within " + PATIENCE + ": " + ends.keySet());
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private static boolean haveLeaders(Admin admin, Map<TopicPartition, OffsetSpec> partitions)
            throws ExecutionException, InterruptedException {
        try {
            admin.listOffsets(partitions).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                return false;
            }
            throw e;
        }
    }

    /** Ends the broker. Its data stay in the folder. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
