package dev.joiner.test.brokers;

import java.net.URI;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/** A server that does what Amazon SQS does: ElasticMQ, with its queues in memory. It lets in everybody, in any region. */
public final class SqsServer implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private final SQSRestServer server;
    private final int port;

    private SqsServer(SQSRestServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Starts a server, on a port that it finds. */
    public static SqsServer start() {
        SQSRestServer server =
                SQSRestServerBuilder.withInterface(HOST).withDynamicPort().start();
        return new SqsServer(server, server.waitUntilStarted().localAddress().getPort());
    }

    /** Returns what clients take in place of Amazon's endpoint. */
    public URI endpoint() {
        return URI.create("http://" + HOST + ":" + port);
    }

    /** Ends the server, and its queues with it. */
    @Override
    public void close() {
        server.stopAndWait();
    }
}
