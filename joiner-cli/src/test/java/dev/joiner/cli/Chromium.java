package dev.joiner.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A browser without a window. */
final class Chromium {
    /** Warns that it knows no more of this browser than every browser has. Held, as a logger is forgotten otherwise. */
    private static final Logger NO_MORE = Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

    static {
        NO_MORE.setLevel(Level.OFF);
    }

    private Chromium() {}

    /** Leaves the tests that need it out where it is not installed, in words for people. */
    static void assumeInstalled() {
        assumeTrue(
                program("chromium").isPresent() && program("chromedriver").isPresent(),
                "Chromium and its driver are not installed"
                        + " (Debian: apt-get update && apt-get install -y chromium chromium-driver)");
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts one that asks no other server for anything, and knows nothing from before. */
    static ChromeDriver start() throws IOException {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(program("chromium").orElseThrow().toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--user-data-dir=" + Files.createTempDirectory("chromium"));
        options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(
                        new File(program("chromedriver").orElseThrow().toString()))
                .usingAnyFreePort()
                .build();
        return new ChromeDriver(service, options);
    }

    /** Gives the page the size of a screen, and a theme. */
    static void show(ChromeDriver browser, int width, int height, String theme) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
    }
}
