package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.Codec;
import dev.joiner.ContentionException;
import dev.joiner.InvalidMessageException;
import dev.joiner.JoinListener;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.StoreException;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Change;
import dev.joiner.spi.JoinStore.Exchange;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages whose joins and their effects are part of the transaction of their store, on one database. */
@Timeout(60)
abstract class TransactionalContract extends TransactionalFixture {
    TransactionalContract(Consumer<HikariConfig> options) {
        super(options);
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
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
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
                joiner(joining(2).identifiedBy(Message::text).process((value, handOver) -> {
                    process(value, handOver);
                    if (fails[0]) {
                        throw new Refused();
                    }
                    return value;
                }));
        joiner.accept(Message.of("k:a"));
        JoinState<String> before = store.find("k").state();

        for (int redelivery = 0; redelivery < 3; redelivery++) {
            assertThatExceptionOfType(UndoneException.class)
                    .isThrownBy(() -> joiner.accept(Message.of("k:b")))
                    .withCauseInstanceOf(Refused.class)
                    .withMessageContaining("\"k\"")
                    .withMessageContaining("the message is not stored")
                    .satisfies(e -> assertThat(e.isSafe()).isFalse())
                    .satisfies(e -> assertThat(e.key()).isEqualTo("k"));
            assertThat(store.find("k").state()).isEqualTo(before);
            assertThat(effects()).isEmpty();
        }
        fails[0] = false;
        assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));

        assertThat(effects()).containsExactly("COMPLETE k:a+b");
    }

    /** They are the transport's, which redelivers the message. */
    @Test
    void attemptsOfMessagesAreNotCounted() throws SQLException {
        List<Integer> attempts = new ArrayList<>();
        Joiner<Message, String> joiner = joiner(joining(1)
                .<String>process((value, handOver) -> {
                    process(value, handOver);
                    attempts.add(handOver.attempt());
                    throw new Refused();
                })
                .retry(1)
                .onPoisoned((value, handOver) -> process("poisoned", handOver)));

        for (int redelivery = 0; redelivery < 3; redelivery++) {
            assertThatThrownBy(() -> joiner.accept(Message.of("k:a"))).isInstanceOf(UndoneException.class);
        }

        assertThat(attempts).containsExactly(1, 1, 1);
        assertThat(effects()).isEmpty();
        assertThat(store.size()).isZero();
    }

    @Test
    void aFirstMessageWhoseHandlerThrowsLeavesNothing() throws SQLException {
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            throw new Refused();
        }));

        assertThatThrownBy(() -> joiner.accept(Message.of("k:a"))).isInstanceOf(UndoneException.class);

        assertThat(store.size()).isZero();
    }

    @Test
    void aMessageOfABatchFailsAlone() throws SQLException {
        Joiner<Message, String> joiner = joiner(joining(2)
                .process((value, handOver) -> {
                    process(value, handOver);
                    if (handOver.key().equals("k")) {
                        throw new NoClassDefFoundError("an Error as well");
                    }
                    return value;
                })
                .onIncomplete(value -> {
                    if (value.equals("late")) {
                        throw new IllegalStateException("within the transaction");
                    }
                }));

        List<Outcome<String>> outcomes = joiner.acceptAll(Arrays.asList(
                Message.of("k:a"),
                Message.of("k:b"),
                null,
                Message.of("l:late"),
                Message.of("m:a"),
                Message.of("m:b")));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Incomplete.class);
        assertThat(outcomes.get(1)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.isSafe()).isFalse();
            assertThat(failed.cause())
                    .isInstanceOf(UndoneException.class)
                    .hasCauseInstanceOf(NoClassDefFoundError.class);
        });
        assertThat(outcomes.get(2)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.isSafe()).isFalse();
            assertThat(failed.cause()).isInstanceOf(InvalidMessageException.class);
        });
        assertThat(outcomes.get(3)).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.isSafe()).as("it is not stored").isFalse();
            assertThat(failed.cause()).hasMessage("within the transaction");
        });
        assertThat(outcomes.get(5)).isEqualTo(joined("a+b"));
        assertThat(effects()).containsExactly("COMPLETE m:a+b");
        assertThat(store.find("k").state().open().value()).isEqualTo("a");
        assertThat(store.find("l")).isNull();
    }

    @Test
    void aFailureThatTheHandlerSwallowsIsNotCommittedAsIfItWereNone() throws SQLException {
        Joiner<Message, String> joiner = joiner(joining(2).process((value, handOver) -> {
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

    @ParameterizedTest
    @ValueSource(strings = {"k:b", "new:a+b"})
    void aRollbackByTheDatabaseThatTheHandlerSwallowsIsNotCommittedAsIfItWereNone(String last) throws SQLException {
        boolean[] rollsBack = {true};
        Joiner<Message, String> joiner = joiner(joining(2).process((value, handOver) -> {
            process(value, handOver);
            if (rollsBack[0]) {
                end("ROLLBACK");
                process(value, handOver);
            }
            return value;
        }));
        joiner.accept(Message.of("k:a"));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> joiner.accept(Message.of(last)))
                .withMessageContaining("ended the transaction");

        assertThat(effects()).isEmpty();
        assertThat(store.find("k").state().open().value()).isEqualTo("a");
        assertThat(store.size()).isEqualTo(1);
        rollsBack[0] = false;
        assertThat(joiner.accept(Message.of(last))).isEqualTo(joined("a+b"));
        assertThat(effects()).hasSize(1);
    }

    @Test
    void whatAHandlerLeavesBehindThatCommitsAndThrowsIsNoJoin() throws SQLException {
        boolean[] commits = {true};
        KeyedJoiner<Message, String, String, String> joiner = joiner(joining(1).process((value, handOver) -> {
            if (commits[0]) {
                end("COMMIT");
                throw new Refused();
            }
            return process(value, handOver);
        }));
        List<Message> messages = List.of(Message.of("k:a"), Message.of("l:a"), Message.of("m:a"), Message.of("n:a"));
        for (Message message : messages) {
            assertThatThrownBy(() -> joiner.accept(message)).isInstanceOf(UndoneException.class);
        }
        commits[0] = false;

        assertThat(joiner.find("k")).isEmpty();
        assertThat(store.findAll(List.of("k", "l"))).containsOnlyNulls();
        assertThat(store.scan(null, 10).entries()).isEmpty();
        assertThat(store.compareAndExchange("k", null, null)).isEqualTo(Exchange.written());
        assertThat(joiner.accept(Message.of("k:a"))).isEqualTo(joined("a"));
        Versioned<String> next = Versioned.of(7, waiting("b"));
        assertThat(store.compareAndExchange("l", null, next)).isEqualTo(Exchange.written());
        assertThat(store.compareAndExchangeAll(List.of(new Change<>("m", null, next), new Change<>("o", null, next))))
                .containsOnly(Exchange.written());
        assertThat(store.compareAndExchange("n", next, null)).isEqualTo(Exchange.lost(null));
        assertThat(store.find("l")).isEqualTo(next);
        assertThat(store.find("m")).isEqualTo(next);
    }

    @Test
    void mergesThatThrowChangeNothing() {
        IllegalStateException kaboom = new IllegalStateException("kaboom");
        Joiner<Message, String> joiner = joiner(joining(2)
                .process(this::process)
                .expireAt(value -> {
                    if (value.endsWith("!")) {
                        throw kaboom;
                    }
                    return null;
                })
                .joinOnExpiry());
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

    /** {@code onIncomplete} and {@code onLate} of a message. */
    @Nested
    class Callbacks {
        private boolean fails;

        private Joiner<Message, String> joinerThatTells() {
            return joiner(whole(2).rememberFor(Duration.ofHours(1))
                    .onIncomplete(value -> tell("waits " + value))
                    .onLate(message -> tell("late " + message.text())));
        }

        private void tell(String text) {
            try (Connection connection = store.handOverDataSource().getConnection()) {
                insert(connection, text, "told");
                insert(store.handOverConnection(), text, "told again");
                assertThat(effects()).as("committed").noneMatch(effect -> effect.endsWith(text));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            if (fails) {
                throw new IllegalStateException("told too much");
            }
        }

        @Test
        void arePartOfTheTransaction() throws SQLException {
            Joiner<Message, String> joiner = joinerThatTells();

            List.of("k:a", "k:b", "k:c").forEach(message -> joiner.accept(Message.of(message)));
            joiner.acceptAll(List.of(Message.of("l:x"), Message.of("l:y"), Message.of("l:z")));

            assertThat(effects())
                    .filteredOn(effect -> effect.startsWith("told"))
                    .containsExactlyInAnyOrder(
                            "told waits a",
                            "told again waits a",
                            "told late c",
                            "told again late c",
                            "told waits x",
                            "told again waits x",
                            "told late z",
                            "told again late z");
            assertThat(effects()).contains("COMPLETE k:a+b", "COMPLETE l:x+y");
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void thatThrowUndoTheMessage(boolean inBatch) throws SQLException {
            Joiner<Message, String> joiner = joinerThatTells();
            fails = true;
            assertThatFails(joiner, Message.of("k:a"), inBatch);
            assertThat(store.size()).isZero();
            assertThat(effects()).isEmpty();

            fails = false;
            joiner.acceptAll(List.of(Message.of("k:a"), Message.of("k:b")));
            List<String> before = effects();
            fails = true;
            assertThatFails(joiner, Message.of("k:c"), inBatch);

            assertThat(effects()).isEqualTo(before);
        }

        private void assertThatFails(Joiner<Message, String> joiner, Message message, boolean inBatch) {
            if (inBatch) {
                assertThat(joiner.acceptAll(List.of(message)))
                        .singleElement()
                        .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                            assertThat(failed.cause()).hasMessage("told too much");
                            assertThat(failed.isSafe()).isFalse();
                        });
            } else {
                assertThatIllegalStateException()
                        .isThrownBy(() -> joiner.accept(message))
                        .withMessage("told too much");
            }
        }

        @Test
        void cannotEndTheTransaction() throws SQLException {
            Joiner<Message, String> joiner = joiner(whole(2).onIncomplete(value -> {
                try {
                    insert(store.handOverConnection(), value, "told");
                    end("COMMIT");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }));

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> joiner.accept(Message.of("k:a")))
                    .withMessageContaining("ended the transaction");

            assertThat(effects()).containsExactly("told a");
            assertThat(store.size()).isZero();
        }
    }

    @Test
    void mergesTakeNoPartInTheTransaction() {
        List<String> refused = new ArrayList<>();
        Joiner<Message, String> joiner = joiner(JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> {
                    assertThatExceptionOfType(SQLException.class)
                            .isThrownBy(() -> store.handOverDataSource().getConnection())
                            .withMessageContaining("merge");
                    assertThatIllegalStateException()
                            .isThrownBy(() -> store.handOverConnection())
                            .withMessageContaining("merge");
                    refused.add(message.text());
                    return message.text();
                })
                .sufficientWhen(value -> false));

        joiner.accept(Message.of("k:a"));

        assertThat(refused).containsExactly("a");
    }

    @Test
    void aKeptValueGoesOutWithEachMessage() throws SQLException {
        Joiner<Message, String> joiner = joiner(merged().sufficientWhen(value -> value.length() >= 3)
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
    void codeThatKnowsNothingOfJoinsTakesPartThroughTheDataSource() throws SQLException {
        boolean[] fails = {true};
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            try (Connection connection = store.handOverDataSource().getConnection()) {
                insert(connection, value, "DAO");
            }
            if (fails[0]) {
                throw new Refused();
            }
            return value;
        }));

        assertThatThrownBy(() -> joiner.accept(Message.of("k:a"))).isInstanceOf(UndoneException.class);
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
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
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
        joiner.set(joiner(joining(1).process((value, handOver) -> {
            joiner.get().accept(Message.of("other:a"));
            return value;
        })));

        assertThatExceptionOfType(UndoneException.class)
                .isThrownBy(() -> joiner.get().accept(Message.of("k:a")))
                .withCauseInstanceOf(IllegalStateException.class);

        assertThat(store.size()).isZero();
    }

    /** A plain joiner of the store, called by a handler whose transaction has a key locked. */
    @Nested
    class APlainJoinerInAHandler {
        private KeyedJoiner<Message, String, String, String> plain;

        /** Does something in the handler of "k"; the store would wait for an hour. */
        private void inHandler(ThrowingConsumer<KeyedJoiner<Message, String, String, String>> use) throws SQLException {
            store = customize(JdbcJoinStore.builder(pool)
                            .valueCodec(Codec.string())
                            .lockTimeout(Duration.ofHours(1)))
                    .namespace(namespace)
                    .build();
            plain = Joiner.create(
                    joining(2).expireAfter(Duration.ofMinutes(1)).joinOnExpiry().build(), store, clock);
            plain.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(2));
            Joiner<Message, String> joiner = joiner(joining(2).process((value, handOver) -> {
                use.accept(plain);
                return process(value, handOver);
            }));

            assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));

            assertThat(effects()).containsExactly("COMPLETE k:a+b");
        }

        private void assertRefused(ThrowingCallable call) {
            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(call)
                    .withMessageContaining("\"k\"")
                    .withMessageContaining("wait for itself")
                    .withMessageContaining("nothing is written");
        }

        @Test
        void isRefusedTheKeyAtOnce() throws SQLException {
            inHandler(plain -> {
                assertRefused(() -> plain.accept(Message.of("k:c")));
                assertRefused(() -> plain.release("k"));
                assertRefused(() -> plain.drop("k"));
                assertThat(plain.find("k")).as("what is committed").hasSize(1);
            });

            assertThat(store.size()).isZero();
            assertThat(plain.accept(Message.of("k:c"))).isInstanceOf(Outcome.Incomplete.class);
        }

        @Test
        void isRefusedNothingOnceTheTransactionIsOver() {
            AtomicReference<Joiner<Message, String>> plain = new AtomicReference<>();
            Joiner<Message, String> joiner = joiner(whole(1).listener(new JoinListener() {
                        @Override
                        public void duplicate(String join, Object key) {
                            plain.get().accept(Message.of("k:b"));
                        }
                    })
                    .identifiedBy(Message::text)
                    .rememberFor(Duration.ofHours(1)));
            plain.set(Joiner.create(
                    joining(2)
                            .identifiedBy(Message::text)
                            .expireAfter(Duration.ofHours(1))
                            .joinOnExpiry()
                            .build(),
                    store,
                    clock));
            joiner.accept(Message.of("k:a"));

            assertThat(joiner.accept(Message.of("k:a"))).isInstanceOf(Outcome.Duplicate.class);

            assertThat(store.find("k").state().open().value()).isEqualTo("b");
        }

        @Test
        void isRefusedTheKeyAloneInABatch() throws SQLException {
            inHandler(plain -> {
                List<Outcome<String>> outcomes = plain.acceptAll(
                        List.of(Message.of("j:a"), Message.of("k:c"), Message.of("l:a"), Message.of("l:b")));
                assertThat(outcomes.get(0)).isInstanceOf(Outcome.Incomplete.class);
                assertRefused(() -> {
                    throw ((Outcome.Failed<String>) outcomes.get(1)).cause();
                });
                assertThat(outcomes.get(3)).isEqualTo(joined("a+b"));
            });

            assertThat(store.size()).isEqualTo(1);
        }

        @Test
        void isRefusedTheKeyAloneInASweep() throws SQLException {
            inHandler(plain -> {
                clock.advance(Duration.ofMinutes(-2));
                plain.accept(Message.of("j:a"));
                clock.advance(Duration.ofMinutes(2));
                SweepReport report = plain.sweep();
                assertThat(report.joined()).isEqualTo(1);
                assertThat(report.failures())
                        .singleElement()
                        .satisfies(failure -> assertRefused(() -> {
                            throw failure.cause();
                        }));
            });

            assertThat(store.size()).isZero();
        }
    }

    @Test
    void specsThatContradictATransactionAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> joiner(whole(1).atMostOnce()))
                .withMessageContaining("atMostOnce");
    }

    @Test
    void aMessageWaitsForItsKeyAndForNoOther() throws Exception {
        Pause pause = new Pause();
        Joiner<Message, String> joiner = joiner(joining(2).process((value, handOver) -> {
            process(value, handOver);
            if (handOver.key().equals("k")) {
                pause.take();
            }
            return value;
        }));
        joiner.accept(Message.of("k:a"));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Outcome<String>> first = threads.submit(() -> deliver(joiner, Message.of("k:b")));
            pause.awaitHandler();
            deliver(joiner, Message.of("l:a"));
            assertThat(deliver(joiner, Message.of("l:b"))).as("another key").isEqualTo(joined("a+b"));
            Future<Outcome<String>> second = threads.submit(() -> deliver(joiner, Message.of("k:c")));
            pause.end();

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
        Pause pause = new Pause();
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            pause.take();
            return value;
        }));
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Outcome<String>> first = threads.submit(() -> joiner.accept(Message.of("k:a")));
            pause.awaitHandler();

            assertThatExceptionOfType(ContentionException.class)
                    .isThrownBy(() -> joiner.accept(Message.of("k:b")))
                    .withMessageContaining("\"k\"");

            pause.end();
            assertThat(first.get()).isEqualTo(joined("a"));
        } finally {
            pause.end();
            threads.shutdownNow();
        }
    }

    @Test
    void onAnInterruptedThreadNoHandlerBegins() throws SQLException {
        Joiner<Message, String> joiner = joiner(whole(2));
        joiner.accept(Message.of("k:a"));

        Thread.currentThread().interrupt();
        Outcome<String> outcome = joiner.accept(Message.of("k:b"));
        boolean isInterrupted = Thread.interrupted();

        assertThat(outcome).isInstanceOf(Outcome.Incomplete.class);
        assertThat(isInterrupted).as("the flag stays set").isTrue();
        assertThat(effects()).isEmpty();
        assertThat(joiner.sweep().joined()).isEqualTo(1);
        assertThat(effects()).containsExactly("COMPLETE k:a+b");
    }

    @Test
    void anInterruptByTheHandlerDoesNotUndoWhatItReturnsFrom() throws SQLException {
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            Thread.currentThread().interrupt();
            return process(value, handOver);
        }));

        Outcome<String> outcome = joiner.accept(Message.of("k:a"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcome).isEqualTo(joined("a"));
        assertThat(effects()).containsExactly("COMPLETE k:a");
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
