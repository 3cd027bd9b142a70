package dev.joiner.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.joiner.console.Console.Request;
import dev.joiner.console.Console.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AUTHORITY = "127.0.0.1:8080";

    private final Orders orders = new Orders();
    private final Console console = Console.of(List.of(orders), true, () -> orders.now);
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    ConsoleTest() {
        headers.putAll(Map.of(
                "Content-Type", "application/json",
                "X-Joiner-Console", "1",
                "Origin", "http://" + AUTHORITY));
    }

    private Response answer(Console asked, String... fields) {
        Map<String, String> all = new HashMap<>(Map.of("join", "orders"));
        for (int i = 0; i < fields.length; i += 2) {
            all.put(fields[i], fields[i + 1]);
        }
        return asked.answer(new Request(AUTHORITY, headers::get, all));
    }

    private JsonNode asked(String... fields) throws IOException {
        Response response = answer(console, fields);
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static List<String> keys(JsonNode list) {
        return list.get("rows").findValuesAsText("key");
    }

    @Nested
    class Overviews {
        @Test
        void countsByStatusAgeExpiryAndWhatIsMissing() throws Exception {
            orders.arrives("old", "payment");
            orders.now = orders.now.plus(Duration.ofMinutes(90));
            orders.arrives("young", "x");
            orders.arrives("bad", "bad payment shipment");

            JsonNode overview = asked("ask", "overview");

            assertThat(overview.get("size").asInt()).isEqualTo(3);
            assertThat(overview.get("read").asInt()).isEqualTo(3);
            assertThat(overview.has("next")).isFalse();
            assertThat(overview.get("counts")).isEqualTo(JSON.readTree("{\"WAITING\":2,\"PARKED\":1}"));
            assertThat(overview.get("missing"))
                    .isEqualTo(JSON.readTree("{\"named\":[{\"name\":\"shipment\",\"count\":2},"
                            + "{\"name\":\"payment\",\"count\":1}],\"others\":0,\"atLeast\":false}"));
            assertThat(overview.get("ages")).hasToString("[2,0,0,1,0,0,0]");
            assertThat(overview.get("expiries")).hasToString("[0,0,1,1,0,0,0]");
            assertThat(overview.get("oldest")).hasToString("{\"at\":\"2026-01-01T00:00:00Z\",\"key\":\"old\"}");
        }

        @Test
        void joinsThatFailedForOneReasonAreOneGroup() throws Exception {
            for (String key : List.of("a", "bb", "ccc")) {
                orders.arrives(key, "bad payment shipment");
            }

            JsonNode errors = asked("ask", "overview").get("errors").get("named");

            assertThat(errors).hasSize(1);
            assertThat(errors.get(0).get("count").asInt()).isEqualTo(3);
            assertThat(errors.get(0).get("name").asText()).endsWith("warehouse … is closed");
        }

        @Test
        void readsNoMoreThanASampleAndGoesOnFromThere() throws Exception {
            for (int i = 0; i < 4_500; i++) {
                orders.arrives("k" + i, "payment");
            }

            JsonNode first = asked("ask", "overview");
            JsonNode second =
                    asked("ask", "overview", "cursor", first.get("next").asText());
            JsonNode third =
                    asked("ask", "overview", "cursor", second.get("next").asText());

            assertThat(first.get("size").asInt()).isEqualTo(4_500);
            assertThat(first.get("keys").asInt()).isEqualTo(2_000);
            assertThat(third.get("held").asInt()).isEqualTo(500);
            assertThat(first.get("read").asInt()).isEqualTo(2_000);
            assertThat(second.get("read").asInt()).isEqualTo(2_000);
            assertThat(third.get("read").asInt()).isEqualTo(500);
            assertThat(third.has("next")).isFalse();
        }

        @Test
        void namesNoMoreThanTheLargestGroups() throws Exception {
            orders.asked = String.join(
                    ",", IntStream.range(0, 70).mapToObj(i -> "part" + i).toList());
            orders.arrives("k", "x");
            orders.arrives("l", IntStream.range(0, 69).mapToObj(i -> "part" + i).collect(Collectors.joining()));

            JsonNode missing = asked("ask", "overview").get("missing");

            assertThat(missing.get("named")).hasSize(50);
            assertThat(missing.get("named").get(0)).hasToString("{\"name\":\"part69\",\"count\":2}");
            assertThat(missing.get("others").asInt()).isEqualTo(20);
            assertThat(missing.get("atLeast").asBoolean()).isFalse();
        }
    }

    @Nested
    class GroupsOfMany {
        private final Groups groups = new Groups();

        @Test
        void largestIsNamedThoughItBeganLate() {
            for (int i = 0; i < 5_000; i++) {
                groups.add("only " + i);
            }
            IntStream.range(0, 3).forEach(i -> groups.add("often"));

            JsonNode json = groups.toJson();

            assertThat(json.get("named").get(0)).hasToString("{\"name\":\"often\",\"count\":3}");
            assertThat(json.get("named")).hasSize(50);
            assertThat(json.get("others").asInt()).isEqualTo(5_000 - 49);
        }

        @Test
        void groupMayBeLargerIfItWasForgottenOnce() {
            groups.add("small");
            IntStream.range(0, 2_000).forEach(i -> groups.add("a " + i));
            IntStream.range(0, 2).forEach(i -> groups.add("small"));

            JsonNode json = groups.toJson();

            assertThat(json.get("named").get(0)).hasToString("{\"name\":\"small\",\"count\":2}");
            assertThat(json.get("atLeast").asBoolean()).isTrue();
        }
    }

    @Nested
    class Lists {
        @Test
        void pagesShowEachJoinOnce() throws Exception {
            for (int i = 0; i < 250; i++) {
                orders.arrives("k" + i, "payment");
            }
            List<String> found = new ArrayList<>();
            JsonNode page = asked("ask", "list");
            found.addAll(keys(page));
            while (page.has("next")) {
                page = asked("ask", "list", "cursor", page.get("next").asText());
                found.addAll(keys(page));
            }

            assertThat(found).hasSize(250).doesNotHaveDuplicates();
        }

        @Test
        void filtersByStatusMissingPartAndReason() throws Exception {
            orders.arrives("a", "payment");
            orders.arrives("b", "shipment");
            orders.arrives("c", "bad payment shipment");

            assertThat(keys(asked("ask", "list", "status", "PARKED"))).containsExactly("c");
            assertThat(keys(asked("ask", "list", "missing", "payment"))).containsExactly("b");
            assertThat(keys(asked("ask", "list", "reason", "java.io.IOException: warehouse … is closed")))
                    .containsExactly("c");
            assertThat(keys(asked("ask", "list", "status", "FAILED"))).isEmpty();
        }

        @Test
        void oldestOfAStretchAreListedInTheirOrder() throws Exception {
            for (int i = 0; i < 2_500; i++) {
                orders.now = Orders.START.plusSeconds(i * 7L % 2_500);
                orders.arrives("k" + i, i % 2 == 0 ? "payment" : "shipment");
            }

            JsonNode first = asked("ask", "oldest", "missing", "shipment");
            JsonNode second = asked(
                    "ask",
                    "oldest",
                    "missing",
                    "shipment",
                    "cursor",
                    first.get("next").asText());

            assertThat(first.get("rows")).hasSize(100);
            assertThat(first.get("rows").findValuesAsText("firstAt")).isSorted();
            assertThat(first.get("keys").asInt()).isEqualTo(2_000);
            assertThat(second.has("next")).isFalse();
            List<String> both = new ArrayList<>(first.get("rows").findValuesAsText("firstAt"));
            both.addAll(second.get("rows").findValuesAsText("firstAt"));
            assertThat(both.stream().sorted().limit(100))
                    .containsExactlyElementsOf(IntStream.range(0, 100)
                            .mapToObj(i -> Orders.START.plusSeconds(2L * i).toString())
                            .toList());
        }

        @Test
        void filterThatFindsNothingStopsAfterASample() throws Exception {
            for (int i = 0; i < 2_500; i++) {
                orders.arrives("k" + i, "payment");
            }

            JsonNode page = asked("ask", "list", "status", "PARKED");

            assertThat(page.get("rows")).isEmpty();
            assertThat(page.has("next")).isTrue();
        }
    }

    @Nested
    class OfOneKey {
        @Test
        void showsTheValue() throws Exception {
            orders.arrives("a", "payment");

            JsonNode row = asked("ask", "find", "key", "a").get("rows").get(0);

            assertThat(row.get("value").asText()).isEqualTo("payment");
            assertThat(row.get("missing")).hasToString("[\"shipment\"]");
            assertThat(asked("ask", "find", "key", "b").get("rows")).isEmpty();
        }

        @Test
        void longValueIsCutBetweenCharacters() throws Exception {
            orders.arrives("a", "x" + "😀".repeat(500_000));

            Response response = answer(console, "ask", "find", "key", "a");
            JsonNode row = JSON.readTree(response.body()).get("rows").get(0);

            assertThat(response.body()).hasSizeLessThan(250_000);
            assertThat(row.get("value").asText()).hasSize(99_999).endsWith("😀");
            assertThat(row.get("valueLength").asLong()).isEqualTo(1_000_001);
        }

        @Test
        void valuesThatAreNotToBeShownAreNot() throws Exception {
            orders.showsValues = false;
            orders.arrives("a", "payment");

            assertThat(asked("ask", "find", "key", "a").get("rows").get(0).has("value"))
                    .isFalse();
        }

        @Test
        void releaseHandsOver() throws Exception {
            orders.arrives("a", "payment");

            JsonNode released = asked("ask", "release", "key", "a");

            assertThat(released).hasToString("{\"outcomes\":[\"Joined\"],\"failed\":0}");
            assertThat(orders.handedOver).containsExactly("payment");
            assertThat(asked("ask", "release", "key", "a").get("outcomes")).isEmpty();
        }

        @Test
        void releaseThatFailsSaysSo() throws Exception {
            orders.arrives("a", "bad");

            JsonNode released = asked("ask", "release", "key", "a");

            assertThat(released.get("failed").asInt()).isEqualTo(1);
            assertThat(released.get("outcomes").get(0).asText()).contains("warehouse 1 is closed");
        }

        @Test
        void dropReturnsAllOfTheValue() throws Exception {
            orders.arrives("a", "x".repeat(300_000));

            JsonNode dropped = asked("ask", "drop", "key", "a");

            assertThat(dropped.get("rows").get(0).get("value").asText()).hasSize(300_000);
            assertThat(orders.joiner().size()).isZero();
            assertThat(orders.handedOver).isEmpty();
        }
    }

    @Test
    void reexamineHandsOverWhatIsWholeByNow() throws Exception {
        orders.arrives("a", "payment");
        orders.arrives("b", "shipment");
        orders.asked = "payment";

        assertThat(asked("ask", "reexamine").get("joined").asInt()).isEqualTo(1);
        assertThat(orders.handedOver).containsExactly("payment");
    }

    @Test
    void reexamineIsRefusedWhereNobodyKnowsWhatIsWhole() {
        orders.canReexamine = false;
        orders.arrives("a", "payment");
        orders.asked = "payment";

        assertThat(answer(console, "ask", "reexamine").status()).isEqualTo(403);
        assertThat(orders.handedOver).isEmpty();
    }

    @Test
    void dropIsRefusedWithTheReason() {
        orders.refusalToDrop = Optional.of("There is no place for it.");
        orders.arrives("a", "payment");

        Response drop = answer(console, "ask", "drop", "key", "a");

        assertThat(drop.status()).isEqualTo(403);
        assertThat(drop.body()).isEqualTo("{\"error\":\"There is no place for it.\"}");
        assertThat(orders.joiner().size()).isEqualTo(1);
        assertThat(console.page().body()).contains("\"noDrop\":\"There is no place for it.\"");
    }

    @Nested
    class Refusals {
        @ParameterizedTest
        @ValueSource(strings = {"overview", "list", "find", "release", "drop", "reexamine"})
        void otherContentThanJsonIsRefused(String ask) {
            headers.put("Content-Type", "text/plain");

            assertThat(answer(console, "ask", ask, "key", "a").status()).isEqualTo(403);
        }

        @Test
        void contentWithoutATypeIsRefused() {
            headers.remove("Content-Type");

            assertThat(answer(console, "ask", "overview").status()).isEqualTo(403);
        }

        @Test
        void typeMayNameItsCharset() {
            headers.put("Content-Type", "Application/JSON; charset=UTF-8");

            assertThat(answer(console, "ask", "overview").status()).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(strings = {"overview", "list", "find", "release", "drop", "reexamine"})
        void requestWithoutTheHeaderOfThePageIsRefused(String ask) {
            orders.arrives("a", "payment");
            headers.remove("X-Joiner-Console");

            assertThat(answer(console, "ask", ask, "key", "a").status()).isEqualTo(403);
            assertThat(orders.joiner().size()).isEqualTo(1);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://evil.example",
                    "null",
                    "",
                    "http://127.0.0.1",
                    "http://127.0.0.1:8081",
                    "http://127.0.0.1:8080.evil.example",
                    "file://127.0.0.1:8080"
                })
        void otherOriginIsRefused(String origin) {
            orders.arrives("a", "payment");
            headers.put("Origin", origin);

            assertThat(answer(console, "ask", "drop", "key", "a").status()).isEqualTo(403);
            assertThat(orders.joiner().size()).isEqualTo(1);
        }

        @Test
        void requestWithoutOriginIsRefused() {
            headers.remove("Origin");

            assertThat(answer(console, "ask", "overview").status()).isEqualTo(403);
        }

        @ParameterizedTest
        @ValueSource(strings = {"release", "drop", "reexamine"})
        void changesAreRefusedUnlessAllowed(String ask) {
            Console readOnly = Console.of(List.of(orders), false, () -> orders.now);
            orders.arrives("a", "payment");
            orders.asked = "payment";

            Response response = answer(readOnly, "ask", ask, "key", "a");

            assertThat(response.status()).isEqualTo(403);
            assertThat(response.body()).contains("changes are not allowed here");
            assertThat(orders.joiner().size()).isEqualTo(1);
            assertThat(orders.handedOver).isEmpty();
        }

        @ParameterizedTest
        @CsvSource(
                delimiterString = "->",
                quoteCharacter = '`',
                value = {
                    "{} -> 400",
                    "{'join':'orders'} -> 400",
                    "{'join':'orders','ask':'nonsense'} -> 400",
                    "{'join':'orders','ask':'find'} -> 400",
                    "{'join':'orders','ask':'find','key':''} -> 400",
                    "{'join':'other','ask':'list'} -> 404"
                })
        void whatIsWronglyAskedIsSaid(String body, int status) {
            Map<String, String> fields = Request.fields(body.replace('\'', '"'));

            Response response = console.answer(new Request(AUTHORITY, headers::get, fields));

            assertThat(response.status()).isEqualTo(status);
            assertThat(response.body()).startsWith("{\"error\":\"");
        }

        @Test
        void closedJoinerIsAFailureOfTheStore() {
            orders.joiner().close();

            assertThat(answer(console, "ask", "overview").status()).isEqualTo(502);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "[]", "null", "{\"a\":{}}", "{\"a\":null}", "{"})
        void bodyThatIsNotAnObjectOfTextsIsRefused(String body) {
            assertThatIllegalArgumentException().isThrownBy(() -> Request.fields(body));
        }
    }

    @Nested
    class ThePage {
        @Test
        void runsItsOwnStyleAndScriptAlone() throws Exception {
            Response page = console.page();
            String policy = page.headers().get("Content-Security-Policy");

            assertThat(policy)
                    .startsWith("default-src 'none'; ")
                    .contains("frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "connect-src 'self'")
                    .contains("style-src " + hash(page.body(), "<style>(.*?)</style>"))
                    .contains("script-src " + hash(page.body(), "<script>(.*?)</script>"))
                    .doesNotContain("unsafe");
            assertThat(page.body()).doesNotContain("style=\"").doesNotContainPattern("<[^>]* on[a-z]+=");
        }

        private static String hash(String html, String element) throws Exception {
            Matcher content = Pattern.compile(element, Pattern.DOTALL).matcher(html);
            assertThat(content.find()).isTrue();
            byte[] bytes = content.group(1).getBytes(StandardCharsets.UTF_8);
            return "'sha256-"
                    + Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes))
                    + "'";
        }

        @Test
        void knowsNoOtherServer() {
            assertThat(console.page().body().replace("http://www.w3.org/2000/svg", ""))
                    .doesNotContain("http://", "https://", "src=\"", "@import", "url(");
        }

        @Test
        void everyResponseCarriesTheHeadersOfSafety() {
            for (Response response : List.of(
                    console.page(),
                    Console.loginPage(true),
                    answer(console, "ask", "overview"),
                    answer(console, "ask", "nonsense"))) {
                assertThat(response.headers())
                        .containsEntry("X-Content-Type-Options", "nosniff")
                        .containsEntry("Referrer-Policy", "same-origin")
                        .containsEntry("Cache-Control", "no-store")
                        .containsEntry("X-Frame-Options", "DENY")
                        .containsEntry("Cross-Origin-Opener-Policy", "same-origin")
                        .containsEntry("Cross-Origin-Resource-Policy", "same-origin")
                        .hasEntrySatisfying(
                                "Content-Security-Policy",
                                policy -> assertThat(policy)
                                        .startsWith("default-src 'none'")
                                        .contains("frame-ancestors 'none'"));
            }
        }

        @Test
        void loginRunsNoScript() {
            Response login = Console.loginPage(false);

            assertThat(login.status()).isEqualTo(401);
            assertThat(login.headers().get("Content-Security-Policy"))
                    .contains("form-action 'self'")
                    .doesNotContain("script-src");
            assertThat(Console.loginPage(true).status()).isEqualTo(403);
            assertThat(Console.loginPage(true).body()).contains("This is not the token.");
        }
    }

    @Nested
    class Reports {
        @Test
        void reportHasTheDataAndAsksNoServer() throws Exception {
            orders.arrives("waits", "payment");
            orders.now = orders.now.plus(Duration.ofMinutes(5));
            orders.arrives("bad", "bad payment shipment");

            String report = console.report(10, true);
            JsonNode data = data(report);

            assertThat(data.get("changes").asBoolean()).isFalse();
            assertThat(keys(data.get("reports").get("orders"))).containsExactly("bad", "waits");
            assertThat(data.get("reports").get("orders").findValuesAsText("value"))
                    .containsExactly("bad payment shipment", "payment");
            assertThat(report)
                    .contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';")
                    .doesNotContain("connect-src");
        }

        @Test
        void reportHasNoValuesUnlessAsked() {
            orders.arrives("a", "payment secret");

            assertThat(console.report(10, false)).doesNotContain("secret");
        }

        @Test
        void reportCountsWhatItDoesNotShow() throws Exception {
            for (int i = 0; i < 1_200; i++) {
                orders.arrives("k" + i, "payment");
            }

            JsonNode report = data(console.report(3, false)).get("reports").get("orders");

            assertThat(report.get("rows")).hasSize(3);
            assertThat(report.get("read").asInt()).isEqualTo(1_200);
        }

        @Test
        void dataOfHostileKeysEndsNoElement() throws Exception {
            String hostile = "</script><script>alert(1)</script><!--";
            orders.arrives(hostile, "payment" + hostile);

            String report = console.report(10, true);

            assertThat(report).doesNotContain("alert(1)</script>").doesNotContain("</script><script>alert");
            assertThat(keys(data(report).get("reports").get("orders"))).containsExactly(hostile);
        }

        private static JsonNode data(String html) throws IOException {
            Matcher data = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>")
                    .matcher(html);
            assertThat(data.find()).isTrue();
            return JSON.readTree(data.group(1));
        }
    }

    @Test
    void twoJoinsOfOneNameAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Console.of(List.of(orders, new Orders()), false))
                .withMessage("joins: two have the name orders");
    }

    @Test
    void reasonDoesNotEndWithinAPairOfSurrogates() {
        String reason = Overview.reason("x".repeat(299) + "\ud83d\ude00 and more");

        assertThat(reason).isEqualTo("x".repeat(299) + "…");
    }
}
