package dev.joiner.test.brokers;

import java.net.URL;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener;
import org.apache.qpid.server.model.Container;
import org.apache.qpid.server.model.Port;
import org.apache.qpid.server.model.SystemConfig;
import org.jspecify.annotations.Nullable;

/**
 * A broker that speaks AMQP 0-9-1, as RabbitMQ does: Qpid Broker-J, with its queues in memory.
 *
 * <p>Its one user is guest, whose password is guest. Where RabbitMQ has arguments of its own, it has others, and refuses those
 * that it does not know.
 */
public final class AmqpBroker implements AutoCloseable {
    private final SystemLauncher launcher;
    private final int port;

    private AmqpBroker(SystemLauncher launcher, int port) {
        this.launcher = launcher;
        this.port = port;
    }

    /**
     * Starts a broker, on a port that it finds.
     *
     * @param folder for files that it needs while it runs
     */
    public static AmqpBroker start(Path folder) throws Exception {
        URL config = Objects.requireNonNull(AmqpBroker.class.getResource("amqp.json"));
        Started started = new Started();
        SystemLauncher launcher = new SystemLauncher(started);
        launcher.startup(Map.of(
                SystemConfig.TYPE,
                "Memory",
                SystemConfig.INITIAL_CONFIGURATION_LOCATION,
                config.toExternalForm(),
                SystemConfig.STARTUP_LOGGED_TO_SYSTEM_OUT,
                false,
                SystemConfig.CONTEXT,
                Map.of(SystemConfig.QPID_WORK_DIR, folder.toString())));
        return new AmqpBroker(launcher, started.port());
    }

    /** Returns the address, with user and password, as clients take it. */
    public String url() {
        return "amqp://guest:guest@127.0.0.1:" + port;
    }

    /** Returns the arguments of a queue that rejects to an exchange; RabbitMQ's is {@code x-dead-letter-exchange}. */
    public static Map<String, Object> deadLetterTo(String exchange) {
        // Without a limit of deliveries it would deliver again what is rejected.
        return Map.of("alternateExchange", exchange, "x-qpid-maximum-delivery-count", 1);
    }

    /** Ends the broker, and its queues with it. */
    @Override
    public void close() {
        launcher.shutdown();
    }

    /** Knows the broker once it is up. */
    private static final class Started extends SystemLauncherListener.DefaultSystemLauncherListener {
        private @Nullable SystemConfig<?> system;

        @Override
        public void onContainerResolve(SystemConfig<?> resolved) {
            system = resolved;
        }

        int port() {
            Container<?> broker = Objects.requireNonNull(system).getContainer();
            for (Port<?> port : broker.getChildren(Port.class)) {
                return port.getBoundPort();
            }
            throw new IllegalStateException("The broker has no port");
        }
    }
}
