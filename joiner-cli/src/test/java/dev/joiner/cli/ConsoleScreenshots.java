package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.cli.Cli.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;

/** Makes the pictures of {@code docs/console.md}. Run by hand, so its name is not that of a test. */
class ConsoleScreenshots {
    private static final Path IMAGES = Path.of("..", "docs", "images");

    @TempDir
    private Path folder;

    @Test
    void takePictures() throws IOException {
        String url = "jdbc:h2:" + folder.resolve("joins").toAbsolutePath();
        ConsoleSample.fill(url, "orders", 10_000, 200, Cli.START);
        Files.createDirectories(IMAGES);
        ChromeDriver browser = Chromium.start();
        try (Running console = new Running(
                "console",
                "--store",
                url,
                "--namespace=orders",
                "--require=order.total,payment,shipment",
                "--allow-changes",
                "--dropped-to",
                folder.resolve("dropped.jsonl").toString())) {
            console.awaitErr("the console is at ");
            Matcher address = Pattern.compile("http\\S+").matcher(console.err());
            assertThat(address.find()).isTrue();
            for (String theme : new String[] {"light", "dark"}) {
                for (int width : new int[] {1400, 360}) {
                    Chromium.show(browser, width, width > 1000 ? 1000 : 780, theme);
                    browser.get(address.group());
                    awaitRows(browser);
                    browser.findElement(By.id("read-on")).click();
                    Awaitility.await()
                            .atMost(Duration.ofMinutes(1))
                            .until(() -> browser.findElement(By.id("sample"))
                                    .getText()
                                    .startsWith("All 10,000"));
                    if (width < 1000) {
                        save(browser, "console-" + width + "-" + theme + ".png");
                        browser.executeScript("document.getElementById('rows').scrollIntoView()");
                        save(browser, "console-" + width + "-" + theme + "-joins.png");
                    } else {
                        save(browser, "console-" + width + "-" + theme + ".png");
                    }
                }
            }
            Chromium.show(browser, 1400, 760, "light");
            browser.get(address.group());
            awaitRows(browser);
            browser.findElement(By.xpath("//td[.='Parked']/..//button")).click();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> !browser.findElements(By.cssSelector("#details[open] .value"))
                            .isEmpty());
            save(browser, "console-details.png");
            console.stop();
            console.awaitEnd();
        } finally {
            browser.quit();
        }
    }

    private static void awaitRows(ChromeDriver browser) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> browser.findElements(By.cssSelector("#rows tr")).size() >= 50);
    }

    private static void save(ChromeDriver browser, String name) throws IOException {
        browser.executeScript("document.activeElement.blur()");
        Files.write(IMAGES.resolve(name), browser.getScreenshotAs(OutputType.BYTES));
    }
}
