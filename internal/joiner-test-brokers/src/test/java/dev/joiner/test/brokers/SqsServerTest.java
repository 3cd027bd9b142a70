package dev.joiner.test.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

class SqsServerTest {

    @Test
    void queueIsCreatedUnderTheEndpoint() throws Exception {
        try (SqsServer server = SqsServer.start()) {
            assertThat(createQueue(server.endpoint())).contains("\"" + server.endpoint() + "/");
        }
    }

    @Test
    void closedServerRefusesConnections() {
        SqsServer server = SqsServer.start();

        server.close();

        assertThatThrownBy(() -> createQueue(server.endpoint())).isInstanceOf(ConnectException.class);
    }

    private static String createQueue(URI endpoint) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/x-amz-json-1.0")
                .header("X-Amz-Target", "AmazonSQS.CreateQueue")
                .POST(BodyPublishers.ofString("{\"QueueName\": \"queue\"}"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
