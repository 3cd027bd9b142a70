package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/** The console in a browser, where one is installed. */
class ConsolePageTest {
    private static final String TWO = "{\"id\":\"one\",\"a\":1}\n{\"id\":\"two\",\"b\":2}\n";

    private static ChromeDriver browser;

    private ServedConsole console;

    @BeforeAll
    static void startBrowser() throws IOException {
        assumeTrue(Chromium.missing().isEmpty(), () -> Chromium.missing().orElseThrow());
        browser = Chromium.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void startConsole() throws IOException {
        console = new ServedConsole("--allow-changes", "--require", "a,b");
        Chromium.show(browser, 1400, 1000, "light");
    }

    @AfterEach
    void stopConsole() throws IOException {
        browser.get("about:blank");
        console.close();
    }

    private void open(String lines, int rows) {
        console.joins(lines);
        browser.get(console.url().toString());
        awaitRows(rows);
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }

    private static List<WebElement> rows() {
        return browser.findElements(By.cssSelector("#rows tr"));
    }

    private static void awaitRows(int count) {
        patiently().untilAsserted(() -> assertThat(rows()).hasSize(count));
    }

    private static WebElement id(String id) {
        return browser.findElement(By.id(id));
    }

    private static String text(String id) {
        return id(id).getText();
    }

    private static void awaitText(String id, String text) {
        patiently().untilAsserted(() -> assertThat(text(id)).contains(text));
    }

    private static void press(CharSequence... keys) {
        browser.switchTo().activeElement().sendKeys(keys);
    }

    private static String focused() {
        return String.valueOf(browser.switchTo().activeElement().getDomAttribute("id"));
    }

    @Test
    void showsWhatWaits() {
        open(TWO, 2);

        assertThat(text("tiles")).contains("Waiting\n2\n", "Keys in the store\n2\n");
        assertThat(text("sample")).startsWith("All 2 joins counted at ");
        assertThat(text("missing")).contains("a\n1", "b\n1");
        assertThat(text("rows")).contains("one", "two", "Waiting", "in 2h");
    }

    @Test
    void pageBreaksNoneOfItsOwnRules() {
        browser.manage().logs().get("browser"); // forgets what other tests did
        open(TWO, 2);
        id("view-0").click();
        awaitText("details", "\"id\"");

        assertThat(browser.manage().logs().get("browser").getAll())
                .filteredOn(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .isEmpty();
    }

    @Test
    void releaseHandsOverToStandardOutput() {
        open(TWO, 2);
        pick("one");
        id("release").click();
        awaitText("confirm", "Release what is under 1 key?");
        assertThat(console.running().out()).isEmpty();
        id("confirm-yes").click();

        awaitText("result-text", "Released what was under 1 key.");
        assertThat(console.running().out()).isEqualTo("{\"id\":\"one\",\"a\":1}\n");
        awaitRows(1);
        assertThat(console.store().size()).isEqualTo(1);
    }

    private static void pick(String key) {
        browser.findElement(By.cssSelector("input[aria-label='Select " + key + "']"))
                .click();
    }

    @Test
    void dropOfManyAsksFirst() {
        open(TWO, 2);
        id("pick-all").click();
        id("drop").click();
        awaitText("confirm", "Drop what is under 2 keys?");
        assertThat(text("confirm-keys")).contains("one", "two");
        id("confirm-no").click();
        assertThat(console.store().size()).isEqualTo(2);

        id("drop").click();
        id("confirm-yes").click();

        awaitText("result-text", "Dropped what was under 2 keys.");
        awaitRows(0);
        assertThat(console.store().size()).isZero();
        assertThat(id("save").isDisplayed()).isTrue();
        assertThat(console.running().out()).contains("{\"id\":\"one\",\"a\":1}\n", "{\"id\":\"two\",\"b\":2}\n");
    }

    @Test
    void keyThatIsGoneMeanwhileIsNamed() {
        open(TWO, 2);
        pick("one");
        Cli.run("", "drop", "--store", "kept:", "--namespace", console.namespace(), "one");
        id("release").click();
        id("confirm-yes").click();

        awaitText("result", "Not done for 1 key:");
        assertThat(text("result-list")).isEqualTo("one: there is nothing to release");
    }

    @Test
    void detailsReleaseAndReexamineHandOver() {
        open(TWO + "{\"id\":\"three\",\"a\":null,\"c\":[1.50,{}]}\n", 3);
        browser.findElement(By.xpath("//button[.='three']")).click();
        awaitText("details", "\"c\": [");
        assertThat(text("details")).contains("1.50", "Missing\na, b");
        id("details-release").click();
        id("confirm-yes").click();
        awaitText("result-text", "Released what was under 1 key.");

        id("reexamine").click();
        awaitText("confirm", "Reexamine all joins?");
        id("confirm-yes").click();
        awaitText("result-text", "0 joins handed over, 0 failed.");
    }

    @Test
    void findsByKeyAndFilters() {
        open(TWO, 2);
        id("key").sendKeys("two", Keys.ENTER);
        awaitRows(1);
        assertThat(text("rows")).contains("two");
        assertThat(browser.getCurrentUrl()).isEqualTo(console.url().toString());

        id("clear").click();
        awaitRows(2);
        id("missing-a").click();
        awaitRows(1);
        assertThat(text("filter-text")).isEqualTo("Only joins that are missing a.");
        assertThat(text("rows")).contains("two");
    }

    @Test
    void staysUpToDateWhileOpen() {
        open(TWO, 2);

        console.joins("{\"id\":\"three\",\"a\":1}\n");

        awaitRows(3);
        awaitText("tiles", "Waiting\n3\n");
    }

    @Test
    void refreshLeavesTheFocusWhereItIs() {
        open(TWO, 2);
        browser.executeScript("document.getElementById('view-1').focus()");

        console.joins("{\"id\":\"three\",\"a\":1}\n");
        awaitRows(3);

        assertThat(focused()).isEqualTo("view-1");
    }

    @Test
    void serverThatIsGoneIsTold() {
        open(TWO, 2);

        console.running().stop();
        console.running().awaitEnd();

        id("refresh").click();
        awaitText("problem", "The server does not answer.");
    }

    @Test
    void readsTheRestIfAsked() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            lines.append("{\"id\":\"k").append(i).append("\",\"a\":1}\n");
        }
        open(lines.toString(), 100);
        assertThat(text("sample")).startsWith("Sampled from 2,000 joins of about 5,000");

        id("read-on").click();

        awaitText("sample", "All 5,000 joins counted");
        assertThat(text("tiles")).contains("Waiting\n5,000\n");
        id("next").click();
        awaitText("position", "Page 2,");
        awaitRows(100);
    }

    @Test
    void hostileDataIsText() {
        String script = "<img src=x onerror=\\\"window.hacked=1\\\"></script><script>window.hacked=1</script>";
        open(
                "{\"id\":\"" + script + "\",\"" + script + "\":\"" + script + "\"}\n"
                        + "{\"id\":\"\\u202egnp.exe\\u0007\\u2066\",\"a\":\"\\u202eabc\"}\n",
                2);

        assertThat(text("rows"))
                .contains("<img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=1</script>")
                .contains("\\u202egnp.exe\\u0007\\u2066");
        for (int i = 0; i < 2; i++) {
            id("view-" + i).click();
            awaitText("details", "Missing");
            assertThat(text("details")).doesNotContain("\u202e");
            id("details-close").click();
        }
        pick("\\\\u202egnp.exe\\\\u0007\\\\u2066");
        id("release").click();
        assertThat(text("confirm-keys")).isEqualTo("\\u202egnp.exe\\u0007\\u2066");
        id("confirm-no").click();
        assertThat(browser.executeScript("return window.hacked === undefined")).isEqualTo(true);
        assertThat(browser.findElements(By.cssSelector("main img, main script")))
                .isEmpty();
    }

    @Test
    void longValueIsCutWithANote() {
        open("{\"id\":\"long\",\"a\":\"" + "x".repeat(1_000_000) + "\"}\n", 1);

        id("view-0").click();

        awaitText("details", "Cut: these are the first 100,000 of 1,000,020 characters.");
    }

    @ParameterizedTest
    @CsvSource({"360, light", "360, dark", "1400, light", "1400, dark"})
    void readsWellAtAnyWidthAndTheme(int width, String theme) throws IOException {
        Chromium.show(browser, width, 800, theme);
        open("{\"id\":\"" + "a-very-long-key/".repeat(20) + "\",\"a\":1}\n" + TWO, 3);
        assertFits(width);
        assertAccessible();
        pick("one");
        assertFits(width);
        id("release").click();
        awaitText("confirm", "Release");
        assertAccessible();
        assertFits(width);
        id("confirm-no").click();
        id("view-0").click();
        awaitText("details", "\"id\"");
        assertAccessible();
        assertFits(width);

        String ground = browser.findElement(By.tagName("body")).getCssValue("background-color");
        assertThat(ground).contains(theme.equals("dark") ? "(18, 20, 26" : "(246, 247, 249");
    }

    private static void assertFits(int width) {
        assertThat(browser.executeScript(
                        "return [innerWidth, document.documentElement.scrollWidth, document.body.scrollWidth]"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(Long.class))
                .allMatch(found -> found <= width);
    }

    @SuppressWarnings("unchecked") // it is a list of texts
    private static void assertAccessible() throws IOException {
        if (browser.executeScript("return window.axe === undefined").equals(true)) {
            try (InputStream axe = ConsolePageTest.class.getResourceAsStream("/axe.min.js")) {
                browser.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        List<String> violations = (List<String>) browser.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run().then(
                    found => done(found.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html).join(' | '))),
                    problem => done([String(problem)]));
                """);
        assertThat(violations).isEmpty();
    }

    @Test
    void keyboardAloneIsEnough() {
        open(TWO, 2);
        browser.executeScript("document.body.tabIndex = -1; document.body.focus()");

        press(Keys.TAB);
        assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Skip to the joins");
        press(Keys.ENTER);
        tabTo("key");
        press("one", Keys.ENTER);
        awaitRows(1);
        tabTo("view-0");
        assertThat(browser.switchTo().activeElement().getCssValue("outline-style"))
                .isEqualTo("solid");
        press(Keys.ENTER);
        awaitText("details", "\"id\"");
        assertThat(focused()).isEqualTo("details-close");
        press(Keys.ESCAPE);
        assertThat(focused()).isEqualTo("view-0");
        press(Keys.chord(Keys.SHIFT, Keys.TAB));
        assertThat(focused()).isEqualTo("pick-0");
        press(Keys.SPACE);
        tabBackTo("release");
        press(Keys.ENTER);
        assertThat(focused()).isEqualTo("confirm-no");
        press(Keys.TAB, Keys.ENTER);
        if (id("confirm").isDisplayed()) { // Tab and Enter went to the button that had the focus
            press(Keys.ENTER);
        }

        awaitText("result-text", "Released what was under 1 key.");
        assertThat(focused()).isEqualTo("result");
        assertThat(console.running().out()).isEqualTo("{\"id\":\"one\",\"a\":1}\n");
        assertThat(id("live").getDomProperty("textContent")).isEqualTo("Released what was under 1 key.");
    }

    private static void tabTo(String id) {
        for (int i = 0; i < 40 && !focused().equals(id); i++) {
            press(Keys.TAB);
        }
        assertThat(focused()).isEqualTo(id);
    }

    private static void tabBackTo(String id) {
        for (int i = 0; i < 40 && !focused().equals(id); i++) {
            press(Keys.chord(Keys.SHIFT, Keys.TAB));
        }
        assertThat(focused()).isEqualTo(id);
    }

    @Test
    void readOnlyPageHasNothingThatChanges() throws IOException {
        try (ServedConsole readOnly = new ServedConsole("--require", "a,b")) {
            readOnly.joins(TWO);
            browser.get(readOnly.url().toString());
            awaitRows(2);
            id("view-0").click();
            awaitText("details", "\"id\"");

            assertThat(text("mode")).isEqualTo("Read-only");
            assertThat(browser.findElements(By.cssSelector("#rows input"))).isEmpty();
            for (String button : List.of("details-release", "details-drop", "release", "drop", "reexamine")) {
                assertThat(id(button).isDisplayed()).as(button).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {360, 1400})
    void tokenLogsIn(int width) throws IOException {
        Chromium.show(browser, width, 800, "light");
        try (ServedConsole closed = new ServedConsole("--token")) {
            closed.joins(TWO);
            browser.get(closed.url().toString());
            assertFits(width);
            assertAccessible();
            id("token").sendKeys("wrong", Keys.ENTER);
            patiently().untilAsserted(() -> assertThat(browser.getPageSource()).contains("This is not the token."));
            id("token").sendKeys(closed.token(), Keys.ENTER);

            awaitRows(2);
            assertThat(browser.executeScript("return document.cookie")).isEqualTo("");
            assertThat(browser.getCurrentUrl()).isEqualTo(closed.url().toString());
        }
    }

    @Test
    void reportIsReadWithoutAServer(@TempDir Path folder) {
        console.joins(TWO);
        Path html = folder.resolve("joins.html");
        Cli.run(
                "",
                "report",
                "--store=kept:",
                "--namespace",
                console.namespace(),
                "--require=a,b",
                "--values",
                "--html",
                html.toString());

        browser.get(html.toUri().toString());

        awaitRows(2);
        assertThat(text("tiles")).contains("Waiting\n2\n");
        assertThat(text("mode")).startsWith("Report of ");
        id("missing-a").click();
        awaitRows(1);
        id("view-0").click();
        awaitText("details", "\"id\": \"two\"");
        assertThat(id("details-release").isDisplayed()).isFalse();
        assertThat(id("refresh").isDisplayed()).isFalse();
    }
}
