package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.HandOver;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.StoreException;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transactions that a handler or the database ends before their end, on one database. */
@Timeout(60)
abstract class EndedTransactionContract extends TransactionalFixture {
    private static final List<String> ENDS = List.of("COMMIT", "ROLLBACK");

    private final boolean ddlCommits;

    EndedTransactionContract(Consumer<HikariConfig> options, boolean ddlCommits) {
        super(options);
        this.ddlCommits = ddlCommits;
    }

    @BeforeAll
    void createRows() throws SQLException {
        update("CREATE TABLE contended (id INT PRIMARY KEY, number INT NOT NULL)");
        update("INSERT INTO contended VALUES (1, 0), (2, 0)");
    }

    @AfterAll
    void dropRows() throws SQLException {
        update("DROP TABLE contended");
    }

    @BeforeEach
    void resetRows() throws SQLException {
        update("UPDATE contended SET number = 0");
    }

    private long rowsOfNamespace() throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement count =
                        connection.prepareStatement("SELECT COUNT(*) FROM joiner_joins WHERE namespace = ?")) {
            count.setString(1, namespace);
            try (ResultSet rows = count.executeQuery()) {
                rows.next();
                long counted = rows.getLong(1);
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
                return counted;
            }
        }
    }

    /** Commits as a handler does that does not mean to: by DDL, where that commits. */
    private void commitUnawares() throws SQLException {
        if (ddlCommits) {
            try (Connection connection = store.handOverConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE unawares (id INT)");
                statement.execute("DROP TABLE unawares");
            }
        } else {
            end("COMMIT");
        }
    }

    private KeyedJoiner<Message, String, String, String> thatCommitsAndThrows(AtomicBoolean commits) {
        return joiner(joining(1).process((value, handOver) -> {
            if (commits.get()) {
                commitUnawares();
                throw new Refused();
            }
            return process(value, handOver);
        }));
    }

    /** What is there only to lock a new key, and was committed by a handler. */
    @Nested
    class APlaceholderThatIsLeftBehind {
        private final AtomicBoolean commits = new AtomicBoolean(true);
        private KeyedJoiner<Message, String, String, String> joiner;

        private void leaveBehind(String... keys) throws SQLException {
            joiner = thatCommitsAndThrows(commits);
            for (String key : keys) {
                assertThatThrownBy(() -> joiner.accept(new Message(key, "a"))).isInstanceOf(UndoneException.class);
            }
            commits.set(false);
            assertThat(rowsOfNamespace() - store.size()).as("placeholders").isEqualTo(keys.length);
        }

        @Test
        void readsAsNoJoin() throws SQLException {
            leaveBehind("k", "l", "m", "n");

            assertThat(store.find("k")).isNull();
            assertThat(store.findAll(List.of("k", "l"))).containsOnlyNulls();
            assertThat(store.guess("k")).isNull();
            assertThat(store.scan(null, 10).entries()).isEmpty();
            assertThat(store.size()).isZero();
            assertThat(joiner.find("k")).isEmpty();
            assertThat(joiner.release("k")).isEmpty();
            assertThat(joiner.drop("l")).isEmpty();
            assertThat(joiner.counts().waiting()).isZero();
            assertThat(joiner.counts().unreadable()).isZero();
            assertThat(joiner.pending(10).joins()).isEmpty();
            Versioned<String> other = Versioned.of(7, waiting("b"));
            assertThat(store.compareAndExchange("n", other, null)).isEqualTo(Exchange.lost(null));
            assertThat(store.compareAndExchangeAll(
                            List.of(new Change<>("m", other, null), new Change<>("n", other, other))))
                    .containsOnly(Exchange.lost(null));
        }

        @Test
        void isNotDue() throws SQLException {
            leaveBehind("k", "l", "m");

            assertThat(store.due(Instant.EPOCH, clock.instant(), 1)).isEmpty();

            assertThat(rowsOfNamespace()).isZero();
        }

        @Test
        void hidesNothingThatIsDue() throws SQLException {
            Joiner<Message, String> expiring =
                    joiner(whole(2).expireAfter(Duration.ofMinutes(1)).joinOnExpiry());
            clock.advance(Duration.ofMinutes(-2));
            expiring.accept(Message.of("due:a"));
            leaveBehind("k", "l", "m");
            clock.advance(Duration.ofMinutes(2));
            expiring.accept(Message.of("later:a"));
            clock.advance(Duration.ofMinutes(1));

            assertThat(store.due(Instant.EPOCH, clock.instant(), 2))
                    .extracting(due -> due.key())
                    .containsExactly("due", "later");
        }

        @Test
        void isReportedAndTakenOutByASweep() throws SQLException {
            leaveBehind("k", "l");

            assertThat(joiner.sweep().ended()).isEqualTo(2);

            assertThat(rowsOfNamespace()).isZero();
            assertThat(joiner.sweep().ended()).isZero();
        }

        @Test
        void isTakenOutByASweepOfAPlainJoiner() throws SQLException {
            leaveBehind("k", "l");

            assertThat(Joiner.create(whole(1).build(), store, clock).sweep().failed())
                    .isZero();

            assertThat(rowsOfNamespace()).isZero();
        }

        @Test
        void staysWhileItsKeyIsLocked() throws SQLException {
            leaveBehind("k");
            Joiner<Message, String> again = joiner(joining(1).process((value, handOver) -> {
                assertThat(joinerOfAnotherThread().sweep().ended()).isZero();
                return process(value, handOver);
            }));

            assertThat(again.accept(Message.of("k:a"))).isEqualTo(joined("a"));

            assertThat(effects()).containsExactly("COMPLETE k:a");
            assertThat(rowsOfNamespace()).isZero();
        }

        /** A second store on the same table, whose transactions have nothing to do with the first one's. */
        private Joiner<Message, String> joinerOfAnotherThread() {
            return open(namespace).transactional(whole(1).build(), clock);
        }

        @Test
        void isNoHindranceToMessages() throws SQLException {
            leaveBehind("k", "l", "m", "n");
            Joiner<Message, String> plain = Joiner.create(joining(2).build(), store, clock);

            assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("a"));
            assertThat(plain.accept(Message.of("l:a"))).isInstanceOf(Outcome.Incomplete.class);
            assertThat(plain.acceptAll(
                            List.of(Message.of("l:b"), Message.of("m:a"), Message.of("n:a"), Message.of("n:b"))))
                    .containsExactly(
                            joined("a+b"), new Outcome.Incomplete<>(), new Outcome.Incomplete<>(), joined("a+b"));

            assertThat(store.size()).isEqualTo(1);
        }
    }

    @Test
    void whatAHandlerCommitsIsNotTakenForItsEnd() throws SQLException {
        AtomicBoolean ends = new AtomicBoolean(true);
        List<String> how = new ArrayList<>(ENDS);
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            process(value, handOver);
            if (ends.get()) {
                end(how.get(0));
                process("after", handOver);
            }
            return value;
        }));

        while (!how.isEmpty()) {
            assertThatExceptionOfType(StoreException.class)
                    .as(how.get(0))
                    .isThrownBy(() -> joiner.accept(Message.of("k:a")))
                    .withMessageContaining("ended the transaction")
                    .satisfies(e -> assertThat(e.isSafe()).isFalse());
            how.remove(0);
        }

        assertThat(effects()).as("what was committed").containsExactly("COMPLETE k:a");
        update("DELETE FROM effects");
        ends.set(false);
        assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("a"));
        assertThat(effects()).containsExactly("COMPLETE k:a");
        assertThat(rowsOfNamespace()).isZero();
    }

    @Test
    void whatAHandlerCommitsUnawaresIsNotTakenForItsEnd() throws SQLException {
        Joiner<Message, String> joiner = joiner(joining(2).process((value, handOver) -> {
            commitUnawares();
            return process(value, handOver);
        }));
        joiner.accept(Message.of("k:a"));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> joiner.accept(Message.of("k:b")))
                .withMessageContaining("ended the transaction");

        assertThat(effects()).isEmpty();
        assertThat(store.find("k").state().open().value()).isEqualTo("a");
    }

    /** Two handlers that update two rows, each in the order that the other one does not. */
    private final class Deadlock {
        private final CyclicBarrier both = new CyclicBarrier(2);
        private final AtomicInteger swallowed = new AtomicInteger();
        private final AtomicBoolean isThrown = new AtomicBoolean();
        private final AtomicBoolean isOver = new AtomicBoolean();

        String process(String value, HandOver<String> handOver) throws Exception {
            EndedTransactionContract.this.process(value, handOver);
            if (!isOver.get()) {
                boolean isFirst = handOver.key().equals("first");
                number(isFirst ? 1 : 2);
                both.await();
                try {
                    number(isFirst ? 2 : 1);
                } catch (SQLException e) {
                    swallowed.incrementAndGet();
                    if (isThrown.get()) {
                        throw e;
                    }
                }
                try { // as if nothing had happened; PostgreSQL does not let it
                    EndedTransactionContract.this.process("after", handOver);
                } catch (SQLException e) {
                    assertThat(swallowed).hasPositiveValue();
                }
            }
            return value;
        }

        private void number(int row) throws SQLException {
            try (Connection connection = store.handOverConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE contended SET number = number + 1 WHERE id = " + row);
            }
        }
    }

    @Test
    void aDeadlockThatAHandlerSwallowsUndoesTheMessage() throws Exception {
        Deadlock deadlock = new Deadlock();
        Joiner<Message, String> joiner = joiner(joining(2).process(deadlock::process));
        joiner.acceptAll(List.of(Message.of("first:a"), Message.of("second:a")));

        List<Message> undone = inParallel(
                List.of(Message.of("first:b"), Message.of("second:b")),
                message -> joiner.accept(message).equals(joined("a+b")));

        assertUndone(deadlock, undone);
        for (Message message : undone) {
            assertThat(store.find(message.key()).state().open().value()).isEqualTo("a");
            assertThat(joiner.accept(message)).isEqualTo(joined("a+b"));
        }
        assertAllDone("a+b");
    }

    @Test
    void aDeadlockOfAFirstMessageLeavesNothing() throws Exception {
        Deadlock deadlock = new Deadlock();
        Joiner<Message, String> joiner = joiner(joining(1).process(deadlock::process));

        List<Message> undone = inParallel(
                List.of(Message.of("first:a"), Message.of("second:a")),
                message -> joiner.acceptAll(List.of(message)).get(0).equals(joined("a")));

        assertUndone(deadlock, undone);
        assertThat(rowsOfNamespace()).isZero();
        for (Message message : undone) {
            assertThat(joiner.accept(message)).isEqualTo(joined("a"));
        }
        assertAllDone("a");
    }

    @Test
    void aDeadlockInAReleaseUndoesItsKey() throws Exception {
        Deadlock deadlock = new Deadlock();
        KeyedJoiner<Message, String, String, String> joiner = joiner(joining(2)
                .process(deadlock::process)
                .expireAfter(Duration.ofMinutes(1))
                .joinOnExpiry());
        List<Message> messages = List.of(Message.of("first:a"), Message.of("second:a"));
        joiner.acceptAll(messages);

        List<Message> undone = inParallel(
                messages, message -> joiner.release(message.key()).get(0).equals(joined("a")));

        assertUndone(deadlock, undone);
        clock.advance(Duration.ofMinutes(2));
        assertThat(joiner.sweep().joined()).isEqualTo(undone.size());
        assertThat(effects()).filteredOn(effect -> effect.endsWith(":a")).hasSize(2);
        assertThat(rowsOfNamespace()).isZero();
    }

    /** PostgreSQL undoes the statement alone, so that the handler's exception is like any other. */
    @Test
    void anAttemptThatTheDatabaseHasRolledBackIsRepeatedRatherThanCounted() throws Exception {
        Deadlock deadlock = new Deadlock();
        deadlock.isThrown.set(true);
        KeyedJoiner<Message, String, String, String> joiner =
                joiner(joining(2).process(deadlock::process).retry(2).parkPoisoned());
        List<Message> messages = List.of(Message.of("first:a"), Message.of("second:a"));
        joiner.acceptAll(messages);

        List<Message> undone = inParallel(
                messages, message -> joiner.release(message.key()).get(0).equals(joined("a")));

        assertThat(undone).isNotEmpty();
        deadlock.isOver.set(true);
        for (Message message : undone) {
            assertThat(joiner.find(message.key()))
                    .extracting(PendingJoin::status, PendingJoin::attempts)
                    .containsExactly(ddlCommits ? tuple(Status.WAITING, 0) : tuple(Status.FAILED, 1));
            assertThat(joiner.release(message.key())).containsExactly(joined("a"));
        }
        assertThat(effects())
                .filteredOn(effect -> !effect.endsWith("after"))
                .containsExactly("FORCED first:a", "FORCED second:a");
    }

    /** H2 may choose both for its victims. */
    private void assertUndone(Deadlock deadlock, List<Message> undone) throws SQLException {
        assertThat(undone).isNotEmpty().hasSize(deadlock.swallowed.get());
        assertThat(effects())
                .hasSize(2 * (2 - undone.size()))
                .allSatisfy(effect -> assertThat(undone).noneMatch(message -> effect.contains(message.key())));
        deadlock.isOver.set(true);
    }

    private void assertAllDone(String value) throws SQLException {
        assertThat(effects())
                .filteredOn(effect -> !effect.endsWith("after"))
                .containsExactly("COMPLETE first:" + value, "COMPLETE second:" + value);
        assertThat(rowsOfNamespace()).isZero();
    }

    private interface Check {
        boolean isDone(Message message);
    }

    /** Does both at once, and returns those that were not done, or failed. */
    private static List<Message> inParallel(List<Message> messages, Check check) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(messages.size());
        try {
            List<Future<Boolean>> done = new ArrayList<>();
            for (Message message : messages) {
                done.add(threads.submit(() -> {
                    try {
                        return check.isDone(message);
                    } catch (StoreException e) {
                        assertThat(e.isSafe()).isFalse();
                        return false;
                    }
                }));
            }
            List<Message> undone = new ArrayList<>();
            for (int i = 0; i < messages.size(); i++) {
                if (!done.get(i).get(30, TimeUnit.SECONDS)) {
                    undone.add(messages.get(i));
                }
            }
            return undone;
        } finally {
            threads.shutdownNow();
        }
    }
}
