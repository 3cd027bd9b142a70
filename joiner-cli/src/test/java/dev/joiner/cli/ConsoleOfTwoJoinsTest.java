package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.console.Console;
import dev.joiner.console.ConsoleJoin;
import dev.joiner.store.memory.MapJoinStore;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;

/** The page of a console that has two joins, in a browser, where one is installed. */
class ConsoleOfTwoJoinsTest {
    private static ChromeDriver browser;

    private final Texts orders = new Texts("orders");
    private final Texts refunds = new Texts("refunds");
    private ConsoleServer server;

    /** Texts that wait until they are released, or are long enough. */
    private static final class Texts implements ConsoleJoin<String, String> {
        private final String name;
        private final List<String> handedOver = new CopyOnWriteArrayList<>();
        private final KeyedJoiner<String, String, String, String> joiner;
        private volatile int enough = 100;

        Texts(String name) {
            this.name = name;
            joiner = Joiner.create(
                    JoinSpec.joining(String.class)
                            .keyedBy(key -> key)
                            .<String>mergedBy((key, pending) -> name + " " + key)
                            .sufficientWhen(text -> text.length() >= enough)
                            .process(text -> {
                                handedOver.add(text);
                                return text;
                            })
                            .build(),
                    MapJoinStore.create());
            List.of("one", "two").forEach(joiner::accept);
        }

        @Override
        public String name() {
            return name;
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
        public boolean writeValue(PendingJoin<String, String> join, Writer out) throws IOException {
            out.write(join.value().orElse(""));
            return join.value().isPresent();
        }
    }

    @BeforeAll
    static void startBrowser() throws IOException {
        Chromium.assumeInstalled();
        browser = Chromium.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void open() throws IOException {
        server = ConsoleServer.start(
                Console.of(List.of(orders, refunds), true),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty());
        Chromium.show(browser, 1400, 1000, "light");
        browser.get(server.url());
        awaitText("rows", "two");
    }

    @AfterEach
    void stop() {
        browser.get("about:blank");
        server.close();
    }

    private static void awaitText(String id, String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(browser.findElement(By.id(id)).getText()).contains(text));
    }

    private static void click(String id) {
        browser.findElement(By.id(id)).click();
    }

    /** Begins a change, and lets no answer to it arrive before {@link #goOn}; chooses another join meanwhile. */
    private static void beginAndChooseAnother(String button) {
        browser.executeScript("""
                const send = window.fetch;
                const held = new Promise(resolve => window.goOn = resolve);
                window.fetch = async (url, options) => {
                    const answer = await send(url, options);
                    if (JSON.parse(options.body).ask === arguments[0]) {
                        window.isHeld = true;
                        await held;
                    }
                    return answer;
                };
                """, button);
        click(button);
        click("confirm-yes");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> Boolean.TRUE.equals(browser.executeScript("return window.isHeld")));
        browser.findElement(By.cssSelector("#join option[value=refunds]")).click();
    }

    private static void goOn() {
        browser.executeScript("goOn()");
    }

    @Test
    void releaseGoesToTheJoinItBeganIn() {
        click("pick-all");
        beginAndChooseAnother("release");
        goOn();

        awaitText("result-text", "Released what was under 2 keys of orders.");
        assertThat(orders.handedOver).containsExactlyInAnyOrder("orders one", "orders two");
        assertThat(refunds.handedOver).isEmpty();
        assertThat(refunds.joiner.size()).isEqualTo(2);
    }

    @Test
    void dropGoesToTheJoinItBeganIn() {
        click("pick-all");
        beginAndChooseAnother("drop");
        goOn();

        awaitText("result-text", "Dropped what was under 2 keys of orders.");
        assertThat(orders.joiner.size()).isZero();
        assertThat(refunds.joiner.size()).isEqualTo(2);
        browser.executeScript(
                "URL.createObjectURL = blob => { blob.text().then(text => window.saved = text); return '#'; }");
        click("save");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(String.valueOf(browser.executeScript("return window.saved")))
                        .contains("\"orders one\"", "\"orders two\"")
                        .doesNotContain("\"join\":\"refunds\""));
    }

    @Test
    void reexaminationIsToldThoughAnotherJoinIsShown() {
        orders.enough = 1;
        refunds.enough = 1;
        beginAndChooseAnother("reexamine");
        goOn();

        awaitText("result-text", "2 joins of orders handed over, 0 failed.");
        assertThat(orders.handedOver).hasSize(2);
        assertThat(refunds.handedOver).isEmpty();
    }

    @Test
    void whatIsPickedMeanwhileStaysPicked() {
        click("pick-0");
        beginAndChooseAnother("release");
        browser.executeScript("document.getElementById('pick-1').click()"); // its row may be replaced meanwhile
        goOn();
        awaitText("result-text", "Released what was under 1 key of orders.");

        awaitText("selected", "1 key selected");
    }
}
