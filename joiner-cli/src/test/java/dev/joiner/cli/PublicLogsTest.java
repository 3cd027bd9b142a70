package dev.joiner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.joiner.cli.Cli.Ended;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs and events as people have them, each with the answer computed in another way, which shares no code with Joiner. */
class PublicLogsTest {
    private static final long SEED = Long.getLong("seed", 20_260_301);

    @TempDir
    private Path folder;

    private Ended join(List<String> lines, String... args) throws IOException {
        Path file = Files.write(folder.resolve("log.jsonl"), lines);
        List<String> all = new ArrayList<>(List.of("join"));
        all.addAll(List.of(args));
        all.add(file.toString());
        return Cli.run("", all.toArray(String[]::new));
    }

    private static Map<String, Object> parsed(String line) {
        try {
            @SuppressWarnings("unchecked") // JSON objects have names that are texts
            Map<String, Object> map = new ObjectMapper().readValue(line, Map.class);
            return map;
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static List<Map<String, Object>> parsed(List<String> lines) {
        return lines.stream().map(PublicLogsTest::parsed).toList();
    }

    private static String seed() {
        return "-Dseed=" + SEED;
    }

    @Test
    void loginsAreOneSessionUntilTheirProcessIsSilent() throws IOException {
        List<String> lines = PublicLogs.sshd(SEED, 2000);
        Map<Object, Map<String, Object>> open = new LinkedHashMap<>();
        Map<Object, Instant> lastAt = new HashMap<>();
        List<Map<String, Object>> sessions = new ArrayList<>();
        for (Map<String, Object> line : parsed(lines)) {
            Object pid = line.get("pid");
            Instant at = Instant.parse((String) line.get("ts"));
            if (open.containsKey(pid) && !at.isBefore(lastAt.get(pid).plusSeconds(60))) {
                sessions.add(open.remove(pid));
            }
            Map<String, Object> session =
                    open.computeIfAbsent(pid, key -> new HashMap<>(Map.of("pid", pid, "first", line.get("ts"))));
            lastAt.put(pid, at);
            session.put("last", line.get("ts"));
            session.merge("failures", line.getOrDefault("failures", 0), (a, b) -> (Integer) a + (Integer) b);
            session.merge("messages", 1, (a, b) -> (Integer) a + (Integer) b);
        }
        sessions.addAll(open.values());

        Ended ended = join(
                lines,
                "--key=host,pid",
                "--idle=1m",
                "--time=ts",
                "--merge=ts=distinct",
                "--merge=failures=sum",
                "--merge=message=count");

        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(sessions).as(seed()).hasSizeGreaterThan(1000);
        List<Map<String, Object>> joined = parsed(ended.outLines()).stream()
                .map(session -> {
                    List<?> times = (List<?>) session.get("ts");
                    return Map.of(
                            "pid", session.get("pid"),
                            "first", times.get(0),
                            "last", times.get(times.size() - 1),
                            "failures", session.getOrDefault("failures", 0),
                            "messages", session.get("message"));
                })
                .toList();
        assertThat(joined).as(seed()).containsExactlyInAnyOrderElementsOf(sessions);
    }

    @Test
    void blocksAreWholeWithThreeReplicas() throws IOException {
        List<String> lines = PublicLogs.hdfs(SEED, 2000);
        Map<Object, List<Map<String, Object>>> blocks = parsed(lines).stream()
                .collect(Collectors.groupingBy(line -> line.get("block"), LinkedHashMap::new, Collectors.toList()));
        Map<Object, Map<String, Object>> expected = new HashMap<>();
        blocks.forEach((block, events) -> {
            Set<Object> nodes = new LinkedHashSet<>();
            long bytes = 0;
            Object largest = "";
            for (Map<String, Object> event : events) {
                if (event.containsKey("node")) {
                    nodes.add(event.get("node"));
                    bytes += ((Number) event.get("size")).longValue();
                }
                String level = (String) event.get("level");
                largest = level.compareTo((String) largest) > 0 ? level : largest;
            }
            expected.put(block, Map.of("nodes", List.copyOf(nodes), "bytes", bytes, "level", largest));
        });

        Ended ended = join(
                lines,
                "--key=block",
                "--idle=10m",
                "--time=ts",
                "--merge=size=sum",
                "--merge=node=distinct",
                "--merge=level=max");

        assertThat(ended.status()).as(ended.err()).isZero();
        Map<Object, Map<String, Object>> joined = new HashMap<>();
        for (Map<String, Object> block : parsed(ended.outLines())) {
            joined.put(
                    block.get("block"),
                    Map.of(
                            "nodes",
                            block.get("node"),
                            "bytes",
                            ((Number) block.get("size")).longValue(),
                            "level",
                            block.get("level")));
        }
        assertThat(ended.outLines()).hasSize(blocks.size());
        assertThat(joined).as(seed()).isEqualTo(expected);
    }

    @Test
    void requestsAreFollowedThroughAllServices() throws IOException {
        List<String> lines = PublicLogs.openStack(SEED, 2000);
        Map<Object, Map<String, Object>> expected = new HashMap<>();
        for (Map<String, Object> line : parsed(lines)) {
            Object request = line.containsKey("request_id")
                    ? line.get("request_id")
                    : ((Map<?, ?>) line.get("context")).get("request_id");
            Map<String, Object> whole = expected.computeIfAbsent(request, key -> new HashMap<>());
            whole.merge("lines", 1, (a, b) -> (Integer) a + (Integer) b);
            BigDecimal at = new BigDecimal(line.get("ts").toString());
            whole.merge("from", at, (a, b) -> ((BigDecimal) a).min((BigDecimal) b));
            whole.merge("status", line.getOrDefault("status", 0), (a, b) -> (Integer) a + (Integer) b);
        }

        Ended ended = join(
                lines,
                "--key=request_id|context.request_id",
                "--require=status",
                "--merge=ts=min",
                "--merge=service=collect",
                "--time=ts");

        assertThat(ended.status()).as(ended.err()).isZero();
        Map<Object, Map<String, Object>> joined = new HashMap<>();
        for (Map<String, Object> request : parsed(ended.outLines())) {
            Object id = ((Map<?, ?>) request.get("context")).get("request_id");
            joined.put(
                    id,
                    Map.of(
                            "lines", ((List<?>) request.get("service")).size(),
                            "from", new BigDecimal(request.get("ts").toString()),
                            "status", request.get("status")));
        }
        assertThat(ended.outLines()).hasSize(2000);
        assertThat(joined).as(seed()).isEqualTo(expected);
    }

    @Test
    void webhooksThatComeAgainCountOnce() throws IOException {
        List<String> lines = PublicLogs.webhooks(SEED, 2000);
        Map<Object, Map<Object, Object>> expected = new HashMap<>();
        Set<Object> events = new LinkedHashSet<>();
        for (Map<String, Object> line : parsed(lines)) {
            events.add(line.get("id"));
            Map<?, ?> object = (Map<?, ?>) ((Map<?, ?>) line.get("data")).get("object");
            expected.computeIfAbsent(object.get("payment_intent"), key -> new HashMap<>())
                    .putAll(object);
        }

        Ended ended = join(
                lines,
                "--key=data.object.payment_intent",
                "--require=data.object.amount,data.object.charge,data.object.invoice",
                "--id=id",
                "--remember=1h",
                "--time=created");

        assertThat(ended.status()).as(ended.err()).isZero();
        List<Object> joined = parsed(ended.outLines()).stream()
                .<Object>map(payment -> ((Map<?, ?>) payment.get("data")).get("object"))
                .toList();
        assertThat(joined).as(seed()).containsExactlyInAnyOrderElementsOf(expected.values());
        assertThat(ended.summary())
                .contains("2000 joined, 0 waiting", (lines.size() - events.size()) + " duplicate, 0 rejected");
    }

    @Test
    void spansAreOneTraceWithItsRoot() throws IOException {
        List<String> lines = PublicLogs.spans(SEED, 2000);
        Map<Object, List<Map<String, Object>>> traces =
                parsed(lines).stream().collect(Collectors.groupingBy(line -> line.get("traceId")));
        Map<Object, Map<String, Object>> expected = new HashMap<>();
        traces.forEach((trace, spans) -> expected.put(
                trace,
                Map.of(
                        "start",
                                spans.stream()
                                        .map(span -> (String) span.get("start"))
                                        .min(String::compareTo)
                                        .orElseThrow(),
                        "end",
                                spans.stream()
                                        .map(span -> (String) span.get("end"))
                                        .max(String::compareTo)
                                        .orElseThrow(),
                        "span", spans.stream().map(span -> span.get("span")).collect(Collectors.toSet()))));

        Ended ended = join(
                lines,
                "--key=traceId",
                "--until=kind=SERVER",
                "--merge=start=min",
                "--merge=end=max",
                "--merge=span=collect");

        assertThat(ended.status()).as(ended.err()).isZero();
        Map<Object, Map<String, Object>> joined = new HashMap<>();
        for (Map<String, Object> trace : parsed(ended.outLines())) {
            joined.put(
                    trace.get("traceId"),
                    Map.of("start", trace.get("start"), "end", trace.get("end"), "span", Set.copyOf((List<?>)
                            trace.get("span"))));
        }
        assertThat(ended.outLines()).hasSize(2000);
        assertThat(joined).as(seed()).isEqualTo(expected);
    }
}
