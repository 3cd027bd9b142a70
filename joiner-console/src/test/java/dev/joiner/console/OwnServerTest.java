package dev.joiner.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The console in a server of a user's. */
class OwnServerTest {
    private final Orders orders = new Orders();

    @Test
    void anyServerCanCarryTheConsole() throws Exception {
        orders.arrives("a", "payment");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        // snippet:own-server
        Console console = Console.of(List.of(orders), true);
        server.createContext("/", exchange -> {
            Console.Response response =
                    exchange.getRequestMethod().equals("GET") ? console.page() : console.answer(request(exchange));
            response.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(response.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        // end:own-server
        server.start();
        try {
            HttpClient client = HttpClient.newHttpClient();
            String authority = "127.0.0.1:" + server.getAddress().getPort();
            URI url = URI.create("http://" + authority + "/");
            HttpRequest release = HttpRequest.newBuilder(url)
                    .header("Content-Type", "application/json")
                    .header("X-Joiner-Console", "1")
                    .header("Origin", "http://" + authority)
                    .POST(BodyPublishers.ofString("{\"join\":\"orders\",\"ask\":\"release\",\"key\":\"a\"}"))
                    .build();

            HttpResponse<String> page = client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
            HttpResponse<String> released = client.send(release, BodyHandlers.ofString());

            assertThat(page.body()).startsWith("<!doctype html>");
            assertThat(released.statusCode()).as(released.body()).isEqualTo(200);
            assertThat(orders.handedOver).containsExactly("payment");
        } finally {
            server.stop(0);
        }
    }

    private static Console.Request request(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        return new Console.Request(
                exchange.getRequestHeaders().getFirst("Host"),
                exchange.getRequestHeaders()::getFirst,
                Console.Request.fields(body));
    }
}
