package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.ContentionException;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.spi.Codec;
import dev.joiner.spi.JoinState;
import dev.joiner.store.tck.HandSetClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Joins whose effects are part of the transaction of their store, on one database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class TransactionalContract {
    private final Consumer<HikariConfig> options;
    private HikariDataSource pool;
    private HandSetClock clock;
    private JdbcJoinStore<String, String> store;

    TransactionalContract(Consumer<HikariConfig> options) {
        this.options = options;
    }

    record Message(String key, String text) {
        static Message of(String keyAndText) {
            String[] parts = keyAndText.split(":", 2);
            return new Message(parts[0], parts[1]);
        }
    }

    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @BeforeAll
    void openPool() throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(16);
        options.accept(config);
        pool = new HikariDataSource(config);
        update("CREATE TABLE effects (text VARCHAR(200) NOT NULL, kind VARCHAR(20) NOT NULL)");
    }

    @AfterAll
    void closePool() throws SQLException {
        update("DROP TABLE effects");
        pool.close();
    }

    @BeforeEach
    void openStore() throws SQLException {
        update("DELETE FROM effects");
        clock = new HandSetClock(Instant.parse("2026-01-01T00:00:00Z"));
        store = open(UUID.randomUUID().toString());
    }

    private JdbcJoinStore<String, String> open(String namespace) {
        return JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .lockTimeout(Duration.ofSeconds(1))
                .build();
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    private List<String> effects() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT text, kind FROM effects ORDER BY text")) {
            List<String> effects = new ArrayList<>();
            while (rows.next()) {
                effects.add(rows.getString(2) + " " + rows.getString(1));
            }
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return effects;
        }
    }

    private static void insert(Connection connection, String text, String kind) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO effects VALUES (?, ?)")) {
            statement.setString(1, text);
            statement.setString(2, kind);
            statement.executeUpdate();
        }
    }

    private String process(String value, HandOver handOver) throws SQLException {
        try (Connection connection = store.handOverConnection()) {
            insert(connection, handOver.key() + ":" + value, handOver.cause().toString());
        }
        return value;
    }

    private JoinSpec.Builder<Message, String, String> whole(int parts) {
        return JoinSpec.<Message>keyedBy(Message::key)
                .<String>mergedBy(
                        (message, pending) -> pending == null ? message.text() : pending + "+" + message.text())
                .sufficientWhen(value -> value.split("\\+", -1).length == parts)
                .process(this::process);
    }

    private Joiner<Message, String> joiner(JoinSpec.Builder<Message, String, String> spec) {
        return store.transactional(spec.build(), clock);
    }

    /** As a transport does: again, if the database let neighbours fail each other. */
    private static Outcome<String> deliver(Joiner<Message, String> joiner, Message message) {
        for (int delivery = 1; ; delivery++) {
            try {
                return joiner.accept(message);
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("nothing of it is written");
                assertThat(delivery).as("deliveries").isLessThan(100);
            }
        }
    }

    private static Outcome<String> joined(String value) {
        return new Outcome.Joined<>(value, true);
    }

    @Test
    void aJoinAndItsEffectsAreOneTransaction() throws SQLException {
        Joiner<Message, String> joiner = joiner(whole(2));

        assertThat(joiner.accept(Message.of("k:a"))).isInstanceOf(Outcome.Incomplete.class);
        assertThat(store.find("k").state().open().value()).isEqualTo("a");
        assertThat(effects()).isEmpty();
        assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));

        assertThat(effects()).containsExactly("COMPLETE k:a+b");
        assertThat(store.size()).isZero();
    }

    @Test
    void aJoinOfOneMessageLeavesNothingBehind() throws SQLException {
        assertThat(joiner(whole(1)).accept(Message.of("k:a"))).isEqualTo(joined("a"));

        assertThat(effects()).containsExactly("COMPLETE k:a");
        assertThat(store.size()).isZero();
    }

    @Test
    void effectsAreNotThereWhileTheHandlerRuns() throws SQLException {
        List<String> seen = new ArrayList<>();
        Joiner<Message, String> joiner = joiner(whole(1).process((value, handOver) -> {
            process(value, handOver);
            assertThat(store.find("k")).isNull(); // by a connection of its own
            seen.addAll(effects());
            return value;
        }));

        joiner.accept(Message.of("k:a"));

        assertThat(seen).isEmpty();
        assertThat(effects()).hasSize(1);
    }

    @Test
    void whenTheHandlerThrowsEverythingIsAsBeforeTheMessage() throws SQLException {
        boolean[] fails = {true};
        Joiner<Message, String> joiner =
                joiner(whole(2).identifiedBy(Message::text).process((value, handOver) -> {
                    process(value, handOver);
                    if (fails[0]) {
                        throw new Refused();
                    }
                    return value;
                }));
        joiner.accept(Message.of("k:a"));
        JoinState<String> before = store.find("k").state();

        for (int redelivery = 0; redelivery < 3; redelivery++) {
            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> joiner.accept(Message.of("k:b")))
                    .withCauseInstanceOf(Refused.class);
            assertThat(store.find("k").state()).isEqualTo(before);
            assertThat(effects()).isEmpty();
        }
        fails[0] = false;
        assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));

        assertThat(effects()).containsExactly("COMPLETE k:a+b");
    }

    @Test
    void aFirstMessageWhoseHandlerThrowsLeavesNothing() throws SQLException {
        Joiner<Message, String> joiner = joiner(whole(1).process((value, handOver) -> {
            throw new Refused();
        }));

        assertThatThrownBy(() -> joiner.accept(Message.of("k:a"))).isInstanceOf(ProcessingException.class);

        assertThat(store.size()).isZero();
    }

    @Test
    void aFailureThatTheHandlerSwallowsIsNotCommittedAsIfItWereNone() throws SQLException {
        Joiner<Message, String> joiner = joiner(whole(2).process((value, handOver) -> {
            process(value, handOver);
            try (Connection connection = store.handOverConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO no_such_table VALUES (1)");
            } catch (SQLException e) {
                // On PostgreSQL the transaction has failed with this; elsewhere it goes on.
            }
            return value;
        }));
        joiner.accept(Message.of("k:a"));

        boolean applied = true;
        try {
            joiner.accept(Message.of("k:b"));
        } catch (StoreException e) {
            applied = false;
            assertThat(e).hasMessageContaining("nothing of it is written");
        }

        assertThat(effects()).hasSize(applied ? 1 : 0);
        assertThat(store.size()).isEqualTo(applied ? 0 : 1);
    }

    @Test
    void mergesThatThrowChangeNothing() {
        IllegalStateException kaboom = new IllegalStateException("kaboom");
        Joiner<Message, String> joiner = joiner(JoinSpec.<Message>keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> {
                    if (message.text().equals("!")) {
                        throw kaboom;
                    }
                    return pending == null ? message.text() : pending + "+" + message.text();
                })
                .sufficientWhen(value -> value.length() == 3)
                .process(this::process));
        joiner.accept(Message.of("k:a"));

        assertThatThrownBy(() -> joiner.accept(Message.of("k:!"))).isSameAs(kaboom);

        assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));
    }

    @Test
    void duplicatesAndLateMessagesWriteNothing() throws SQLException {
        List<String> late = new ArrayList<>();
        Joiner<Message, String> joiner = joiner(whole(2).identifiedBy(Message::text)
                .rememberFor(Duration.ofHours(1))
                .onLate(message -> late.add(message.text())));

        assertThat(joiner.acceptAll(IntStream.range(0, 5)
                        .mapToObj(i -> Message.of("k:" + i / 2))
                        .toList()))
                .extracting(outcome -> outcome.getClass().getSimpleName())
                .containsExactly("Incomplete", "Duplicate", "Joined", "Duplicate", "Late");

        assertThat(late).containsExactly("2");
        assertThat(effects()).hasSize(1);
        clock.advance(Duration.ofHours(2));
        assertThat(joiner.sweep().ended()).isEqualTo(1);
        assertThat(store.size()).isZero();
    }

    @Test
    void onIncompleteSeesWhatIsCommitted() {
        List<String> seen = new ArrayList<>();
        Joiner<Message, String> joiner = joiner(whole(3).onIncomplete(value -> {
            seen.add(store.find("k").state().open().value());
            throw new IllegalStateException("after the write");
        }));

        assertThatIllegalStateException().isThrownBy(() -> joiner.accept(Message.of("k:a")));

        assertThat(seen).containsExactly("a");
        assertThat(store.find("k").state().open().value()).isEqualTo("a");
    }

    @Test
    void aKeptValueGoesOutWithEachMessage() throws SQLException {
        Joiner<Message, String> joiner = joiner(JoinSpec.<Message>keyedBy(Message::key)
                .<String>mergedBy(
                        (message, pending) -> pending == null ? message.text() : pending + "+" + message.text())
                .sufficientWhen(value -> value.length() >= 3)
                .keepAfterJoin()
                .expireAfter(Duration.ofMinutes(1))
                .joinOnExpiry()
                .process(this::process));

        List.of("k:a", "k:b", "k:c").forEach(message -> joiner.accept(Message.of(message)));

        assertThat(effects()).containsExactly("COMPLETE k:a+b", "COMPLETE k:a+b+c");
        clock.advance(Duration.ofMinutes(2));
        assertThat(joiner.sweep().ended()).isEqualTo(1);
        assertThat(store.size()).isZero();
    }

    @Test
    void aSweepHandsEachKeyOverInATransactionOfItsOwn() throws SQLException {
        boolean[] fails = {true};
        Joiner<Message, String> joiner =
                joiner(whole(2).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
                    process(value, handOver);
                    if (fails[0] && handOver.key().equals("bad")) {
                        throw new Refused();
                    }
                }));
        joiner.acceptAll(List.of(Message.of("good:a"), Message.of("bad:a"), Message.of("other:a")));
        clock.advance(Duration.ofMinutes(1));

        SweepReport report = joiner.sweep();

        assertThat(report.expired()).isEqualTo(2);
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.key()).isEqualTo("bad");
            assertThat(failure.cause()).isInstanceOf(ProcessingException.class);
        });
        assertThat(effects()).containsExactly("EXPIRED good:a", "EXPIRED other:a");
        assertThat(store.find("bad").state().inFlight())
                .singleElement()
                .satisfies(flight -> assertThat(flight.attempt()).isEqualTo(1));
        assertThat(joiner.sweep()).as("before its backoff is over").isEqualTo(new SweepReport(0, 0, 0, 0, List.of()));

        fails[0] = false;
        clock.advance(Duration.ofMinutes(1));
        assertThat(joiner.sweep().expired()).isEqualTo(1);
        assertThat(effects()).containsExactly("EXPIRED bad:a", "EXPIRED good:a", "EXPIRED other:a");
        assertThat(store.size()).isZero();
    }

    @Test
    void oneOfSeveralHandOversOfAKeyMayFailAlone() throws SQLException {
        boolean[] fails = {true};
        Joiner<Message, String> joiner =
                joiner(whole(9).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
                    process(value, handOver);
                    if (fails[0] && value.equals("a")) {
                        throw new Refused();
                    }
                }));
        joiner.accept(Message.of("k:a"));
        clock.advance(Duration.ofMinutes(1));
        joiner.sweep();
        joiner.accept(Message.of("k:b"));
        clock.advance(Duration.ofMinutes(1));

        SweepReport report = joiner.sweep();

        assertThat(report.expired()).isEqualTo(1);
        assertThat(report.failures()).hasSize(1);
        assertThat(effects()).containsExactly("EXPIRED k:b");
        fails[0] = false;
        clock.advance(Duration.ofMinutes(1));
        joiner.sweep();
        assertThat(effects()).containsExactly("EXPIRED k:a", "EXPIRED k:b");
    }

    @Test
    void moreThanAPageIsSwept() throws SQLException {
        Joiner<Message, String> joiner =
                joiner(whole(2).expireAfter(Duration.ofMinutes(1)).joinOnExpiry());
        IntStream.range(0, 300).forEach(i -> joiner.accept(Message.of("k" + i + ":a")));
        clock.advance(Duration.ofMinutes(1));

        assertThat(joiner.sweep().joined()).isEqualTo(300);

        assertThat(effects()).hasSize(300).doesNotHaveDuplicates();
        assertThat(store.size()).isZero();
    }

    @Test
    void whatIsReleasedOrDroppedIsOneTransactionToo() throws SQLException {
        Joiner<Message, String> joiner = joiner(whole(3));
        joiner.acceptAll(List.of(Message.of("k:a"), Message.of("l:a")));

        assertThat(joiner.release("k")).containsExactly(new Outcome.Joined<>("a", true));
        assertThat(joiner.drop("l"))
                .singleElement()
                .satisfies(join -> assertThat(join.value()).isEqualTo("a"));
        assertThat(joiner.drop("m")).isEmpty();
        assertThat(joiner.find("k")).isEmpty();

        assertThat(effects()).containsExactly("FORCED k:a");
        assertThat(store.size()).isZero();
    }

    @Test
    void codeThatKnowsNothingOfJoinsTakesPartThroughTheDataSource() throws SQLException {
        boolean[] fails = {true};
        Joiner<Message, String> joiner = joiner(whole(1).process((value, handOver) -> {
            try (Connection connection = store.handOverDataSource().getConnection()) {
                insert(connection, value, "DAO");
            }
            if (fails[0]) {
                throw new Refused();
            }
            return value;
        }));

        assertThatThrownBy(() -> joiner.accept(Message.of("k:a"))).isInstanceOf(ProcessingException.class);
        assertThat(effects()).isEmpty();
        fails[0] = false;
        joiner.accept(Message.of("k:a"));
        assertThat(effects()).containsExactly("DAO a");

        try (Connection connection = store.handOverDataSource().getConnection()) {
            insert(connection, "b", "outside");
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
        assertThat(effects()).containsExactly("DAO a", "outside b");
    }

    @Test
    void aHandlerCannotEndTheTransaction() {
        List<Connection> kept = new ArrayList<>();
        Joiner<Message, String> joiner = joiner(whole(1).process((value, handOver) -> {
            Connection connection = store.handOverConnection();
            kept.add(connection);
            assertThat(connection.getAutoCommit()).isFalse();
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            assertThatThrownBy(connection::rollback).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> connection.setAutoCommit(true)).isInstanceOf(SQLException.class);
            connection.rollback(connection.setSavepoint());
            connection.close();
            assertThat(connection.isClosed()).isTrue();
            assertThatThrownBy(connection::createStatement).isInstanceOf(SQLException.class);
            assertThat(store.handOverConnection().isClosed()).isFalse();
            kept.add(store.handOverConnection());
            return value;
        }));

        assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("a"));

        assertThat(kept)
                .allSatisfy(connection ->
                        assertThatThrownBy(connection::createStatement).isInstanceOf(SQLException.class));
        assertThatIllegalStateException().isThrownBy(() -> store.handOverConnection());
    }

    @Test
    void aHandOverGivesNoMessagesToAJoinerOfItsStore() {
        AtomicReference<Joiner<Message, String>> joiner = new AtomicReference<>();
        joiner.set(joiner(whole(1).process((value, handOver) -> {
            joiner.get().accept(Message.of("other:a"));
            return value;
        })));

        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> joiner.get().accept(Message.of("k:a")))
                .withCauseInstanceOf(IllegalStateException.class);

        assertThat(store.size()).isZero();
    }

    @Test
    void specsThatContradictATransactionAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> joiner(whole(1).atMostOnce()))
                .withMessageContaining("atMostOnce");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> joiner(whole(1).retry(3).onPoisoned((value, handOver) -> {})))
                .withMessageContaining("retry");
    }

    @Test
    void aMessageWaitsForItsKeyAndForNoOther() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Joiner<Message, String> joiner = joiner(whole(2).process((value, handOver) -> {
            process(value, handOver);
            if (handOver.key().equals("k")) {
                running.countDown();
                go.await();
            }
            return value;
        }));
        joiner.accept(Message.of("k:a"));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Outcome<String>> first = threads.submit(() -> deliver(joiner, Message.of("k:b")));
            running.await();
            deliver(joiner, Message.of("l:a"));
            assertThat(deliver(joiner, Message.of("l:b"))).as("another key").isEqualTo(joined("a+b"));
            Future<Outcome<String>> second = threads.submit(() -> deliver(joiner, Message.of("k:c")));
            go.countDown();

            // Where the database failed the first, the second may have come before its redelivery.
            boolean inOrder = first.get().equals(joined("a+b"));
            assertThat(inOrder ? second.get() : first.get()).isInstanceOf(Outcome.Incomplete.class);
            assertThat(inOrder ? first.get() : second.get()).isEqualTo(joined(inOrder ? "a+b" : "a+c"));
            assertThat(store.find("k").state().open().value()).isEqualTo(inOrder ? "c" : "b");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aMessageDoesNotWaitForEver() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Joiner<Message, String> joiner = joiner(whole(1).process((value, handOver) -> {
            running.countDown();
            go.await();
            return value;
        }));
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Outcome<String>> first = threads.submit(() -> joiner.accept(Message.of("k:a")));
            running.await();

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> joiner.accept(Message.of("k:b")))
                    .withMessageContaining("\"k\"");

            go.countDown();
            assertThat(first.get()).isEqualTo(joined("a"));
        } finally {
            go.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void effectsAreExactlyOnceUnderContention() throws Exception {
        int keys = 60;
        long seed = Long.getLong("seed", System.nanoTime());
        List<Message> messages = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            for (int part = 0; part < 3; part++) {
                messages.add(new Message("k" + key, "p" + part));
                messages.add(new Message("k" + key, "p" + part));
            }
        }
        Collections.shuffle(messages, new Random(seed));
        Joiner<Message, String> joiner =
                joiner(whole(3).identifiedBy(Message::text).rememberFor(Duration.ofHours(1)));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                int mine = thread;
                running.add(threads.submit(() -> {
                    for (int i = mine; i < messages.size(); i += 8) {
                        deliver(joiner, messages.get(i));
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(effects().stream().map(effect -> effect.replaceAll(".* (k\\d+):.*", "$1")))
                .as("seed %d", seed)
                .doesNotHaveDuplicates()
                .hasSize(keys);
        assertThat(effects())
                .allSatisfy(effect -> assertThat(effect.replaceAll(".*:", "").split("\\+"))
                        .containsExactlyInAnyOrder("p0", "p1", "p2"));
    }
}
