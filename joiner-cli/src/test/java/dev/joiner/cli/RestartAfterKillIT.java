package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The jar on a file that outlives it, killed in the middle of its work. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has pipes of another size")
class RestartAfterKillIT {
    private static final int JOINS = 600;
    private static final int BATCH = 100;
    /** More than pipes hold, so that the process stands still in the middle of a batch. */
    private static final String PADDING = "x".repeat(1000);

    @TempDir
    private Path folder;

    @Test
    void nextRunPrintsWhatIsMissingAndAgainOnlyWhatWasBeingPrinted() throws Exception {
        Path all = input("all.jsonl", JOINS);
        Set<String> printed;
        Set<String> inFlight;

        try (ChildJvm killed = join(input("half.jsonl", JOINS / 2), "5s")) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                lines.add(killed.readLine());
            }
            killed.kill();
            lines.addAll(killed.readLines());
            printed = keysOf(lines);
        }
        inFlight = keysOf(run("pending", "--json", "--limit", "100000", "--store", store()), "cause");
        assertThat(inFlight).as("in flight").isNotEmpty();
        assertThat(printed).as("printed and written off").anyMatch(key -> !inFlight.contains(key));

        try (ChildJvm next = join(all, "5s")) {
            Set<String> expected = keys(JOINS);
            expected.removeIf(key -> printed.contains(key) && !inFlight.contains(key));
            assertThat(keysOf(next.readLines())).isEqualTo(expected);
            assertThat(next.awaitStatus()).as(next.err()).isZero();
        }

        assertThat(keysOf(run("pending", "--json", "--limit", "100000", "--store", store()), "key"))
                .containsExactly("drop", "release");
        assertThat(run("release", "--store", store(), "--remember", "1h", "release"))
                .containsExactly("{\"id\":\"release\",\"event\":1,\"a\":1}");
        assertThat(run("drop", "--store", store(), "drop")).containsExactly("{\"id\":\"drop\",\"event\":1,\"a\":1}");
        assertThat(run("pending", "--json", "--limit", "100000", "--store", store()))
                .isEmpty();
    }

    @Test
    void processThatIsStoppedWhileItsOutputBlocksHoldsNothingButWhatItWasPrinting() throws Exception {
        try (ChildJvm stopped = join(input("all.jsonl", JOINS), "1m")) {
            assertThat(stopped.readLine()).isNotNull();
            // What has been read from the file by now, and nobody reads from the pipe, is more than the pipe holds.
            stopped.terminate();
            assertThat(stopped.awaitStatus()).as(stopped.err()).isEqualTo(143);
        }

        List<String> flights = run("pending", "--json", "--limit", "100000", "--store", store()).stream()
                .filter(line -> line.contains("\"cause\""))
                .toList();
        assertThat(flights)
                .hasSizeGreaterThan(1)
                .allMatch(line -> line.contains("\"CLAIMED\"")
                        || (line.contains("\"FAILED\"") && line.contains("\"attempts\":0")))
                .filteredOn(line -> line.contains("\"CLAIMED\""))
                .hasSize(1);
    }

    private String store() {
        return "jdbc:h2:" + folder.resolve("joins");
    }

    /** Two joins that never become whole, and others of two lines each. */
    private Path input(String name, int joins) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("{\"id\":\"release\",\"event\":1,\"a\":1}");
        lines.add("{\"id\":\"drop\",\"event\":1,\"a\":1}");
        for (String key : keys(joins)) {
            lines.add("{\"id\":\"" + key + "\",\"event\":1,\"a\":\"" + PADDING + "\"}");
            lines.add("{\"id\":\"" + key + "\",\"event\":2,\"b\":\"" + key + "\"}");
        }
        return Files.write(folder.resolve(name), lines);
    }

    private static Set<String> keys(int joins) {
        return new TreeSet<>(
                IntStream.range(1000, 1000 + joins).mapToObj(i -> "k" + i).toList());
    }

    private ChildJvm join(Path input, String lease) throws IOException {
        return ChildJvm.ofJar(
                "join",
                "--key=id",
                "--require=a,b",
                "--id=event",
                "--remember=1h",
                "--lease=" + lease,
                "--batch=" + BATCH,
                "--store=" + store(),
                input.toString());
    }

    private static List<String> run(String... args) throws Exception {
        try (ChildJvm command = ChildJvm.ofJar(args)) {
            List<String> lines = command.readLines();
            assertThat(command.awaitStatus()).as(command.err()).isZero();
            return lines;
        }
    }

    /** The keys of joins that are all whole, and none twice. */
    private static Set<String> keysOf(List<String> lines) throws IOException {
        TreeSet<String> keys = new TreeSet<>();
        for (String line : lines) {
            JsonNode join = Json.MAPPER.readTree(line);
            String key = join.get("id").textValue();
            assertThat(join.get("a").textValue()).isEqualTo(PADDING);
            assertThat(join.get("b").textValue()).isEqualTo(key);
            assertThat(keys.add(key)).as("%s is new", key).isTrue();
        }
        return keys;
    }

    /** The keys of what pending prints, if it has the field. */
    private static Set<String> keysOf(List<String> pending, String field) throws IOException {
        TreeSet<String> keys = new TreeSet<>();
        for (String line : pending) {
            JsonNode join = Json.MAPPER.readTree(line);
            if (join.has(field)) {
                keys.add(join.get("key").textValue());
            }
        }
        return keys;
    }
}
