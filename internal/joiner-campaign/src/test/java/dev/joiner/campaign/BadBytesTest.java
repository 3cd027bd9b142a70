package dev.joiner.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.CodecException;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinStore;
import dev.joiner.test.servers.Server;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.RedisClient;

/** Rows that are damaged behind the store's back: named, left to the operator, and in nobody's way. */
@Timeout(3_600)
class BadBytesTest {
    private static final String NAMESPACE = "bytes";
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    private final long seed = Scale.seed();
    private final Random random = new Random(seed);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final List<String> expired = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    static Stream<StoreKind> stores() {
        return StoreKind.chosen().filter(kind -> kind != StoreKind.REDIS_CLUSTER);
    }

    private KeyedJoiner<Part, String, String, String> joiner(JoinStore<String, String> store) {
        return Joiner.create(
                Part.joined(DEADLINE, (value, handOver) -> value)
                        .expireAfter(DEADLINE)
                        .onExpired((value, handOver) -> expired.add(handOver.key()))
                        .build(),
                store,
                now::get);
    }

    /** Never what was there before. */
    private byte[] damaged(byte[] good) {
        byte[] bad = switch (random.nextInt(6)) {
            case 0 -> flipped(good);
            case 1 ->
                Arrays.copyOf(good, 1 + random.nextInt(good.length - 1)); // none at all are a lock on a database's row
            case 2 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(100));
            case 3 -> laterFormat(good);
            case 4 -> foreign();
            default -> "{\"not\": \"a join\"}".getBytes(StandardCharsets.UTF_8);
        };
        return bad;
    }

    private byte[] flipped(byte[] good) {
        byte[] bad = good.clone();
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        return bad;
    }

    private static byte[] laterFormat(byte[] good) {
        byte[] later = good.clone();
        later[0]++;
        return later;
    }

    private byte[] foreign() {
        byte[] bytes = new byte[1 + random.nextInt(300)];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("stores")
    void damagedRowsAreNamedAndLeftAndInNobodysWay(StoreKind kind) throws Exception {
        int rounds = Scale.of(2, 100);
        int keys = 40;
        try (Backend backend = kind.start(folder);
                JoinStore<String, String> store = backend.open(NAMESPACE);
                KeyedJoiner<Part, String, String, String> joiner = joiner(store);
                Rows rows = Rows.of(kind, backend, NAMESPACE)) {
            for (int round = 0; round < rounds; round++) {
                String as = kind + ", seed " + seed + ", round " + round;
                expired.clear();
                Map<String, byte[]> good = new TreeMap<>();
                Map<String, byte[]> bad = new TreeMap<>();
                for (int i = 0; i < keys; i++) {
                    Part part = Part.all(round * keys + i, 3).get(0);
                    joiner.accept(part);
                    good.put(part.key(), rows.read(part.key()));
                    if (random.nextBoolean()) {
                        byte[] damaged = damaged(good.get(part.key()));
                        bad.put(part.key(), damaged);
                        rows.write(part.key(), damaged);
                    }
                }
                assertRefused(backend, joiner, good, bad, as);

                now.set(now.get().plus(DEADLINE));
                assertNamed(joiner.sweep(), bad, as);
                assertNamed(joiner.sweep(), bad, as); // also where the store has seen them before
                assertThat(expired)
                        .as(as)
                        .containsExactlyInAnyOrderElementsOf(good.keySet().stream()
                                .filter(key -> !bad.containsKey(key))
                                .toList());
                Set<String> dropped = new HashSet<>();
                for (Map.Entry<String, byte[]> damaged : bad.entrySet()) {
                    String key = damaged.getKey();
                    assertThat(rows.read(key)).as(as).isEqualTo(damaged.getValue());
                    // As the operator may: mend it, or take it away.
                    if (random.nextBoolean()) {
                        rows.write(key, good.get(key));
                    } else {
                        assertShown(joiner.drop(key), key, damaged.getValue(), as);
                        assertThat(joiner.find(key)).as(as).isEmpty();
                        dropped.add(key);
                    }
                }
                assertThat(joiner.sweep().failures()).as(as).isEmpty();
                assertThat(expired)
                        .as(as)
                        .containsExactlyInAnyOrderElementsOf(good.keySet().stream()
                                .filter(key -> !dropped.contains(key))
                                .toList());
            }
            Results.add("bytes damaged", kind, rounds * keys / 2, "seed " + seed);
        }
    }

    private static void assertNamed(SweepReport report, Map<String, byte[]> bad, String as) {
        assertThat(report.failures().stream().map(SweepReport.Failure::key))
                .as(as)
                .containsExactlyInAnyOrderElementsOf(bad.keySet());
        assertThat(report.failures()).as(as).allSatisfy(failure -> {
            assertThat(failure.cause()).isInstanceOf(CodecException.class);
            assertThat(((CodecException) failure.cause()).key()).isEqualTo(failure.key());
            assertThat(failure.cause()).hasMessageContaining("\"" + failure.key() + "\"");
        });
    }

    private static void assertShown(List<PendingJoin<String, String>> shown, String key, byte[] bytes, String as) {
        assertThat(shown).as(as).singleElement().satisfies(join -> {
            assertThat(join.key()).isEqualTo(key);
            assertThat(join.status()).isEqualTo(PendingJoin.Status.UNREADABLE);
            assertThat(join.bytes()).hasValue(bytes);
        });
    }

    /** Neither the node that wrote them, which may remember better, nor another one overwrites them. */
    private void assertRefused(
            Backend backend,
            KeyedJoiner<Part, String, String, String> joiner,
            Map<String, byte[]> good,
            Map<String, byte[]> bad,
            String as) {
        try (JoinStore<String, String> unaware = backend.open(NAMESPACE);
                KeyedJoiner<Part, String, String, String> other = joiner(unaware)) {
            for (String key : bad.keySet()) {
                assertThatExceptionOfType(CodecException.class)
                        .as(as)
                        .isThrownBy(() -> other.accept(new Part(key, 1)))
                        .satisfies(e -> assertThat(e.key()).isEqualTo(key));
                assertShown(joiner.find(key), key, bad.get(key), as);
                assertThatExceptionOfType(CodecException.class).isThrownBy(() -> other.release(key));
            }
            List<Part> parts =
                    good.keySet().stream().map(key -> new Part(key, 1)).toList();
            List<Outcome<String>> outcomes = other.acceptAll(parts);
            for (int i = 0; i < parts.size(); i++) {
                if (bad.containsKey(parts.get(i).key())) {
                    assertThat(outcomes.get(i)).as(as).isInstanceOf(Outcome.Failed.class);
                    assertThat(((Outcome.Failed<String>) outcomes.get(i)).cause())
                            .isInstanceOf(CodecException.class);
                } else {
                    assertThat(outcomes.get(i)).as(as).isInstanceOf(Outcome.Incomplete.class);
                }
            }
        }
    }

    /** What somebody else put where joins are: keys that are none, entries that are too short to have a version. */
    @Test
    void foreignEntriesInRedisAreNamedAndInNobodysWay() throws Exception {
        Assumptions.assumeTrue(StoreKind.chosen().anyMatch(StoreKind.REDIS::equals));
        try (Backend backend = StoreKind.REDIS.start(folder);
                JoinStore<String, String> store = backend.open(NAMESPACE);
                KeyedJoiner<Part, String, String, String> joiner = joiner(store);
                Rows.OfRedis rows = new Rows.OfRedis(backend, NAMESPACE)) {
            List<Part> parts =
                    IntStream.range(0, 20).mapToObj(i -> Part.all(i, 3).get(0)).toList();
            joiner.acceptAll(parts);
            rows.plant(new byte[] {(byte) 0xFF, (byte) 0xFE}, new byte[20]);
            rows.plant(new byte[0], new byte[20]);
            rows.plant("k".repeat(501).getBytes(StandardCharsets.UTF_8), new byte[20]);
            joiner.acceptAll(List.of(new Part("short/2", 0), new Part("empty/2", 0)));
            rows.replace("short/2", new byte[3]);
            rows.replace("empty/2", new byte[0]);

            now.set(now.get().plus(DEADLINE));
            SweepReport report = joiner.sweep();
            assertThat(report.failures())
                    .hasSize(5)
                    .allSatisfy(failure -> assertThat(failure.cause()).isInstanceOf(CodecException.class));
            assertThat(expired)
                    .containsExactlyInAnyOrderElementsOf(
                            parts.stream().map(Part::key).toList());
            assertThat(joiner.sweep().failures()).hasSize(5);
        }
    }

    /** Not one entry but a whole shard is not what it was: that is a failure of the store, which says where. */
    @Test
    void somethingElseInThePlaceOfAnIndexIsNamedAndInTheWayOnlyUntilItIsTakenAway() throws Exception {
        Assumptions.assumeTrue(StoreKind.chosen().anyMatch(StoreKind.REDIS::equals));
        try (Backend backend = StoreKind.REDIS.start(folder);
                JoinStore<String, String> store = backend.open(NAMESPACE);
                KeyedJoiner<Part, String, String, String> joiner = joiner(store);
                RedisClient client =
                        RedisClient.create(Server.HOST, backend.servers().get(0).port())) {
            List<Part> parts =
                    IntStream.range(0, 20).mapToObj(i -> Part.all(i, 3).get(0)).toList();
            joiner.acceptAll(parts);
            String index =
                    client.keys("joiner:{" + NAMESPACE + ":*}:due").iterator().next();
            client.rename(index, "away");
            client.set(index, "no index");

            now.set(now.get().plus(DEADLINE));
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(joiner::sweep)
                    .withMessageContaining(index.replace(":due", ""))
                    .withMessageContaining("something other than joins");
            client.rename("away", index);
            assertThat(joiner.sweep().failures()).isEmpty();
            assertThat(expired)
                    .containsExactlyInAnyOrderElementsOf(
                            parts.stream().map(Part::key).toList());
        }
    }
}
