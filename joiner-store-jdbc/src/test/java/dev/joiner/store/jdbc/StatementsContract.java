package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many statements a message costs, each of them a transaction of its own. */
abstract class StatementsContract {
    private final Costs costs;

    private final Consumer<HikariConfig> options;
    private final String namespace = UUID.randomUUID().toString();
    private final HandSetClock clock = new HandSetClock(Instant.parse("2026-01-01T00:00:00Z"));
    private HikariDataSource pool;
    ObservedDataSource observed;
    private Joiner<String, String> joiner;
    private Joiner<String, String> other;

    /**
     * In which databases differ, in statements.
     *
     * @param lost to lose an exchange and learn what was there: one where it is one round trip
     * @param insertAll to insert many rows
     * @param writtenByOthers to update many rows of which this joiner knows nothing
     * @param transaction for a transactional message
     * @param firstPart for the first part of a join that collects
     * @param nextPart for one more part with an id
     * @param look transactions of its own in which ids are looked for
     */
    record Costs(
            int lost, int insertAll, int writtenByOthers, int transaction, int firstPart, int nextPart, int look) {}

    StatementsContract(Consumer<HikariConfig> options, Costs costs) {
        this.options = options;
        this.costs = costs;
    }

    @BeforeEach
    void open() {
        HikariConfig config = new HikariConfig();
        options.accept(config);
        pool = new HikariDataSource(config);
        observed = new ObservedDataSource(pool);
        joiner = joiner();
        other = joiner();
        observed.statements();
        observed.commits();
    }

    @AfterEach
    void close() {
        assertThat(observed.connections())
                .as("connections that were not given back")
                .isZero();
        pool.close();
    }

    final JdbcJoinStore<String, String> store() {
        return JdbcJoinStore.builder(observed.dataSource())
                .namespace(namespace)
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .build();
    }

    /** The key is the first letter. */
    private Joiner<String, String> joiner() {
        return Joiner.create(
                JoinSpec.joining(String.class)
                        .keyedBy(message -> message.split(":", -1)[0])
                        .<String>mergedBy((message, pending) -> pending == null ? message : pending + " " + message)
                        .sufficientWhen(value -> value.split(" ", -1).length == 3)
                        .identifiedBy(message -> message)
                        .expireAfter(Duration.ofHours(1))
                        .joinOnExpiry()
                        .build(),
                store(),
                clock);
    }

    private void assertCost(int statements) {
        assertThat(observed.statements()).as("statements").isEqualTo(statements);
        assertThat(observed.commits()).as("commits").isEqualTo(statements);
    }

    @Test
    void aNewKeyCostsOneStatement() {
        joiner.accept("k:1");

        assertCost(1);
    }

    @Test
    void aKeyThatThisJoinerWroteLastCostsOneStatement() {
        joiner.accept("k:1");
        observed.statements();
        observed.commits();

        joiner.accept("k:2");

        assertCost(1);
    }

    @Test
    void aKeyThatThisJoinerNeverSawCostsOneStatementMore() {
        other.accept("k:1");
        observed.statements();
        observed.commits();

        joiner.accept("k:2");

        assertCost(costs.lost() + 1);
    }

    @Test
    void aKeyThatAnotherJoinerWroteSinceCostsOneStatementMore() {
        joiner.accept("k:1");
        other.accept("k:2");
        observed.statements();
        observed.commits();

        assertThat(joiner.accept("k:3")).isInstanceOf(Outcome.Joined.class);

        assertCost(costs.lost() + 2);
    }

    @Test
    void aCompletedJoinCostsOneStatementMore() {
        joiner.accept("k:1");
        joiner.accept("k:2");
        observed.statements();
        observed.commits();

        assertThat(joiner.accept("k:3")).isInstanceOf(Outcome.Joined.class);

        assertCost(2);
    }

    @Test
    void aDuplicateIsConfirmedByARead() {
        joiner.accept("k:1");
        observed.statements();
        observed.commits();

        assertThat(joiner.accept("k:1")).isInstanceOf(Outcome.Duplicate.class);

        assertCost(1);
    }

    @Test
    void aSweepWithNothingDueIsOneStatement() {
        joiner.accept("k:1");
        observed.statements();
        observed.commits();

        joiner.sweep();

        assertCost(1);
    }

    private static List<String> part(int part) {
        return IntStream.range(0, 500).mapToObj(i -> "k" + i + ":" + part).toList();
    }

    @Test
    void aBatchOfNewKeysIsOneInsert() {
        assertThat(joiner.acceptAll(part(1))).allMatch(Outcome.Incomplete.class::isInstance);

        assertThat(observed.statements()).isEqualTo(costs.insertAll()).isLessThanOrEqualTo(4);
        assertThat(observed.commits()).isEqualTo(1);
    }

    @Test
    void aStatementHasAThousandRowsAtMost() {
        List<String> messages =
                IntStream.range(0, 2_500).mapToObj(i -> "k" + i + ":1").toList();

        assertThat(joiner.acceptAll(messages)).hasSize(2_500).allMatch(Outcome.Incomplete.class::isInstance);

        assertThat(observed.commits()).isEqualTo(3);
    }

    @Test
    void aStatementHasFourMebibytesAtMost() { // of text as many letters, which may take three bytes each
        JdbcJoinStore<String, String> store = store();
        List<Change<String, String>> changes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Join<String> join =
                    new Join<>("x".repeat(500_000), 1, 1, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false);
            changes.add(new Change<>("k" + i, null, Versioned.of(i, new JoinState<>(join, List.of(), null, 0))));
        }
        observed.commits();

        assertThat(store.compareAndExchangeAll(changes)).hasSize(3).allMatch(Exchange::won);

        assertThat(observed.commits()).isEqualTo(2);
    }

    @Test
    void aBatchOfKnownKeysIsOneUpdate() {
        joiner.acceptAll(part(1));
        observed.statements();
        observed.commits();

        assertThat(joiner.acceptAll(part(2))).allMatch(Outcome.Incomplete.class::isInstance);

        assertCost(1);
    }

    @Test
    void aBatchOfKeysThatOthersWroteIsReadAndWritten() {
        other.acceptAll(part(1));
        observed.statements();

        assertThat(joiner.acceptAll(part(2))).allMatch(Outcome.Incomplete.class::isInstance);

        assertThat(observed.statements()).as("tried, read, written").isEqualTo(costs.writtenByOthers());
    }

    @Test
    void aBatchThatCompletesIsOneUpdateAndOneDelete() {
        joiner.acceptAll(part(1));
        joiner.acceptAll(part(2));
        observed.statements();
        observed.commits();

        assertThat(joiner.acceptAll(part(3))).allMatch(Outcome.Joined.class::isInstance);

        assertCost(2);
    }

    @Test
    void aPageOfASweepIsFourStatements() {
        joiner.acceptAll(part(1).subList(0, 200));
        clock.advance(Duration.ofHours(2));
        observed.statements();
        observed.commits();

        assertThat(joiner.sweep().joined()).isEqualTo(200);

        assertCost(4); // what is due, its states, the claims, the last writes
    }

    final Joiner<String, String> collecting() {
        return Joiner.create(
                JoinSpec.joining(String.class)
                        .keyedBy(message -> message.split(":", -1)[0])
                        .<String>mergedBy((message, pending) -> "v")
                        .collecting(message -> message, Codec.string())
                        .sufficientWhen((value, parts) -> parts == 3)
                        .identifiedBy(message -> message)
                        .process((collected, handOver) -> String.join(" ", collected))
                        .build(),
                store(),
                clock);
    }

    private void assertCostOfParts(int statements, int transactions) {
        assertThat(observed.statements()).as("statements").isEqualTo(statements);
        assertThat(observed.commits()).as("transactions").isEqualTo(transactions);
    }

    @Test
    void aPartIsWrittenInTheTransactionOfItsState() {
        Joiner<String, String> collecting = collecting();
        observed.statements();
        observed.commits();

        collecting.accept("k:1");
        assertCostOfParts(costs.firstPart(), 1);
        collecting.accept("k:2");
        assertCostOfParts(costs.nextPart(), 1 + costs.look());
        assertThat(collecting.accept("k:3")).isEqualTo(new Outcome.Joined<>("k:1 k:2 k:3", true));
        // Claimed with its part, read by the handler, written off with all parts.
        assertCostOfParts(costs.nextPart() + 1 + costs.firstPart(), 3 + costs.look());
    }

    @Test
    void aBatchOfPartsIsAFewStatementsWhateverItsSize() {
        Joiner<String, String> collecting = collecting();
        observed.statements();
        observed.commits();

        collecting.acceptAll(part(1));
        assertCostOfParts(costs.insertAll() + 1, 1);
        collecting.acceptAll(part(2));
        assertCostOfParts(3, 2); // looked for, then states and parts in one transaction
    }

    @Test
    void aTransactionIsALockAndAWriteAndOneCommit() {
        Joiner<String, String> transactional = store().transactional(
                        JoinSpec.joining(String.class)
                                .keyedBy(message -> message.split(":", -1)[0])
                                .<String>mergedBy((message, pending) -> message)
                                .sufficientWhen(value -> value.endsWith("2"))
                                .build(),
                        clock);
        observed.statements();
        observed.commits();

        transactional.accept("k:1");
        assertThat(observed.statements()).as("incomplete").isEqualTo(costs.transaction());
        assertThat(observed.commits()).isEqualTo(1);
        assertThat(transactional.accept("k:2")).isInstanceOf(Outcome.Joined.class);
        assertThat(observed.statements()).as("joined").isEqualTo(costs.transaction());
        assertThat(observed.commits()).isEqualTo(1);
    }
}
