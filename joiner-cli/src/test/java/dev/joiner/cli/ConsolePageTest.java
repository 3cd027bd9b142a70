package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    @TempDir
    private Path folder;

    private ServedConsole console;

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
    void startConsole() throws IOException {
        console = new ServedConsole(
                "--allow-changes",
                "--require",
                "a,b",
                "--dropped-to",
                folder.resolve("dropped.jsonl").toString());
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
    void dropOfManyAsksFirst() throws IOException {
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
        assertThat(console.running().out()).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("dropped.jsonl")))
                .containsExactlyInAnyOrder("{\"id\":\"one\",\"a\":1}", "{\"id\":\"two\",\"b\":2}");
    }

    @Test
    void dropIsNotOfferedWithoutAFileForIt() throws IOException {
        try (ServedConsole noFile = new ServedConsole("--allow-changes", "--require", "a,b")) {
            noFile.joins(TWO);
            browser.get(noFile.url().toString());
            awaitRows(2);
            pick("one");

            assertThat(id("release").isDisplayed()).isTrue();
            assertThat(id("drop").isDisplayed()).isFalse();
            assertThat(text("selection")).contains("--dropped-to");
            id("view-0").click();
            awaitText("details", "\"id\"");
            assertThat(id("details-drop").isDisplayed()).isFalse();
            assertThat(text("details")).contains("--dropped-to");
        }
    }

    @Test
    void whatWasDroppedCanBeSavedAfterOtherActions() {
        open(TWO + "{\"id\":\"three\",\"a\":1}\n", 3);
        change("one", "drop");
        awaitText("result-text", "Dropped what was under 1 key.");
        awaitRows(2);
        change("two", "release");
        awaitText("result-text", "Released what was under 1 key.");
        awaitRows(1);
        assertThat(text("save")).isEqualTo("Save what was dropped (1)");
        change("three", "drop");
        awaitText("save", "Save what was dropped (2)");

        browser.executeScript(
                "URL.createObjectURL = blob => { blob.text().then(text => window.saved = text); return '#'; }");
        id("save").click();
        patiently()
                .untilAsserted(() -> assertThat(String.valueOf(browser.executeScript("return window.saved")))
                        .contains("\"one\"", "\"three\"")
                        .doesNotContain("\"two\"")
                        .hasLineCount(2));
        id("reexamine").click();
        id("confirm-yes").click();
        awaitText("result-text", "0 joins handed over");
        assertThat(id("save").isDisplayed()).isFalse();
    }

    @Test
    void whatWasDroppedIsForgottenOnceDismissed() {
        open(TWO, 2);
        change("one", "drop");
        awaitText("result-text", "Dropped what was under 1 key.");
        awaitRows(1);
        id("dismiss").click();
        change("two", "release");

        awaitText("result-text", "Released what was under 1 key.");
        assertThat(id("save").isDisplayed()).isFalse();
    }

    private static void change(String key, String button) {
        pick(key);
        id(button).click();
        id("confirm-yes").click();
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
    void missingPartTakesThePlaceOfTheKey() {
        open(TWO, 2);
        id("key").sendKeys("one", Keys.ENTER);
        awaitRows(1);
        id("missing-a").click();

        awaitText("filter-text", "Only joins that are missing a.");
        assertThat(id("key").getDomProperty("value")).isEmpty();
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
    void selectionIsInViewWhereverItIsMade() {
        open(many(0, 60, "a"), 60);

        browser.executeScript("document.getElementById('pick-59').scrollIntoView()");
        browser.executeScript("document.getElementById('pick-59').click()");

        awaitText("selected", "1 key selected");
        assertThat(browser.executeScript("const bar = document.getElementById('selection').getBoundingClientRect();"
                        + " return bar.top >= 0 && bar.bottom <= innerHeight"))
                .isEqualTo(true);
    }

    private static String many(int first, int end, String part) {
        StringBuilder lines = new StringBuilder();
        for (int i = first; i < end; i++) {
            lines.append("{\"id\":\"k").append(i).append("\",\"").append(part).append("\":1}\n");
        }
        return lines.toString();
    }

    @Test
    void readsTheRestIfAsked() {
        open(many(0, 5_000, "a"), 100);
        assertThat(text("sample")).startsWith("2,000 of 5,000 keys read: 2,000 joins, at ");
        assertThat(text("tiles"))
                .contains(
                        "Keys in the store\n5,000\ncounted by the store",
                        "Waiting\n≥ 2,000\nin the sample",
                        "Parked\n≥ 0\nin the sample");

        id("read-on").click();

        awaitText("sample", "All 5,000 joins counted");
        assertThat(text("tiles")).contains("Waiting\n5,000\nfor more messages");
        id("next").click();
        awaitText("position", "Page 2,");
        awaitRows(100);
    }

    @Test
    void keysThatAreOnlyRememberedAreCounted() {
        String remember = "--remember=1h";
        console.joins(many(0, 4_000, "a"));
        console.joins(many(0, 300, "b"), remember);
        browser.get(console.url().toString());
        awaitText("sample", " of 4,000 keys read: ");
        assertThat(text("sample")).contains(" remembered");

        id("read-on").click();

        awaitText("sample", "All 3,700 joins counted");
        assertThat(text("sample")).contains("300 keys only remembered");
    }

    @Test
    void filterLooksOnUntilItFindsSome() throws IOException {
        console.joins(many(0, 6_000, "a"));
        String key = keyFarBehind();
        Cli.run("", "drop", "--store", "kept:", "--namespace", console.namespace(), key);
        console.joins("{\"id\":\"" + key + "\",\"b\":1}\n");
        browser.get(console.url().toString());
        awaitRows(100);
        browser.executeScript("""
                window.seen = '';
                new MutationObserver(() => {
                    if (!document.getElementById('stop-looking').hidden) seen += document.getElementById('empty').textContent;
                }).observe(document.getElementById('empty'), {childList: true, characterData: true, subtree: true});
                const lacks = document.getElementById('lacks');
                lacks.append(new Option('a', 'a'));
                lacks.value = 'a';
                lacks.dispatchEvent(new Event('change'));
                """);

        awaitRows(1);
        assertThat(text("rows")).contains(key);
        assertThat(String.valueOf(browser.executeScript("return seen"))).contains("2,000 keys read", "4,000 keys read");
        assertThat(id("stop-looking").isDisplayed()).isFalse();
    }

    /** The key that comes after 4,000 others in the store's order. */
    private String keyFarBehind() throws IOException {
        String from = found("next", console.ask("{'ask':'overview'}").body());
        from = found(
                "next",
                console.ask("{'ask':'overview','cursor':'" + from + "'}").body());
        return found(
                "key", console.ask("{'ask':'list','cursor':'" + from + "'}").body());
    }

    private static String found(String field, String json) {
        Matcher matcher = Pattern.compile("\"" + field + "\":\"([^\"]*)\"").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return matcher.group(1);
    }

    @Test
    void filterThatFindsNothingLooksToTheEnd() {
        open(many(0, 5_000, "a"), 100);

        browser.findElement(By.cssSelector("#status option[value=PARKED]")).click();

        awaitText("empty", "There are none of this kind.");
        assertThat(id("next").isDisplayed()).isFalse();
    }

    @Test
    void lookingOnStopsIfAsked() {
        open(many(0, 5_000, "a"), 100);
        browser.executeScript("""
                const send = window.fetch;
                window.fetch = async (url, options) => {
                    if (JSON.parse(options.body).cursor) await new Promise(resolve => window.goOn = resolve);
                    return send(url, options);
                };
                """);
        browser.findElement(By.cssSelector("#status option[value=PARKED]")).click();
        awaitText("empty", "Looking: 2,000 keys read, none yet.");

        id("stop-looking").click();

        awaitText("empty", "None among 2,000 keys that were read.");
        assertThat(id("stop-looking").isDisplayed()).isFalse();
        assertThat(id("next").isDisplayed()).isTrue();
        browser.executeScript("goOn()");
    }

    @Test
    void parkedJoinWasNotHandedOver() {
        console.joins(TWO);
        console.parks("{\"id\":\"one\",\"b\":1}\n");
        browser.get(console.url().toString());
        awaitText("rows", "Parked");
        browser.findElement(By.xpath("//button[.='one']")).click();

        awaitText("details", "Completed, and failed in hand-over");
        assertThat(text("details")).doesNotContain("Handed over as");
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

    private void openReport(String... options) {
        Path html = folder.resolve("joins.html");
        List<String> args = new ArrayList<>(List.of("report", "--store=kept:", "--namespace", console.namespace()));
        args.addAll(List.of("--require=a,b", "--values", "--html", html.toString()));
        args.addAll(List.of(options));
        assertThat(Cli.run("", args.toArray(String[]::new)).status()).isZero();
        browser.get(html.toUri().toString());
    }

    @Test
    void reportIsReadWithoutAServer() {
        console.joins(TWO);
        openReport();

        awaitRows(2);
        assertThat(text("tiles")).contains("Waiting\n2\n");
        assertThat(text("mode")).startsWith("Report of ");
        id("missing-a").click();
        awaitRows(1);
        assertThat(text("filter-text")).isEqualTo("Only joins that are missing a.");
        id("view-0").click();
        awaitText("details", "\"id\": \"two\"");
        assertThat(id("details-release").isDisplayed()).isFalse();
        assertThat(id("refresh").isDisplayed()).isFalse();
    }

    @Test
    void reportSaysWhatItDoesNotShow() {
        console.joins(many(0, 50, "a") + many(50, 60, "b"));
        openReport("--limit=20");
        awaitRows(20);
        id("missing-b").click();
        awaitText("filter-text", " of 50 are in this report.");
        assertThat(text("filter-text")).contains(rows().size() + " of 50 are");

        id("key").sendKeys("nothing", Keys.ENTER);
        awaitText("empty", "Not among the 20 joins of this report.");
    }
}
