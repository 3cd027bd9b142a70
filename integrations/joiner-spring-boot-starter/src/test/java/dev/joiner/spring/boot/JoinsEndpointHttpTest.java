package dev.joiner.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.joiner.JoinSpec;
import dev.joiner.KeyedJoiner;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** The endpoint as an operator has it: over HTTP, on Spring MVC and Tomcat. */
@Timeout(60)
class JoinsEndpointHttpTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "Köln/2026 ä+b&c=%?#;\"";

    record Note(String key, String text) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            exclude = {
                DataSourceAutoConfiguration.class,
                DataJpaRepositoriesAutoConfiguration.class,
                HibernateJpaAutoConfiguration.class
            })
    static class Secured {
        @Bean
        JoinSpec<Note, String, String, String> notes() {
            return JoinSpec.joining(Note.class)
                    .keyedBy(Note::key)
                    .<String>mergedBy((note, pending) -> pending == null ? note.text : pending + note.text)
                    .sufficientWhen(text -> text.equals("whole"))
                    .named("notes")
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            exclude = {ServletWebSecurityAutoConfiguration.class, ManagementWebSecurityAutoConfiguration.class})
    static class Open extends Secured {}

    @Configuration(proxyBeanMethods = false)
    static class Operators extends Secured {
        // snippet:spring-boot-endpoint-security
        @Bean
        SecurityFilterChain actuator(HttpSecurity http) {
            return http.securityMatcher(EndpointRequest.toAnyEndpoint())
                    .authorizeHttpRequests(requests -> requests.anyRequest().hasRole("OPERATOR"))
                    .httpBasic(Customizer.withDefaults())
                    .csrf(csrf -> csrf.disable()) // forms of other sites cannot post JSON
                    .build();
        }
        // end:spring-boot-endpoint-security
    }

    /** An application that runs, and what it answers. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Running {
        private final Class<?> application;
        private final List<String> properties;
        private final HttpClient client = HttpClient.newHttpClient();
        private String credentials = "operator:secret";
        private ConfigurableApplicationContext context;

        Running(Class<?> application, String... properties) {
            this.application = application;
            this.properties = List.of(properties);
        }

        @BeforeAll
        void start() {
            context = new SpringApplicationBuilder(application)
                    .properties(
                            "server.port=0",
                            "spring.main.banner-mode=off",
                            "spring.security.user.name=operator",
                            "spring.security.user.password=secret",
                            "spring.security.user.roles=OPERATOR",
                            "joiner.store.url=memory:",
                            "joiner.sweep.enabled=false")
                    .properties(properties.toArray(String[]::new))
                    .run();
        }

        @AfterAll
        void stop() {
            context.close();
        }

        @SuppressWarnings("unchecked")
        KeyedJoiner<Note, String, String, String> joiner() {
            return context.getBean("notesJoiner", KeyedJoiner.class);
        }

        @BeforeEach
        void begin() {
            List.of(KEY, "other").forEach(key -> {
                joiner().drop(key);
                joiner().accept(new Note(key, "part"));
            });
            credentials = "operator:secret";
        }

        void login(String user) {
            credentials = user;
        }

        int port() {
            return ((ServletWebServerApplicationContext) context).getWebServer().getPort();
        }

        HttpResponse<String> send(String path, HttpRequest.Builder request) throws IOException, InterruptedException {
            String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
            return client.send(
                    request.uri(URI.create("http://localhost:" + port() + "/actuator/joins" + path))
                            .header("Authorization", "Basic " + basic)
                            .build(),
                    BodyHandlers.ofString());
        }

        HttpResponse<String> get(String path) throws IOException, InterruptedException {
            return send(path, HttpRequest.newBuilder().GET());
        }

        HttpResponse<String> post(Map<String, String> body) throws IOException, InterruptedException {
            return send(
                    "/notes",
                    HttpRequest.newBuilder()
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
        }

        static JsonNode body(HttpResponse<String> response) throws IOException {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return JSON.readTree(response.body());
        }

        /** Why the endpoint has no other answer. */
        static String problem(HttpResponse<String> response, int status) throws IOException {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
            JsonNode body = JSON.readTree(response.body());
            assertThat(body.get("status").asInt()).isEqualTo(status);
            return body.path("message").asText();
        }

        static String byKey(String key) {
            return "/notes?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8);
        }

        static List<String> keys(JsonNode joins) {
            return StreamSupport.stream(joins.spliterator(), false)
                    .map(join -> join.get("key").asText())
                    .toList();
        }
    }

    @Nested
    class ReadOnly extends Running {
        ReadOnly() {
            super(Open.class, "management.endpoints.web.exposure.include=joins");
        }

        @Test
        void joinsAreListed() throws Exception {
            assertThat(body(get("")).fieldNames()).toIterable().containsExactly("notes");
        }

        @Test
        void pagesLeadToEachOther() throws Exception {
            JsonNode first = body(get("/notes?limit=1"));
            JsonNode second = body(get("/notes?limit=1&cursor="
                    + URLEncoder.encode(first.get("next").asText(), StandardCharsets.UTF_8)));

            assertThat(List.of(
                            keys(first.get("joins")).get(0),
                            keys(second.get("joins")).get(0)))
                    .containsExactlyInAnyOrder(KEY, "other");
        }

        @Test
        void keyIsFoundWhateverItsText() throws Exception {
            JsonNode joins = body(get(byKey(KEY))).get("joins");

            assertThat(keys(joins)).containsExactly(KEY);
            assertThat(joins.get(0).get("status").asText()).isEqualTo("WAITING");
            assertThat(joins.get(0).get("parts").asInt()).isEqualTo(1);
        }

        @Test
        void valuesAreHidden() throws Exception {
            HttpResponse<String> response = get(byKey(KEY));

            assertThat(body(response).get("joins").get(0).hasNonNull("value")).isFalse();
            assertThat(response.body()).doesNotContain("\"part\"");
        }

        @Test
        void oldestAreListed() throws Exception {
            assertThat(body(get("/notes?olderThan=P1D")).get("joins")).isEmpty();
            assertThat(body(get("/notes?olderThan=1d")).get("joins")).isEmpty();
            assertThat(body(get("/notes?olderThan=0")).get("joins")).hasSize(2);
        }

        @Test
        void requestThatMakesNoSenseIsBad() throws Exception {
            for (String query : List.of(
                    "limit=0",
                    "limit=x",
                    "olderThan=long",
                    "olderThan=-PT1H",
                    "olderThan=",
                    "key=",
                    "key=%00",
                    "key=" + "x".repeat(600),
                    "cursor=zzz")) {
                String name = query.substring(0, query.indexOf('='));
                assertThat(problem(get("/notes?" + query), 400)).as(query).contains(name);
            }
            assertThat(problem(get("/notes?limit=0"), 400)).isEqualTo("limit is 0, must be from 1 to 1000");
            assertThat(problem(get("/notes?olderThan=long"), 400))
                    .isEqualTo("olderThan is long, must be a duration, as 90m or PT1H30M");
        }

        @Test
        void unknownJoinIsNotFound() throws Exception {
            assertThat(problem(get("/refunds"), 404)).isEqualTo("there is no join refunds");
        }

        @Test
        void nothingCanBeDone() throws Exception {
            assertThat(post(Map.of("action", "drop", "key", KEY)).statusCode()).isEqualTo(405);
            assertThat(joiner().find(KEY)).hasSize(1);
        }
    }

    @Nested
    class Unrestricted extends Running {
        Unrestricted() {
            super(
                    Operators.class,
                    "management.endpoints.web.exposure.include=joins",
                    "management.endpoint.joins.access=unrestricted",
                    "joiner.endpoint.show-values=true");
        }

        @Test
        void valuesAreShownIfAPropertySaysSo() throws Exception {
            assertThat(body(get(byKey(KEY))).get("joins").get(0).get("value").asText())
                    .isEqualTo("part");
        }

        @Test
        void releaseHandsOver() throws Exception {
            assertThat(body(post(Map.of("action", "release", "key", KEY)))
                            .get("outcomes")
                            .get(0)
                            .asText())
                    .isEqualTo("Joined");
            assertThat(joiner().find(KEY)).isEmpty();
        }

        @Test
        void dropReturnsWhatItRemoves() throws Exception {
            assertThat(keys(body(post(Map.of("action", "drop", "key", KEY))).get("dropped")))
                    .containsExactly(KEY);
            assertThat(joiner().find(KEY)).isEmpty();
        }

        @Test
        void reexaminationIsReported() throws Exception {
            assertThat(body(post(Map.of("action", "reexamine")))
                            .get("report")
                            .get("joined")
                            .asInt())
                    .isZero();
        }

        @Test
        void actionThatMakesNoSenseIsBad() throws Exception {
            assertThat(problem(post(Map.of("action", "forget", "key", KEY)), 400))
                    .isEqualTo("action is forget, must be release, drop or reexamine");
            assertThat(problem(post(Map.of("action", "release")), 400)).isEqualTo("key is missing");
            assertThat(problem(post(Map.of("action", "release", "key", "")), 400))
                    .contains("key");
            assertThat(problem(post(Map.of()), 400)).isEqualTo("action is missing, must be release, drop or reexamine");
        }

        @Test
        void onlyOperatorsAreLetIn() throws Exception {
            login("nobody:none");

            assertThat(post(Map.of("action", "drop", "key", KEY)).statusCode()).isEqualTo(401);
            assertThat(joiner().find(KEY)).hasSize(1);
        }
    }

    /** The console, beside it. */
    abstract static class WithConsole extends Running {
        WithConsole(Class<?> application, String... properties) {
            super(application, properties);
        }

        String origin() {
            return "http://localhost:" + port();
        }

        HttpResponse<String> ask(String origin, Map<String, String> body) throws IOException, InterruptedException {
            return send(
                    "console",
                    HttpRequest.newBuilder()
                            .header("Content-Type", "application/json")
                            .header("X-Joiner-Console", "1")
                            .header("Origin", origin)
                            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
        }

        HttpResponse<String> ask(Map<String, String> body) throws IOException, InterruptedException {
            return ask(origin(), body);
        }
    }

    @Nested
    class Console extends WithConsole {
        Console() {
            super(Open.class, "management.endpoints.web.exposure.include=joinsconsole");
        }

        @Test
        void pageIsServedWithItsHeaders() throws Exception {
            HttpResponse<String> page = get("console");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("\"name\":\"notes\"", "\"changes\":false");
            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'", "script-src 'sha256-");
            assertThat(page.headers().firstValue("X-Frame-Options")).hasValue("DENY");
            assertThat(page.headers().firstValue("Cache-Control").orElseThrow()).contains("no-store");
        }

        @Test
        void pageIsAnswered() throws Exception {
            JsonNode overview = body(ask(Map.of("join", "notes", "ask", "overview")));
            JsonNode found = body(ask(Map.of("join", "notes", "ask", "find", "key", KEY)));

            assertThat(overview.get("size").asInt()).isEqualTo(2);
            assertThat(keys(found.get("rows"))).containsExactly(KEY);
            assertThat(found.get("rows").get(0).has("value"))
                    .as("values are hidden")
                    .isFalse();
        }

        @Test
        void listIsFiltered() throws Exception {
            assertThat(body(ask(Map.of("join", "notes", "ask", "list", "status", "WAITING")))
                            .get("rows"))
                    .hasSize(2);
            assertThat(body(ask(Map.of("join", "notes", "ask", "list", "status", "PARKED")))
                            .get("rows"))
                    .isEmpty();
        }

        @Test
        void otherPagesAreRefused() throws Exception {
            assertThat(ask("http://elsewhere.example", Map.of("join", "notes", "ask", "overview"))
                            .statusCode())
                    .isEqualTo(403);
        }

        @Test
        void nothingCanBeChanged() throws Exception {
            assertThat(ask(Map.of("join", "notes", "ask", "drop", "key", KEY)).statusCode())
                    .isEqualTo(403);
            assertThat(joiner().find(KEY)).hasSize(1);
        }

        @Test
        void endpointOfJoinsIsNotExposedWithIt() throws Exception {
            assertThat(get("").statusCode()).isEqualTo(404);
        }
    }

    @Nested
    class ConsoleThatHidesValues extends WithConsole {
        ConsoleThatHidesValues() {
            super(
                    Operators.class,
                    "management.endpoints.web.exposure.include=joins,joinsconsole",
                    "management.endpoint.joins.access=unrestricted");
        }

        @Test
        void valueIsReturnedWhenItIsDropped() throws Exception {
            assertThat(body(ask(Map.of("join", "notes", "ask", "find", "key", KEY)))
                            .get("rows")
                            .get(0)
                            .has("value"))
                    .isFalse();

            JsonNode byConsole = body(ask(Map.of("join", "notes", "ask", "drop", "key", KEY)));
            JsonNode byEndpoint = body(post(Map.of("action", "drop", "key", "other")));

            assertThat(byConsole.get("rows").get(0).get("value").asText()).isEqualTo("part");
            assertThat(byEndpoint.get("dropped").get(0).get("value").asText()).isEqualTo("part");
        }
    }

    @Nested
    class ConsoleThatMayNotAsk extends WithConsole {
        ConsoleThatMayNotAsk() {
            super(
                    Open.class,
                    "management.endpoints.web.exposure.include=joinsconsole",
                    "management.endpoints.access.max-permitted=read-only");
        }

        @Test
        void pageSaysWhy() throws Exception {
            HttpResponse<String> page = get("console");

            assertThat(page.statusCode()).isEqualTo(403);
            assertThat(page.body()).contains("management.endpoint.joinsconsole.access");
        }
    }

    @Nested
    class ConsoleOfJoinsWithoutAccess extends WithConsole {
        ConsoleOfJoinsWithoutAccess() {
            super(
                    Open.class,
                    "management.endpoints.web.exposure.include=joinsconsole",
                    "management.endpoint.joins.access=none");
        }

        @Test
        void nothingIsShown() throws Exception {
            assertThat(get("console").statusCode()).isEqualTo(403);
            HttpResponse<String> answer = ask(Map.of("join", "notes", "ask", "overview"));
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(JSON.readTree(answer.body()).path("error").asText())
                    .isEqualTo("The endpoint joins gives no access, so the console does not either.");
        }
    }

    @Nested
    class StoreThatFails extends WithConsole {
        StoreThatFails() {
            super(
                    Open.class,
                    "management.endpoints.web.exposure.include=joins,joinsconsole",
                    "joiner.store.url=jdbc:h2:mem:failing");
        }

        @Test
        void problemIsTold() throws Exception {
            try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:failing");
                    Statement statement = connection.createStatement()) {
                statement.execute("DROP TABLE joiner_joins");
            }

            assertThat(problem(get(byKey(KEY)), 502))
                    .contains("JOINER_JOINS\" not found")
                    .doesNotContain("SELECT");
            HttpResponse<String> answer = ask(Map.of("join", "notes", "ask", "find", "key", KEY));
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(JSON.readTree(answer.body()).path("error").asText()).contains("JOINER_JOINS\" not found");
        }
    }

    @Nested
    class ConsoleThatMayChange extends WithConsole {
        ConsoleThatMayChange() {
            super(
                    Operators.class,
                    "management.endpoints.web.exposure.include=joinsconsole",
                    "management.endpoint.joins.access=unrestricted",
                    "joiner.endpoint.show-values=true");
        }

        @Test
        void releaseHandsOver() throws Exception {
            assertThat(body(ask(Map.of("join", "notes", "ask", "release", "key", KEY)))
                            .get("outcomes")
                            .get(0)
                            .asText())
                    .isEqualTo("Joined");
            assertThat(joiner().find(KEY)).isEmpty();
        }

        @Test
        void valuesAreShown() throws Exception {
            assertThat(body(ask(Map.of("join", "notes", "ask", "find", "key", KEY)))
                            .get("rows")
                            .get(0)
                            .get("value")
                            .asText())
                    .isEqualTo("part");
        }

        @Test
        void onlyOperatorsAreLetIn() throws Exception {
            login("nobody:none");

            assertThat(get("console").statusCode()).isEqualTo(401);
            assertThat(ask(Map.of("join", "notes", "ask", "drop", "key", KEY)).statusCode())
                    .isEqualTo(401);
            assertThat(joiner().find(KEY)).hasSize(1);
        }
    }

    /** What Spring Security makes of it by itself. */
    @Nested
    class SecuredByDefault extends Running {
        SecuredByDefault() {
            super(
                    Secured.class,
                    "management.endpoints.web.exposure.include=joins",
                    "management.endpoint.joins.access=unrestricted");
        }

        @Test
        void onlyUsersRead() throws Exception {
            assertThat(body(get("")).has("notes")).isTrue();
            login("nobody:none");
            assertThat(get("").statusCode()).isEqualTo(401);
        }

        @Test
        void nobodyWritesWithoutATokenAgainstForgery() throws Exception {
            assertThat(post(Map.of("action", "drop", "key", KEY)).statusCode())
                    .as("403, which leads to the page of errors, which is secured")
                    .isEqualTo(401);
            assertThat(joiner().find(KEY)).hasSize(1);
        }
    }
}
