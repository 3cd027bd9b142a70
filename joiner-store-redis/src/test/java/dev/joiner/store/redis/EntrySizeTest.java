package dev.joiner.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import dev.joiner.ValueTooLargeException;
import dev.joiner.test.servers.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

/** One entry that is too large, among others. */
class EntrySizeTest {
    private static final int LIMIT = 20_000;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final UnifiedJedis client = Clients.of(RedisServer.shared());
    private final String namespace = Clients.namespace();
    private final List<String> expired = new ArrayList<>();
    private final KeyedJoiner<Part, String, String, String> joiner = joiner(LIMIT, NOW);

    @AfterEach
    void close() {
        client.close();
    }

    record Part(String key, String text) {}

    private KeyedJoiner<Part, String, String, String> joiner(long limit, Instant now) {
        return Joiner.create(
                JoinSpec.joining(Part.class)
                        .keyedBy(Part::key)
                        .<String>mergedBy((part, pending) -> pending == null ? part.text() : pending + part.text())
                        .sufficientWhen(value -> value.endsWith("!"))
                        .expireAfter(Duration.ofSeconds(1))
                        .onExpired((value, handOver) -> expired.add(handOver.key()))
                        .retry(2)
                        .parkPoisoned()
                        .<String>process((value, handOver) -> {
                            throw new IllegalStateException("x".repeat(LIMIT));
                        })
                        .build(),
                Clients.store(client, namespace).maxEntryBytes(limit).build(),
                InstantSource.fixed(now));
    }

    private static void assertTooLarge(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        ValueTooLargeException.class,
                        tooLarge -> assertThat(tooLarge.limit()).isEqualTo(LIMIT));
    }

    @Test
    void messageIsRefusedAloneAndInABatch() {
        joiner.accept(new Part("k", "a"));

        assertThatExceptionOfType(ValueTooLargeException.class)
                .isThrownBy(() -> joiner.accept(new Part("k", "x".repeat(LIMIT))))
                .satisfies(EntrySizeTest::assertTooLarge);
        List<Outcome<String>> outcomes =
                joiner.acceptAll(List.of(new Part("l", "a"), new Part("k", "x".repeat(LIMIT)), new Part("k", "b")));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Incomplete.class);
        assertTooLarge(((Outcome.Failed<String>) outcomes.get(1)).cause());
        assertThat(outcomes.get(2)).isInstanceOf(Outcome.Incomplete.class);
        assertThat(joiner.find("k").get(0).value()).contains("ab");
    }

    /** What another node let in that allows more. */
    @Test
    void sweepReportsAJoinThatItCannotClaimAndExpiresTheOthers() {
        joiner(RedisJoinStore.LARGEST_ENTRY_BYTES, NOW).accept(new Part("large", "x".repeat(LIMIT)));
        joiner.accept(new Part("k", "a"));
        joiner.accept(new Part("l", "a"));

        SweepReport report = joiner(LIMIT, NOW.plusSeconds(1)).sweep();

        assertThat(expired).containsExactlyInAnyOrder("k", "l");
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.key()).isEqualTo("large");
            assertTooLarge(failure.cause());
        });
        assertThat(joiner.drop("large")).hasSize(1);
    }

    @Test
    void joinThatJustFitsIsWrittenOffThoughItsErrorIsLong() {
        int length = LIMIT;
        while (true) {
            try {
                joiner.accept(new Part("k", "x".repeat(length)));
                break;
            } catch (ValueTooLargeException e) {
                length--;
            }
        }
        assertThat(length).isGreaterThan(LIMIT / 2);
        joiner.acceptAll(List.of(new Part("l", "a")));

        assertThatExceptionOfType(ValueTooLargeException.class).isThrownBy(() -> joiner.accept(new Part("k", "!")));
        assertThatExceptionOfType(ProcessingException.class).isThrownBy(() -> joiner.accept(new Part("l", "!")));
        assertThat(joiner.release("k")).singleElement().isInstanceOf(Outcome.Failed.class);
        assertThat(joiner.find("k").get(0).lastError().orElseThrow()).contains("xxx");
    }

    @Test
    void limitHasLimits() {
        for (long limit : new long[] {1_023, RedisJoinStore.LARGEST_ENTRY_BYTES + 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Clients.store(client).maxEntryBytes(limit))
                    .withMessageContainingAll("maxEntryBytes", String.valueOf(limit));
        }
    }
}
