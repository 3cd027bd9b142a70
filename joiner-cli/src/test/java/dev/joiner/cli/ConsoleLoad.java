package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.cli.Cli.Running;
import dev.joiner.test.servers.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Measures the console over very many joins. Run by hand, so its name is not that of a test. The property {@code store} is the URL
 * of another store than a PostgreSQL of its own, and with {@code joins=0} that has been filled before.
 */
class ConsoleLoad {
    private static final int JOINS = Integer.getInteger("joins", 1_000_000);
    private static final int TIMES = 21;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void measure() throws Exception {
        String store = System.getProperty("store");
        String url = store == null ? PostgresServer.shared().jdbcUrl() : store;
        long began = System.nanoTime();
        if (JOINS > 0) {
            ConsoleSample.fill(url, "orders", JOINS, 200, Cli.START);
            System.out.printf(Locale.ROOT, "%,d joins written in %d s%n", JOINS, seconds(began));
        }
        try (Running console = new Running(
                "console", "--store", url, "--namespace=orders", "--require=order.total,payment,shipment")) {
            console.awaitErr("the console is at ");
            Matcher address = Pattern.compile("http\\S+").matcher(console.err());
            assertThat(address.find()).isTrue();
            URI page = URI.create(address.group());
            began = System.nanoTime();
            JsonNode first = ask(page, "{'ask':'overview'}");
            System.out.printf(Locale.ROOT, "the first overview: %d ms%n", millis(began));
            String next = first.get("next").asText();
            String key = first.get("oldest").get("key").asText();
            time(
                    "the page itself",
                    () -> client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()));
            time("overview", () -> ask(page, "{'ask':'overview'}"));
            time("overview, read on", () -> ask(page, "{'ask':'overview','cursor':'" + next + "'}"));
            time("list", () -> ask(page, "{'ask':'list'}"));
            time("list, next page", () -> ask(page, "{'ask':'list','cursor':'" + next + "'}"));
            time("list of the parked", () -> ask(page, "{'ask':'list','status':'PARKED'}"));
            time("find", () -> ask(page, "{'ask':'find','key':'" + key + "'}"));
            began = System.nanoTime();
            int requests = 1;
            for (JsonNode part = first; part.has("next"); requests++) {
                part = ask(
                        page, "{'ask':'overview','cursor':'" + part.get("next").asText() + "'}");
            }
            System.out.printf(Locale.ROOT, "all of it read on: %d s, %d requests%n", seconds(began), requests);
            began = System.nanoTime();
            JsonNode read = ask(page, "{'ask':'oldest'}");
            while (read.has("next")) {
                read = ask(page, "{'ask':'oldest','cursor':'" + read.get("next").asText() + "'}");
            }
            System.out.printf(Locale.ROOT, "the oldest of all of it: %d s%n", seconds(began));
            console.stop();
            console.awaitEnd();
        }
    }

    private static long seconds(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toSeconds();
    }

    private static long millis(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toMillis();
    }

    private interface Request {
        Object send() throws IOException, InterruptedException;
    }

    private static void time(String name, Request request) throws IOException, InterruptedException {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            long began = System.nanoTime();
            request.send();
            millis.add(millis(began));
        }
        millis.sort(null);
        System.out.printf(
                Locale.ROOT, "%s: median %d ms, longest %d ms%n", name, millis.get(TIMES / 2), millis.get(TIMES - 1));
    }

    private JsonNode ask(URI page, String json) throws IOException, InterruptedException {
        ObjectNode fields = Json.MAPPER.readValue(json.replace('\'', '"'), ObjectNode.class);
        HttpRequest request = HttpRequest.newBuilder(page)
                .header("Content-Type", "application/json")
                .header("X-Joiner-Console", "1")
                .header("Origin", "http://" + page.getAuthority())
                .POST(HttpRequest.BodyPublishers.ofString(
                        fields.put("join", "orders").toString()))
                .build();
        var response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Json.MAPPER.readTree(response.body());
    }
}
