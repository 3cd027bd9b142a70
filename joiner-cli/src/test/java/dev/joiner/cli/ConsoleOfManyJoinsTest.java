package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.console.Console;
import dev.joiner.console.ConsoleJoin;
import dev.joiner.store.memory.MapJoinStore;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;

/** The page over joins of which each is of another age, and nearly all failed for a reason of their own, in a browser, where one is installed. */
class ConsoleOfManyJoinsTest {
    private static final int JOINS = 6_000;
    private static final String WAITS = "waits";

    private Instant now = Cli.START;

    /** Each fails for a reason of its own, but for one in 100. */
    private final KeyedJoiner<String, String, String, String> joiner = Joiner.create(
            JoinSpec.joining(String.class)
                    .keyedBy(key -> key)
                    .<String>mergedBy((key, pending) -> key)
                    .sufficientWhen(key -> !key.equals(WAITS))
                    .retry(1)
                    .parkPoisoned()
                    .<String>process((key, handOver) -> {
                        throw new IOException(key.endsWith("99") ? "the common reason" : "the reason " + letters(key));
                    })
                    .build(),
            MapJoinStore.create(),
            () -> now);

    private ChromeDriver browser;
    private Console console;
    private ConsoleServer server;

    /** Numbers are what messages may differ in and be of one group. */
    private static String letters(String key) {
        return key.chars()
                .map(c -> 'a' + c - '0')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private final class Failed implements ConsoleJoin<String, String> {
        @Override
        public String name() {
            return "failed";
        }

        @Override
        public KeyedJoiner<?, String, String, ?> joiner() {
            return joiner;
        }

        @Override
        public KeyCodec<String> keys() {
            return KeyCodec.string();
        }

        @Override
        public boolean writeValue(PendingJoin<String, String> join, Writer out) {
            return false;
        }
    }

    /** When a join began; in another order than that of their numbers. */
    private static Instant at(int number) {
        return Cli.START.plusSeconds(number * 7_919L % JOINS);
    }

    private static List<String> oldest(int many) {
        return IntStream.range(0, JOINS)
                .boxed()
                .sorted(Comparator.comparing(ConsoleOfManyJoinsTest::at))
                .limit(many)
                .map(String::valueOf)
                .toList();
    }

    @BeforeEach
    void open() throws IOException {
        Chromium.assumeInstalled();
        for (int i = 0; i < JOINS; i++) {
            now = at(i);
            try {
                joiner.accept(String.valueOf(i));
            } catch (ProcessingException e) {
                // It is parked.
            }
        }
        now = Cli.START.plusSeconds(JOINS);
        console = Console.of(List.of(new Failed()), true, () -> now);
        server = ConsoleServer.start(
                console, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty());
        browser = Chromium.start();
        browser.get(server.url());
        awaitText("sample", "2,000 of ");
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.quit();
            server.close();
        }
    }

    private String text(String id) {
        return browser.findElement(By.id(id)).getText();
    }

    @Test
    void readingOnNamesNoMoreThanTheLargestGroups() {
        browser.findElement(By.id("read-on")).click();
        awaitText("sample", "All ");

        assertThat(browser.findElements(By.cssSelector("#errors li"))).hasSize(51);
        assertThat(text("errors")).startsWith("java.io.IOException: the common reason\n≥ " + JOINS / 100 + "\n");
        assertThat(browser.findElement(By.cssSelector("#errors li:last-child")).getText())
                .startsWith("Others\n");
        assertThat(browser.findElements(By.cssSelector("#errors li:last-child button")))
                .isEmpty();
        assertThat(browser.findElement(By.cssSelector("#errors li:first-child .fill"))
                        .getDomAttribute("style"))
                .as("the bar of the largest group that is named")
                .contains("width: 100%");
        browser.findElement(By.cssSelector("#errors button")).click();
        awaitText("filter-text", "Only joins that are failed with “java.io.IOException: the common reason”.");
    }

    private void awaitText(String id, String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(text(id)).contains(text));
    }

    private void order(String order) {
        browser.findElement(By.cssSelector("#order option[value='" + order + "']"))
                .click();
    }

    /** In one step: rows may be replaced meanwhile. */
    @SuppressWarnings("unchecked")
    private List<String> keys() {
        return (List<String>) browser.executeScript(
                "return [...document.querySelectorAll('#rows td.key')].map(cell => cell.textContent)");
    }

    @Test
    void oldestOfAllAreListedIfAsked() {
        order("oldest");

        awaitText("filter-text", "The oldest of all 6,000 keys, read at ");
        assertThat(keys()).isEqualTo(oldest(100));
        assertThat(browser.findElement(By.id("stop-looking")).isDisplayed()).isFalse();

        browser.findElement(By.id("clear")).click();
        awaitText("position", "Page 1, in the store’s order.");
    }

    /** Counts the requests for the oldest, and lets no more than the first be answered before {@code goOn()}. */
    private void holdTheSecondRequest() {
        browser.executeScript("""
                const send = window.fetch;
                window.asked = 0;
                window.fetch = async (url, options) => {
                    const fields = JSON.parse(options.body);
                    if (fields.ask === 'oldest' && ++window.asked === 2) {
                        await new Promise(resolve => window.goOn = resolve);
                        const answer = await send(url, options);
                        const json = await answer.json();
                        answer.json = async () => {
                            setTimeout(() => window.isUsed = true); // once the page has gone on from there
                            return json;
                        };
                        return answer;
                    }
                    return send(url, options);
                };
                """);
    }

    @Test
    void lookForTheOldestSaysHowFarItIsAndStopsIfAsked() {
        holdTheSecondRequest();
        order("oldest");
        awaitText("filter-text", "The oldest so far: 2,000 of 6,000 keys read.");
        assertThat(keys()).hasSize(100);

        browser.findElement(By.id("stop-looking")).click();

        awaitText("filter-text", "The oldest of those that were read: 2,000 of 6,000 keys.");
        browser.executeScript("goOn()");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> Boolean.TRUE.equals(browser.executeScript("return window.isUsed")));
        assertThat(browser.executeScript("return asked")).isEqualTo(2L);
        assertThat(text("filter-text")).startsWith("The oldest of those that were read: 2,000 ");
        assertThat(browser.findElement(By.id("stop-looking")).isDisplayed()).isFalse();
    }

    @Test
    void whatIsDroppedIsGoneWithoutAnotherLookForTheOldest() {
        holdTheSecondRequest();
        order("oldest");
        awaitText("filter-text", "The oldest so far: ");
        browser.executeScript("goOn()");
        awaitText("filter-text", "The oldest of all ");
        browser.findElement(By.id("pick-0")).click();
        browser.findElement(By.id("drop")).click();
        browser.findElement(By.id("confirm-yes")).click();

        awaitText("result-text", "Dropped what was under 1 key.");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(keys()).isEqualTo(oldest(100).subList(1, 100)));
        assertThat(browser.executeScript("return asked")).isEqualTo(3L);
    }

    @Test
    void reportIsOrderedByAge(@TempDir Path folder) throws IOException {
        now = Cli.START.minusSeconds(1);
        joiner.accept(WAITS);
        now = Cli.START.plusSeconds(JOINS);
        Path html = folder.resolve("joins.html");
        Files.writeString(html, console.report(JOINS + 1, false));
        browser.get(html.toUri().toString());
        assertThat(keys()).hasSize(JOINS + 1).endsWith(WAITS);

        order("oldest");

        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> assertThat(keys()).startsWith(WAITS, oldest(1).get(0)));
    }
}
