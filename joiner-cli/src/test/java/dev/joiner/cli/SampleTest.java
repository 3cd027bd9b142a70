package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.joiner.cli.Cli.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines that come with the project, joined as its documentation shows. */
class SampleTest {
    private static final Path SAMPLE = Path.of("samples", "orders.jsonl");
    private static final Pattern QUICK_START = Pattern.compile(
            "java -jar joiner-cli/target/joiner.jar (join .*?)```\n.*?```text\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void sampleIsWhatGenerateMakes() throws IOException {
        Ended generated = Cli.run("", "generate", "--duplicates", "0.02", "--incomplete", "0.02");

        assertThat(generated.out()).isEqualTo(Files.readString(SAMPLE));
        assertThat(Files.size(SAMPLE)).isLessThan(500_000);
    }

    @Test
    void quickStartOfTheReadmePrintsWhatTheReadmeSays() throws IOException {
        Matcher start = QUICK_START.matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(start.find()).isTrue();
        String[] args = start.group(1)
                .replace("\\\n", " ")
                .replace(
                        "joiner-cli/target/incomplete.jsonl",
                        folder.resolve("incomplete.jsonl").toString())
                .replace("joiner-cli/samples/orders.jsonl", SAMPLE.toString())
                .strip()
                .split("\\s+");

        Ended ended = Cli.run("", args);

        assertThat(withoutTime(ended.out() + ended.err()))
                .matches(Arrays.stream(withoutTime(start.group(2)).split("…\n", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining("(?:.*\n)+")));
        assertThat(ended.status()).isZero();
    }

    private static String withoutTime(String text) {
        return text.replaceFirst("in \\d+\\.\\d s:", "in time:");
    }

    @Test
    void joinedLinesAreThoseOfNaiveJoin() throws IOException {
        Naive naive = new Naive(true);
        Files.readAllLines(SAMPLE).forEach(naive::accept);

        Ended ended = join("--id", "event", "--remember", "1h");

        assertThat(ended.outLines().stream().map(SampleTest::parsed)).containsExactlyElementsOf(naive.joined);
        assertThat(naive.joined).hasSize(1000);
        assertThat(naive.pending).isNotEmpty();
        assertThat(naive.duplicates).isPositive();
        assertThat(ended.summary())
                .contains(naive.lines + " lines")
                .contains("1000 joined")
                .contains(naive.pending.size() + " waiting")
                .contains(naive.duplicates + " duplicate")
                .contains("0 rejected");
    }

    @Test
    void withoutIdsDuplicatesBeginJoinsThatNobodyCompletes() throws IOException {
        Naive naive = new Naive(false);
        Files.readAllLines(SAMPLE).forEach(naive::accept);

        Ended ended = join();

        assertThat(ended.outLines().stream().map(SampleTest::parsed)).containsExactlyElementsOf(naive.joined);
        assertThat(ended.summary()).contains(naive.pending.size() + " waiting", "0 duplicate");
    }

    private static Ended join(String... options) {
        List<String> args = new ArrayList<>(
                List.of("join", "--key", "order.id", "--require", "order.total,payment,shipment", SAMPLE.toString()));
        args.addAll(List.of(options));
        return Cli.run("", args.toArray(String[]::new));
    }

    private static Map<?, ?> parsed(String line) {
        try {
            return new ObjectMapper().readValue(line, Map.class);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    /** The join as one would write it for a single run over good lines, sharing no code with the project's. */
    private static final class Naive {
        private final boolean countOnce;
        private final Map<Object, Map<Object, Object>> pending = new LinkedHashMap<>();
        private final Set<Object> events = new HashSet<>();
        private final List<Map<?, ?>> joined = new ArrayList<>();
        private int lines;
        private int duplicates;

        Naive(boolean countOnce) {
            this.countOnce = countOnce;
        }

        void accept(String line) {
            Map<?, ?> message = parsed(line);
            lines++;
            if (countOnce && !events.add(message.get("event"))) {
                duplicates++;
                return;
            }
            Object key = ((Map<?, ?>) message.get("order")).get("id");
            Map<Object, Object> value = pending.computeIfAbsent(key, k -> new HashMap<>());
            message.forEach((name, part) -> {
                Map<Object, Object> merged = new HashMap<>();
                if (part instanceof Map<?, ?> fields && value.get(name) instanceof Map<?, ?> before) {
                    merged.putAll(before);
                    merged.putAll(fields);
                    value.put(name, merged);
                } else {
                    value.put(name, part);
                }
            });
            boolean whole = ((Map<?, ?>) value.get("order")).containsKey("total")
                    && value.containsKey("payment")
                    && value.containsKey("shipment");
            if (whole) {
                joined.add(pending.remove(key));
            }
        }
    }
}
