package dev.joiner.examples.spring.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.test.servers.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

@Timeout(60)
class ShopApplicationTest {
    private static ConfigurableApplicationContext context;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        PostgresServer database = PostgresServer.shared();
        context = new SpringApplicationBuilder(ShopApplication.class)
                .run(
                        "--server.port=0",
                        "--joiner.store.table=shop_joins",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.user());
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @BeforeEach
    void clear() {
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        jdbc.execute("DELETE FROM shop_joins");
        jdbc.execute("DELETE FROM booked");
    }

    private HttpResponse<String> answer(String path, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
        return client.send(
                request.uri(URI.create("http://localhost:" + port + path)).build(), BodyHandlers.ofString());
    }

    private String get(String path) throws IOException, InterruptedException {
        return answer(path, HttpRequest.newBuilder().GET()).body();
    }

    private String post(String path, String json) throws IOException, InterruptedException {
        return posted(path, json).body();
    }

    private HttpResponse<String> posted(String path, String json) throws IOException, InterruptedException {
        return answer(
                path,
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    @Test
    void orderIsBookedOnceItsThreeMessagesAreThere() throws Exception {
        assertThat(post("/shipments", "{\"orderId\":\"42\",\"carrier\":\"post\"}"))
                .isEqualTo("Incomplete");
        assertThat(post("/orders", "{\"id\":\"42\",\"total\":30}")).isEqualTo("Incomplete");
        assertThat(get("/booked")).isEqualTo("[]");
        assertThat(get("/actuator/joins/orders?key=42")).contains("\"missing\":[\"payment\"]");

        assertThat(post("/payments", "{\"orderId\":\"42\",\"amount\":30}")).isEqualTo("Joined");

        assertThat(get("/booked")).isEqualTo("[{\"id\":\"42\",\"total\":30,\"paid\":30,\"carrier\":\"post\"}]");
        assertThat(get("/actuator/joins/orders?key=42")).contains("\"status\":\"REMEMBERED\"");
        assertThat(get("/actuator/prometheus"))
                .containsPattern("joiner_join_age_seconds_count\\{[^}]*join=\"orders\",outcome=\"joined\"} 1");
        assertThat(get("/actuator/joinsconsole")).contains("<title>", "\"name\":\"orders\"");
        assertThat(get("/actuator/health")).contains("\"joins\":{").startsWith("{\"components\"");
    }

    @Test
    void orderThatCannotBeBookedWaits() throws Exception {
        post("/orders", "{\"id\":\"42\",\"total\":30}");
        post("/shipments", "{\"orderId\":\"42\",\"carrier\":\"" + "x".repeat(200) + "\"}");

        HttpResponse<String> refused = posted("/payments", "{\"orderId\":\"42\",\"amount\":30}");

        assertThat(refused.statusCode()).as("send it again").isEqualTo(503);
        assertThat(refused.body()).contains("the message is not stored");

        assertThat(get("/booked")).isEqualTo("[]");
        assertThat(get("/actuator/joins/orders?key=42")).contains("\"missing\":[\"payment\"]");
    }

    @Test
    void messageWithoutAKeyIsABadRequest() throws Exception {
        HttpResponse<String> refused = posted("/payments", "{\"amount\":30}");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("key of part \"payment\" is null");
    }

    @Test
    void documentationSaysHowLongTheApplicationIs() throws IOException {
        Path source = Path.of("src/main/java/dev/joiner/examples/spring/shop/ShopApplication.java");
        long lines;
        try (var all = Files.lines(source)) {
            lines = all.count();
        }

        assertThat(lines).isLessThan(110);
        assertThat(Path.of("../docs/spring-boot.md")).content().contains("in " + lines + " lines");
    }
}
