package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.cli.Cli.Ended;
import dev.joiner.cli.ServedConsole.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console as it is served, byte by byte, and the report. */
class ConsoleCommandTest {
    private static final String A = "{\"id\":1,\"a\":1}\n";

    @Test
    void showsWhatWaitsAndWhatIsMissing() throws IOException {
        try (ServedConsole console = new ServedConsole("--require", "a,b")) {
            console.joins(A + "{\"id\":2,\"b\":1}\n{\"id\":3,\"b\":1}\n");

            assertThat(console.get("/").body()).startsWith("<!doctype html>").contains("\"changes\":false");
            Answer overview = console.ask("{'ask':'overview'}");
            assertThat(overview.status()).isEqualTo(200);
            assertThat(overview.body())
                    .contains(
                            "\"WAITING\":3",
                            "\"missing\":{\"named\":[{\"name\":\"a\",\"count\":2},{\"name\":\"b\",\"count\":1}],\"others\":0",
                            "\"size\":3");
        }
    }

    @Test
    void valueOfAnotherCodecIsShownByItsSize() throws IOException {
        try (ServedConsole console = new ServedConsole()) {
            console.joins(A);
            console.store().unreadable = "1";

            assertThat(console.ask("{'ask':'list'}").body()).contains("\"UNREADABLE\"", "\"byteCount\":3");
            assertThat(console.ask("{'ask':'oldest','status':'UNREADABLE'}").body())
                    .contains("\"UNREADABLE\"", "\"byteCount\":3");
        }
    }

    @Test
    void releasedAndDroppedAreToldApart(@TempDir Path folder) throws IOException {
        Path dropped = Files.writeString(folder.resolve("dropped.jsonl"), "what was dropped before\n");
        try (ServedConsole console = new ServedConsole("--allow-changes", "--dropped-to", dropped.toString())) {
            console.joins(A + "{\"id\":2,\"b\":1}\n");

            assertThat(console.ask("{'ask':'release','key':'1'}").body()).contains("\"Joined\"");
            assertThat(console.ask("{'ask':'drop','key':'2'}").body())
                    .contains("\"value\":\"{\\\"id\\\":2,\\\"b\\\":1}\"");

            assertThat(console.running().out()).isEqualTo(A);
            assertThat(dropped).hasContent("what was dropped before\n{\"id\":2,\"b\":1}\n");
            assertThat(console.store().size()).isZero();
        }
    }

    /** What is dropped is in the page then, and nowhere else. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void whatCannotBeWrittenIsAnsweredAndNothingMoreIsDropped() throws IOException {
        try (ServedConsole console = new ServedConsole("--allow-changes", "--dropped-to", "/dev/full")) {
            console.joins(A + "{\"id\":2,\"b\":1}\n");

            assertThat(console.ask("{'ask':'drop','key':'2'}").body())
                    .contains("\"value\":\"{\\\"id\\\":2,\\\"b\\\":1}\"");
            Answer second = console.ask("{'ask':'drop','key':'1'}");
            assertThat(second.status()).isEqualTo(502);
            assertThat(second.body()).contains("--dropped-to: No space left on device");

            assertThat(console.store().size()).isEqualTo(1);
            assertThat(console.running().err())
                    .contains("--dropped-to: No space left on device; what was under \"2\" is in the page");
        }
    }

    @Test
    void dropIsRefusedWithoutAFileForIt() throws IOException {
        try (ServedConsole console = new ServedConsole("--allow-changes")) {
            console.joins(A);

            Answer drop = console.ask("{'ask':'drop','key':'1'}");

            assertThat(drop.status()).isEqualTo(403);
            assertThat(drop.body()).contains("--dropped-to");
            assertThat(console.store().size()).isEqualTo(1);
        }
    }

    @Test
    void changesAreToldOnStandardError(@TempDir Path folder) throws IOException {
        Path dropped = folder.resolve("dropped.jsonl");
        try (ServedConsole console =
                new ServedConsole("--allow-changes", "--require=a", "--dropped-to", dropped.toString())) {
            console.joins(A + "{\"id\":\"x\\u202e\\ny\",\"b\":1}\n");

            console.ask("{'ask':'release','key':'1'}");
            console.ask("{'ask':'release','key':'1'}");
            console.ask("{'ask':'drop','key':'x\\u202e\\ny'}");
            console.ask("{'ask':'drop','key':''}");
            console.ask("{'ask':'reexamine'}");

            assertThat(console.running().err().lines().skip(1))
                    .containsExactly(
                            "joiner: release \"1\": Joined",
                            "joiner: release \"1\": nothing was there",
                            "joiner: drop \"x\\u202e\\u000ay\": dropped 1",
                            "joiner: reexamine: 0 joined, 0 failed");
        }
    }

    @Test
    void fileForWhatIsDroppedIsChecked(@TempDir Path folder) throws IOException {
        String url = "jdbc:h2:" + folder.resolve("joins").toAbsolutePath();
        assertThat(Cli.run(A, "join", "--key=id", "--require=a,b", "--store", url)
                        .status())
                .isZero();
        String file = folder.resolve("joins.mv.db").toString();

        Ended own = Cli.run("", "console", "--store", url, "--allow-changes", "--dropped-to", file);
        Ended none = Cli.run("", "console", "--store", url, "--allow-changes", "--dropped-to", folder.toString());
        Ended readOnly = Cli.run("", "console", "--store", url, "--dropped-to", file);

        assertThat(own.status()).isEqualTo(2);
        assertThat(own.err()).startsWith("joiner: --dropped-to: " + file + " is also read, for --store\n");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).startsWith("joiner: --dropped-to: " + folder).hasLineCount(1);
        assertThat(readOnly.status()).isEqualTo(2);
        assertThat(readOnly.err()).startsWith("joiner: --dropped-to needs --allow-changes");
    }

    @Test
    void reexamineHandsOverWhatRequireAsksFor() throws IOException {
        try (ServedConsole console = new ServedConsole("--allow-changes", "--require", "a")) {
            console.joins(A + "{\"id\":2,\"b\":1}\n");

            assertThat(console.ask("{'ask':'reexamine'}").body()).contains("\"joined\":1");
            assertThat(console.running().out()).isEqualTo(A);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"release", "drop", "reexamine"})
    void changesNothingUnlessAllowed(String change) throws IOException {
        try (ServedConsole console = new ServedConsole("--require", "a")) {
            console.joins(A);

            assertThat(console.ask("{'ask':'" + change + "','key':'1'}").status())
                    .isEqualTo(403);
            assertThat(console.store().size()).isEqualTo(1);
        }
    }

    @Test
    void stopEndsItWell() throws IOException {
        ServedConsole console = new ServedConsole();
        console.running().stop();

        assertThat(console.running().awaitEnd().status()).isZero();
        console.close();
    }

    @Test
    void portThatIsTakenIsTold() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended = Cli.run("", "console", "--store", "kept:", "--port", String.valueOf(taken.getLocalPort()));

            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err())
                    .startsWith("joiner: --port: cannot listen at 127.0.0.1:" + taken.getLocalPort() + ": ");
        }
    }

    @Test
    void wrongOptionIsTold() {
        Ended port = Cli.run("", "console", "--store", "kept:", "--port=70000");
        Ended memory = Cli.run("", "console", "--store", "memory:");

        assertThat(port.status()).isEqualTo(2);
        assertThat(port.err()).startsWith("joiner: --port is 70000, must be from 0 to 65535\n");
        assertThat(memory.status()).isEqualTo(2);
        assertThat(memory.err()).startsWith("joiner: --store: what is in memory: ends with its process");
    }

    /** What pages of other sites make a browser send. */
    @Nested
    class Strangers {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "evil.example:PORT",
                    "evil.example",
                    "127.0.0.1.evil.example",
                    "127.0.0.1:1:PORT",
                    "localhost.evil.example:PORT",
                    ""
                })
        void hostThatIsNotThisMachineIsRefused(String host) throws IOException {
            try (ServedConsole console = new ServedConsole()) {
                String port = String.valueOf(console.url().getPort());

                assertThat(console.send("GET", "/", "", "Host: " + host.replace("PORT", port))
                                .status())
                        .isEqualTo(403);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "127.0.0.1:PORT",
                    "localhost:PORT",
                    "LOCALHOST:PORT",
                    "[::1]:PORT",
                    "localhost",
                    "localhost:9000"
                })
        void namesOfThisMachineAreServedAlsoThroughATunnel(String name) throws IOException {
            try (ServedConsole console = new ServedConsole()) {
                String host = "Host: "
                        + name.replace("PORT", String.valueOf(console.url().getPort()));

                assertThat(console.send("GET", "/", "", host).status()).isEqualTo(200);
            }
        }

        @Test
        void formOfAnotherSiteChangesNothing(@TempDir Path folder) throws IOException {
            try (ServedConsole console = new ServedConsole(
                    "--allow-changes", "--dropped-to", folder.resolve("dropped").toString())) {
                console.joins(A);
                String drop = "{\"join\":\"" + console.namespace() + "\",\"ask\":\"drop\",\"key\":\"1\"}";
                String host = "Host: " + console.authority();
                String json = "Content-Type: application/json";
                String page = "X-Joiner-Console: 1";
                String origin = "Origin: http://" + console.authority();

                for (String[] headers : new String[][] {
                    {host, page, origin, "Content-Type: text/plain"},
                    {host, json, origin},
                    {host, json, page, "Origin: http://evil.example"},
                    {host, json, page}
                }) {
                    assertThat(console.send("POST", "/", drop, headers).status())
                            .isEqualTo(403);
                }
                assertThat(console.store().size()).isEqualTo(1);
                assertThat(console.send("POST", "/", drop, host, json, page, origin)
                                .status())
                        .isEqualTo(200);
                assertThat(console.store().size()).isZero();
            }
        }

        @Test
        void urlChangesNothing() throws IOException {
            try (ServedConsole console = new ServedConsole("--allow-changes")) {
                console.joins(A);

                console.get("/?ask=drop&key=1&join=" + console.namespace(), "X-Joiner-Console: 1");

                assertThat(console.store().size()).isEqualTo(1);
            }
        }

        @Test
        void originsGetNoPermission() throws IOException {
            try (ServedConsole console = new ServedConsole()) {
                Answer asked = console.send(
                        "OPTIONS",
                        "/",
                        "",
                        "Host: " + console.authority(),
                        "Origin: http://evil.example",
                        "Access-Control-Request-Method: POST");

                assertThat(asked.status()).isEqualTo(405);
                assertThat(asked.head().toLowerCase(Locale.ROOT)).doesNotContain("access-control");
            }
        }

        @Test
        void bodyThatIsTooLargeIsRefused() throws IOException {
            try (ServedConsole console = new ServedConsole()) {
                assertThat(console.ask("{'ask':'" + "x".repeat(70_000) + "'}").status())
                        .isEqualTo(413);
            }
        }

        @Test
        void otherPathsHoldNothing() throws IOException {
            try (ServedConsole console = new ServedConsole()) {
                assertThat(console.get("/login").status()).isEqualTo(404);
                assertThat(console.get("/console.js").status()).isEqualTo(404);
                assertThat(console.get("/../etc/passwd").status()).isEqualTo(404);
            }
        }

        @Test
        void bodyThatIsNoObjectIsRefused() throws IOException {
            try (ServedConsole console = new ServedConsole()) {
                assertThat(console.ask("[").status()).isEqualTo(400);
            }
        }
    }

    @Nested
    class WithAToken {
        @ParameterizedTest
        @ValueSource(strings = {"--token", "--host=0.0.0.0"})
        void nothingIsShownWithoutTheToken(String option) throws IOException {
            try (ServedConsole console = new ServedConsole(option, "--allow-changes")) {
                console.joins(A);

                for (Answer answer : new Answer[] {
                    console.get("/"),
                    console.get("/?token=" + console.token()),
                    console.get("/", "Authorization: Bearer " + console.token() + "x"),
                    console.get("/", "Authorization: Bearer "),
                    console.get("/", "Cookie: joiner-console-" + console.url().getPort() + "=" + console.token()),
                    console.get("/", "Cookie: joiner-console-" + console.url().getPort() + "="),
                    console.ask("{'ask':'overview'}"),
                    console.ask("{'ask':'drop','key':'1'}")
                }) {
                    assertThat(answer.status()).isEqualTo(401);
                    assertThat(answer.body()).contains("name=\"token\"").doesNotContain(console.namespace());
                }
                assertThat(console.store().size()).isEqualTo(1);
            }
        }

        @Test
        void headerWithTheTokenIsEnough() throws IOException {
            try (ServedConsole console = new ServedConsole("--token")) {
                String header = "Authorization: Bearer " + console.token();

                assertThat(console.get("/", header).body()).contains(console.namespace());
                assertThat(console.ask("{'ask':'overview'}", header).status()).isEqualTo(200);
            }
        }

        @Test
        void loginGivesACookieThatIsNotTheToken() throws IOException {
            try (ServedConsole console = new ServedConsole("--token")) {
                Answer login = logIn(console, console.token(), console.authority());

                assertThat(login.status()).isEqualTo(303);
                Matcher cookie = Pattern.compile("(?i)set-cookie: (joiner-console-"
                                + console.url().getPort() + "=([\\w-]+)); (.*)")
                        .matcher(login.head());
                assertThat(cookie.find()).isTrue();
                assertThat(cookie.group(2)).hasSize(32).isNotEqualTo(console.token());
                assertThat(cookie.group(3)).contains("HttpOnly", "SameSite=Strict");
                assertThat(console.get("/", "Cookie: a=b; " + cookie.group(1)).status())
                        .isEqualTo(200);
                assertThat(console.get("/login", "Cookie: " + cookie.group(1)).status())
                        .as("where there is nothing more to do")
                        .isEqualTo(303);
            }
        }

        @Test
        void wrongTokenLogsNobodyIn() throws IOException {
            try (ServedConsole console = new ServedConsole("--token")) {
                for (String token : new String[] {"", "x", console.token().substring(1)}) {
                    Answer login = logIn(console, token, console.authority());
                    assertThat(login.status()).isEqualTo(403);
                    assertThat(login.head()).doesNotContainIgnoringCase("set-cookie");
                }
            }
        }

        @Test
        void formOfAnotherSiteLogsNobodyIn() throws IOException {
            try (ServedConsole console = new ServedConsole("--token")) {
                assertThat(logIn(console, console.token(), "evil.example").status())
                        .isEqualTo(403);
            }
        }

        @Test
        void tokenIsToldOnceAndIsNotInTheUrl() throws IOException {
            try (ServedConsole console = new ServedConsole("--token")) {
                assertThat(console.token()).hasSize(32);
                assertThat(console.running().err().split(Pattern.quote(console.token()), -1))
                        .hasSize(2);
                assertThat(console.url().toString()).doesNotContain(console.token());
            }
        }

        private static Answer logIn(ServedConsole console, String token, String origin) throws IOException {
            return console.send(
                    "POST",
                    "/login",
                    "token=" + URLEncoder.encode(token, StandardCharsets.UTF_8),
                    "Host: " + console.authority(),
                    "Origin: http://" + origin,
                    "Content-Type: application/x-www-form-urlencoded");
        }
    }

    @Nested
    class Reports {
        @TempDir
        private Path folder;

        @Test
        void reportIsWrittenAndNamed() throws IOException {
            String url = fill();
            Path html = folder.resolve("joins.html");
            Files.writeString(html, "an older report");

            Ended ended = Cli.run("", "report", "--store", url, "--require=a,b", "--html", html.toString(), "--values");

            assertThat(ended.status()).as(ended.err()).isZero();
            assertThat(ended.err()).isEqualTo("joiner: wrote " + html + "\n");
            assertThat(Files.readString(html)).contains("\"missing\":[\"b\"]", "{\\\"id\\\":1,\\\"a\\\":1}");
        }

        @Test
        void reportDoesNotOverwriteItsStore() throws IOException {
            String url = fill();
            Path file = folder.resolve("joins.mv.db");
            byte[] before = Files.readAllBytes(file);

            Ended ended = Cli.run("", "report", "--store", url, "--html", file.toString());

            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err()).startsWith("joiner: --html: " + file + " is also read, for --store\n");
            assertThat(Files.readAllBytes(file)).isEqualTo(before);
        }

        @Test
        void reportDoesNotOverwriteTheFileOfTheUrl() throws IOException {
            Path file = Files.writeString(folder.resolve("url"), fill());

            Ended ended = Cli.run("", "report", "--store", "@" + file, "--html", file.toString());

            assertThat(ended.status()).isEqualTo(2);
            assertThat(Files.readString(file)).startsWith("jdbc:h2:");
        }

        private String fill() {
            String url = "jdbc:h2:" + folder.resolve("joins").toAbsolutePath();
            assertThat(Cli.run(A, "join", "--key=id", "--require=a,b", "--store", url)
                            .status())
                    .isZero();
            return url;
        }
    }
}
