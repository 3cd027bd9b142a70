package dev.joiner.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.Codec;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.PendingJoin.Status;
import dev.joiner.ProcessingException;
import dev.joiner.StoreException;
import dev.joiner.SweepException;
import dev.joiner.SweepReport;
import dev.joiner.spi.JoinState.Flight;
import dev.joiner.store.jdbc.internal.ForwardingDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transactional joiner does when no message comes: sweeps, releases, drops, and its end; on one database. */
@Timeout(60)
abstract class TransactionalSweepContract extends TransactionalFixture {
    private static final int MORE_THAN_A_PAGE = 1_100;
    private static final SweepReport NOTHING = new SweepReport(0, 0, 0, 0, 0, 0, List.of());

    TransactionalSweepContract(Consumer<HikariConfig> options) {
        super(options);
    }

    @Test
    void aSweepHandsEachKeyOverInATransactionOfItsOwn() throws SQLException {
        boolean[] fails = {true};
        KeyedJoiner<Message, String, String, String> joiner =
                joiner(joining(2).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
                    process(value, handOver);
                    if (fails[0] && handOver.key().equals("bad")) {
                        throw new Refused();
                    }
                }));
        joiner.acceptAll(List.of(Message.of("good:a"), Message.of("bad:a"), Message.of("other:a")));
        clock.advance(Duration.ofMinutes(1));

        SweepReport report = joiner.sweep();

        assertThat(report.expired()).isEqualTo(2);
        assertThat(report.failed()).isEqualTo(1);
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.key()).isEqualTo("bad");
            assertThat(failure.cause()).isInstanceOf(ProcessingException.class);
        });
        assertThat(effects()).containsExactly("EXPIRED good:a", "EXPIRED other:a");
        assertThat(joiner.find("bad")).singleElement().satisfies(join -> {
            assertThat(join.status()).isEqualTo(Status.FAILED);
            assertThat(join.attempts()).isEqualTo(1);
        });
        assertThat(joiner.sweep()).as("before its backoff is over").isEqualTo(NOTHING);

        fails[0] = false;
        clock.advance(Duration.ofMinutes(1));
        assertThat(joiner.sweep().expired()).isEqualTo(1);
        assertThat(effects()).containsExactly("EXPIRED bad:a", "EXPIRED good:a", "EXPIRED other:a");
        assertThat(store.size()).isZero();
    }

    @Test
    void attemptsOfSweepsAreCountedThoughWhatTheyWroteIsUndone() throws SQLException {
        List<String> attempts = new ArrayList<>();
        Joiner<Message, String> joiner =
                joiner(joining(2).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
                    process(value, handOver);
                    attempts.add(handOver.attempt() + " after "
                            + handOver.lastError().map(text -> text.contains("Refused")));
                    throw new Refused();
                }));
        joiner.accept(Message.of("k:a"));

        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofMinutes(2));
            assertThat(joiner.sweep().failed()).isEqualTo(1);
        }

        assertThat(attempts)
                .containsExactly("1 after Optional.empty", "2 after Optional[true]", "3 after Optional[true]");
        assertThat(effects()).isEmpty();
    }

    /** The database, which gives no connection while it is away. */
    private DataSource leaving(AtomicBoolean isAway) {
        return new ForwardingDataSource(pool) {
            @Override
            public Connection getConnection() throws SQLException {
                if (isAway.get()) {
                    throw new SQLTransientConnectionException("away", "08001");
                }
                return pool.getConnection();
            }

            @Override
            public Connection getConnection(String user, String password) {
                throw new UnsupportedOperationException();
            }
        };
    }

    @Test
    void aSweepThatTheDatabaseBreaksOffTellsWhatItHasHandedOver() {
        AtomicBoolean isAway = new AtomicBoolean();
        KeyedJoiner<Message, String, String, String> joiner = customize(
                        JdbcJoinStore.builder(leaving(isAway)).valueCodec(Codec.string()))
                .namespace(namespace)
                .build()
                .transactional(
                        thatExpires((value, handOver) -> isAway.set(true)).build(), clock);
        joiner.acceptAll(List.of(Message.of("k:a"), Message.of("l:a")));
        clock.advance(Duration.ofMinutes(1));

        assertThatExceptionOfType(SweepException.class)
                .isThrownBy(joiner::sweep)
                .withMessageContaining("away")
                .satisfies(brokenOff ->
                        assertThat(brokenOff.report()).isEqualTo(new SweepReport(0, 1, 0, 0, 0, 0, List.of())));
        isAway.set(false);
        assertThat(joiner.sweep().expired()).isEqualTo(1);
    }

    @Test
    void aReexaminationThatTheDatabaseBreaksOffTellsWhatItHasHandedOver() {
        AtomicBoolean isAway = new AtomicBoolean();
        joiner(joining(9)).acceptAll(List.of(Message.of("k:a"), Message.of("l:a")));
        KeyedJoiner<Message, String, String, String> joiner = customize(
                        JdbcJoinStore.builder(leaving(isAway)).valueCodec(Codec.string()))
                .namespace(namespace)
                .build()
                .transactional(
                        joining(1)
                                .process(value -> {
                                    isAway.set(true);
                                    return value;
                                })
                                .build(),
                        clock);

        assertThatExceptionOfType(SweepException.class)
                .isThrownBy(joiner::reexamine)
                .satisfies(brokenOff -> assertThat(brokenOff.report().joined()).isEqualTo(1));
    }

    private JoinSpec.Builder<Message, String, String, String, String> thatExpires(
            JoinSpec.Handler<String, String> handler) {
        return joining(9).expireAfter(Duration.ofMinutes(1)).onExpired(handler);
    }

    private interface Failure {
        void happen() throws Exception;
    }

    /** A join whose handler fails each time, under {@code retry(2)}. */
    @Nested
    class Attempts {
        private final List<String> seen = new ArrayList<>();

        private void note(String kind, HandOver<String> handOver) {
            seen.add(kind + " " + handOver.attempt());
        }

        private JoinSpec.Builder<Message, String, String, String, String> failing(Failure failure) {
            return thatExpires((value, handOver) -> {
                        process(value, handOver);
                        note("expired", handOver);
                        failure.happen();
                    })
                    .retry(2, Duration.ofMinutes(1));
        }

        private JoinSpec.Builder<Message, String, String, String, String> thatThrows() {
            return failing(() -> {
                throw new Refused();
            });
        }

        private void onPoisoned(String value, HandOver<String> handOver) throws SQLException {
            note("poisoned", handOver);
            process("poison", handOver);
        }

        @Test
        void thatThrowEndInOnPoisonedInTheSameTransaction() throws SQLException {
            Joiner<Message, String> joiner = joiner(thatThrows().onPoisoned(this::onPoisoned));
            joiner.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(1));

            assertThat(joiner.sweep().failed()).isEqualTo(1);
            assertThat(joiner.sweep()).as("before its backoff is over").isEqualTo(NOTHING);
            clock.advance(Duration.ofMinutes(1));
            assertThat(joiner.sweep().poisoned()).isEqualTo(1);

            assertThat(seen).containsExactly("expired 1", "expired 2", "poisoned 2");
            assertThat(effects()).containsExactly("EXPIRED k:poison");
            assertThat(store.size()).isZero();
        }

        @Test
        void thatThrowEndParked() throws SQLException {
            KeyedJoiner<Message, String, String, String> joiner =
                    joiner(thatThrows().parkPoisoned());
            joiner.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(1));

            joiner.sweep();
            clock.advance(Duration.ofMinutes(1));
            assertThat(joiner.sweep().parked()).isEqualTo(1);

            assertThat(joiner.find("k")).extracting(PendingJoin::status).containsExactly(Status.PARKED);
            assertThat(effects()).isEmpty();
            clock.advance(Duration.ofDays(1));
            assertThat(joiner.sweep()).isEqualTo(NOTHING);
            assertThat(joiner.release("k")).singleElement().isInstanceOf(Outcome.Failed.class);
            assertThat(seen).containsExactly("expired 1", "expired 2", "expired 1");
        }

        @ParameterizedTest
        @ValueSource(strings = {"ROLLBACK", "COMMIT", "swallows"})
        void whoseTransactionEndsAreCountedInOneOfTheirOwn(String how) throws SQLException {
            Joiner<Message, String> joiner = joiner(failing(() -> spoil(how)).onPoisoned(this::onPoisoned));
            joiner.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(1));

            assertThat(joiner.sweep().failed()).isEqualTo(1);
            assertThat(store.find("k").state().inFlight())
                    .extracting(Flight::status, Flight::attempts)
                    .containsExactly(tuple(Flight.Status.THREW, 1));
            assertThat(joiner.sweep()).as("before its backoff is over").isEqualTo(NOTHING);
            clock.advance(Duration.ofMinutes(1));
            assertThat(joiner.sweep().failed()).isEqualTo(1);
            clock.advance(Duration.ofHours(1));
            assertThat(joiner.sweep().poisoned()).isEqualTo(1);

            assertThat(seen).containsExactly("expired 1", "expired 2", "poisoned 2");
            assertThat(effects())
                    .filteredOn(effect -> !(how.equals("COMMIT") && effect.equals("EXPIRED k:a")))
                    .containsExactly("EXPIRED k:poison");
            assertThat(store.size()).isZero();
        }

        @Test
        void whoseTransactionEndsAreParkedInOneOfTheirOwn() throws SQLException {
            KeyedJoiner<Message, String, String, String> joiner =
                    joiner(failing(() -> spoil("ROLLBACK")).parkPoisoned());
            joiner.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(1));

            joiner.sweep();
            clock.advance(Duration.ofMinutes(1));
            SweepReport report = joiner.sweep();

            assertThat(report.parked()).isEqualTo(1);
            assertThat(report.failed()).isEqualTo(1);
            assertThat(joiner.find("k")).extracting(PendingJoin::status).containsExactly(Status.PARKED);
        }

        @Test
        void ofAReleaseAreCountedTooIfTheTransactionEnds() throws SQLException {
            KeyedJoiner<Message, String, String, String> joiner = joiner(joining(9)
                    .process((value, handOver) -> {
                        note("forced", handOver);
                        spoil("ROLLBACK");
                        return value;
                    })
                    .retry(2, Duration.ofMinutes(1))
                    .parkPoisoned());
            joiner.accept(Message.of("k:a"));

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> joiner.release("k"))
                    .withMessageContaining("ended the transaction");
            assertThat(joiner.sweep()).as("before its backoff is over").isEqualTo(NOTHING);
            clock.advance(Duration.ofMinutes(1));
            assertThat(joiner.sweep().parked()).isEqualTo(1);

            assertThat(seen).containsExactly("forced 1", "forced 2");
        }

        @Test
        void thatAreUsedUpLetARedeliveredMessageGoToOnPoisoned() throws SQLException {
            boolean[] refuses = {true};
            Joiner<Message, String> joiner = joiner(joining(1)
                    .identifiedBy(Message::text)
                    .<String>process((value, handOver) -> {
                        note("joined", handOver);
                        throw new Refused();
                    })
                    .retry(1)
                    .onPoisoned((value, handOver) -> {
                        onPoisoned(value, handOver);
                        if (refuses[0]) {
                            throw new Refused();
                        }
                    }));
            Thread.currentThread().interrupt();
            joiner.accept(Message.of("k:a")); // left to a sweep
            assertThat(Thread.interrupted()).isTrue();
            assertThat(joiner.sweep().failed()).isEqualTo(1);

            assertThatExceptionOfType(UndoneException.class).isThrownBy(() -> joiner.accept(Message.of("k:a")));
            refuses[0] = false;
            assertThatExceptionOfType(ProcessingException.class)
                    .isThrownBy(() -> joiner.accept(Message.of("k:a")))
                    .satisfies(e -> assertThat(e.isSafe()).isTrue());

            assertThat(seen).containsExactly("joined 1", "poisoned 1", "poisoned 1", "poisoned 1");
            assertThat(effects()).containsExactly("COMPLETE k:poison");
            assertThat(store.size()).isZero();
        }

        @Test
        void areNotCountedOverWhatOthersHaveWrittenSince() throws SQLException {
            Joiner<Message, String> other = Joiner.create(joining(9).build(), open(namespace), clock);
            Joiner<Message, String> joiner = joiner(failing(() -> {
                        spoil("ROLLBACK");
                        other.accept(Message.of("k:b"));
                    })
                    .parkPoisoned());
            joiner.accept(Message.of("k:a"));
            clock.advance(Duration.ofMinutes(1));

            assertThat(joiner.sweep().failed()).isEqualTo(1);

            assertThat(store.find("k").state().open().value()).isEqualTo("a+b");
            assertThat(store.find("k").state().inFlight()).isEmpty();
        }

        /** As if nothing had happened, the handler returns. */
        private void spoil(String how) throws SQLException {
            if (how.equals("swallows")) {
                try {
                    end("INSERT INTO no_such_table VALUES (1)");
                } catch (SQLException e) {
                    if (!pool.getJdbcUrl().startsWith("jdbc:postgresql:")) {
                        end("ROLLBACK"); // only on PostgreSQL does the transaction fail with its statement
                    }
                }
            } else {
                end(how);
            }
        }

        @Test
        void ofOneOfSeveralAreNotCountedForTheOthers() throws SQLException {
            boolean[] refuses = {true};
            Joiner<Message, String> joiner = joiner(thatExpires((value, handOver) -> {
                        process(value, handOver);
                        note(value, handOver);
                        if (refuses[0]) {
                            throw new Refused();
                        }
                        if (value.equals("b")) {
                            spoil("ROLLBACK");
                        }
                    })
                    .retry(9, Duration.ofMinutes(1))
                    .parkPoisoned());
            for (String message : List.of("k:a", "k:b", "k:c")) {
                joiner.accept(Message.of(message));
                clock.advance(Duration.ofMinutes(1));
                joiner.sweep();
            }
            refuses[0] = false;
            seen.clear();
            clock.advance(Duration.ofHours(1));

            SweepReport report = joiner.sweep();

            assertThat(report.expired()).isEqualTo(2);
            assertThat(report.failed()).isEqualTo(1);
            assertThat(effects()).containsExactly("EXPIRED k:a", "EXPIRED k:c");
            assertThat(store.find("k").state().inFlight())
                    .singleElement()
                    .satisfies(flight -> assertThat(flight.join().value()).isEqualTo("b"));
        }
    }

    @Test
    void aHandlerThatCommitsAndThrowsIsAFailedAttempt() throws SQLException {
        Joiner<Message, String> joiner =
                joiner(joining(2).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
                    process(value, handOver);
                    end("COMMIT");
                    process("not committed", handOver);
                    throw new Refused();
                }));
        joiner.accept(Message.of("k:a"));
        clock.advance(Duration.ofMinutes(1));

        assertThat(joiner.sweep().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.cause()).isInstanceOf(ProcessingException.class));

        assertThat(effects()).containsExactly("EXPIRED k:a");
        assertThat(store.find("k").state().inFlight())
                .extracting(Flight::attempts)
                .containsExactly(1);
        assertThat(joiner.sweep()).as("before its backoff is over").isEqualTo(NOTHING);
    }

    @Test
    void aRollbackByTheDatabaseUndoesAllThatASweepDidForTheKey() throws SQLException {
        boolean[] rollsBack = {true};
        Joiner<Message, String> joiner =
                joiner(joining(2).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
                    process(value, handOver);
                    if (rollsBack[0]) {
                        end("ROLLBACK");
                        throw new Refused();
                    }
                }));
        joiner.accept(Message.of("k:a"));
        clock.advance(Duration.ofMinutes(1));

        assertThat(joiner.sweep().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.cause()).hasMessageContaining("ended the transaction"));

        assertThat(effects()).isEmpty();
        assertThat(joiner.sweep()).as("before its backoff is over").isEqualTo(NOTHING);
        rollsBack[0] = false;
        clock.advance(Duration.ofMinutes(1));
        assertThat(joiner.sweep().expired()).isEqualTo(1);
        assertThat(effects()).containsExactly("EXPIRED k:a");
    }

    @Test
    void oneOfSeveralHandOversOfAKeyMayFailAlone() throws SQLException {
        boolean[] fails = {true};
        Joiner<Message, String> joiner =
                joiner(joining(9).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
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
    void moreThanAPageIsSweptByTwoNodesAtOnce() throws Exception {
        Joiner<Message, String> joiner =
                joiner(whole(2).expireAfter(Duration.ofMinutes(1)).joinOnExpiry());
        Joiner<Message, String> other =
                joiner(whole(2).expireAfter(Duration.ofMinutes(1)).joinOnExpiry());
        plain(whole(2).expireAfter(Duration.ofMinutes(1)).joinOnExpiry())
                .acceptAll(IntStream.range(0, MORE_THAN_A_PAGE)
                        .mapToObj(i -> Message.of("k" + i + ":a"))
                        .toList());
        clock.advance(Duration.ofMinutes(1));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        SweepReport ofOther;
        SweepReport report;
        try {
            Future<SweepReport> sweep = thread.submit(() -> other.sweep());
            report = joiner.sweep();
            ofOther = sweep.get();
        } finally {
            thread.shutdownNow();
        }

        // Where the database lets neighbours fail each other, the next sweep does what is left.
        int left = MORE_THAN_A_PAGE - report.joined() - ofOther.joined();
        assertThat(left).isLessThanOrEqualTo(report.failed() + ofOther.failed());
        assertThat(joiner.sweep().joined()).isEqualTo(left);
        assertThat(effects()).hasSize(MORE_THAN_A_PAGE).doesNotHaveDuplicates();
        assertThat(store.size()).isZero();
    }

    private KeyedJoiner<Message, String, String, String> plain(
            JoinSpec.Builder<Message, String, String, String, String> spec) {
        return Joiner.create(spec.build(), store, clock);
    }

    @Test
    void anotherNodesClaimIsLeftAloneUntilItsLeaseIsOver() throws SQLException {
        KeyedJoiner<Message, String, String, String> transactional = joiner(whole(1));
        List<Object> seen = new ArrayList<>();
        Joiner<Message, String> plain = plain(joining(1).process((value, handOver) -> {
            seen.add(transactional.sweep());
            seen.add(transactional.release("k"));
            seen.add(transactional.drop("k"));
            assertThat(effects()).isEmpty();
            clock.advance(Duration.ofMinutes(2));
            seen.add(transactional.sweep().joined());
            return value;
        }));

        Outcome<String> outcome = plain.accept(Message.of("k:a"));

        assertThat(seen).containsExactly(NOTHING, List.of(), List.of(), 1);
        assertThat(outcome).isEqualTo(new Outcome.Joined<>("a", false));
        assertThat(effects()).containsExactly("COMPLETE k:a");
        assertThat(store.size()).isZero();
    }

    @Test
    void aMessageIsTakenBesideAnotherNodesClaim() throws SQLException {
        KeyedJoiner<Message, String, String, String> transactional = joiner(whole(1));
        Joiner<Message, String> plain = plain(joining(1).process((value, handOver) -> {
            assertThat(transactional.accept(Message.of("k:b"))).isEqualTo(joined("b"));
            return value;
        }));

        assertThat(plain.accept(Message.of("k:a"))).isEqualTo(joined("a"));

        assertThat(effects()).containsExactly("COMPLETE k:b");
        assertThat(store.size()).isZero();
    }

    @Test
    void whatCannotBeReadIsReportedAndStopsNothing() throws SQLException {
        JdbcJoinStore<String, Long> numbers = JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .valueCodec(Codec.longs())
                .build();
        KeyedJoiner<Message, String, Long, Long> ofNumbers = Joiner.create(
                JoinSpec.joining(Message.class)
                        .keyedBy(Message::key)
                        .<Long>mergedBy((message, pending) -> 7L)
                        .sufficientWhen(value -> false)
                        .expireAfter(Duration.ofSeconds(1))
                        .joinOnExpiry()
                        .build(),
                numbers,
                clock);
        AtomicInteger tries = new AtomicInteger();
        Codec<String> letters = Codec.of(text -> text.getBytes(UTF_8), bytes -> {
            if (bytes.length == Long.BYTES) {
                tries.incrementAndGet();
                throw new IllegalArgumentException("a number");
            }
            return new String(bytes, UTF_8);
        });
        store = JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .valueCodec(letters)
                .build();
        ofNumbers.acceptAll(IntStream.range(0, MORE_THAN_A_PAGE)
                .mapToObj(i -> Message.of("number" + i + ":7"))
                .toList());
        KeyedJoiner<Message, String, String, String> joiner =
                joiner(whole(2).expireAfter(Duration.ofMinutes(1)).joinOnExpiry());
        joiner.accept(Message.of("k:a"));
        clock.advance(Duration.ofMinutes(1));

        SweepReport report = joiner.sweep();

        assertThat(report.joined()).isEqualTo(1);
        assertThat(report.failed()).isEqualTo(MORE_THAN_A_PAGE);
        assertThat(tries).as("each once").hasValue(MORE_THAN_A_PAGE);
        assertThat(report.failures())
                .allSatisfy(failure -> assertThat(failure.key()).asString().startsWith("number"));
        assertThat(joiner.reexamine().failed()).isEqualTo(MORE_THAN_A_PAGE);
        assertThat(joiner.find("number7")).extracting(PendingJoin::status).containsExactly(Status.UNREADABLE);
        assertThat(joiner.drop("number7"))
                .singleElement()
                .satisfies(join -> assertThat(join.status()).isEqualTo(Status.UNREADABLE))
                .satisfies(join -> assertThat(join.bytes()).isPresent());
        assertThat(store.size()).isEqualTo(MORE_THAN_A_PAGE - 1);
    }

    @Test
    void aSweepEndsThoughItsClockIsSetBack() {
        List<String> tried = new ArrayList<>();
        Joiner<Message, String> joiner =
                joiner(joining(2).expireAfter(Duration.ofMinutes(1)).onExpired((value, handOver) -> {
                    tried.add(handOver.key());
                    clock.set(clock.instant().minus(Duration.ofHours(1)));
                    throw new Refused();
                }));
        IntStream.range(0, 20).forEach(i -> joiner.accept(Message.of("k" + i + ":a")));
        clock.advance(Duration.ofMinutes(2));

        assertThat(joiner.sweep().failed()).isEqualTo(20);

        assertThat(tried).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void aSweepStopsWhenItIsToldToOrInterrupted() throws SQLException {
        Joiner<Message, String> joiner = joiner(joining(2)
                .process((value, handOver) -> {
                    if (value.equals("interrupt")) {
                        Thread.currentThread().interrupt();
                    }
                    return process(value, handOver);
                })
                .expireAfter(Duration.ofMinutes(1))
                .joinOnExpiry());
        IntStream.range(0, 10).forEach(i -> joiner.accept(Message.of("k" + i + ":" + (i < 2 ? i : "interrupt"))));
        clock.advance(Duration.ofMinutes(2));

        assertThat(joiner.sweep(() -> false)).isEqualTo(NOTHING);
        int[] asked = {0};
        assertThat(joiner.sweep(() -> asked[0]++ < 3).joined()).isLessThan(3);
        Thread.interrupted();
        assertThat(effects()).hasSizeLessThan(3);

        int before = effects().size();
        SweepReport interrupted = joiner.sweep();
        assertThat(Thread.interrupted()).as("the flag stays set").isTrue();
        assertThat(interrupted.joined()).isBetween(1, 3);
        assertThat(effects()).hasSize(before + interrupted.joined());
        Thread.currentThread().interrupt();
        assertThat(joiner.sweep()).isEqualTo(NOTHING);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatIsReleasedOrDroppedIsOneTransactionToo() throws SQLException {
        KeyedJoiner<Message, String, String, String> joiner = joiner(whole(3));
        joiner.acceptAll(List.of(Message.of("k:a"), Message.of("l:a")));

        assertThat(joiner.release("k")).containsExactly(joined("a"));
        assertThat(joiner.drop("l"))
                .singleElement()
                .satisfies(join -> assertThat(join.value()).contains("a"));
        assertThat(joiner.drop("m")).isEmpty();
        assertThat(joiner.release("m")).isEmpty();
        assertThat(joiner.find("k")).isEmpty();

        assertThat(effects()).containsExactly("FORCED k:a");
        assertThat(store.size()).isZero();
    }

    @Test
    void aReleaseThatThrowsIsAFailedAttempt() throws SQLException {
        boolean[] fails = {true};
        KeyedJoiner<Message, String, String, String> joiner = joiner(joining(3).process((value, handOver) -> {
            process(value, handOver);
            if (fails[0]) {
                throw new Refused();
            }
            return value;
        }));
        joiner.accept(Message.of("k:a"));

        List<Outcome<String>> outcomes = joiner.release("k");

        assertThat(outcomes).singleElement().isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.cause()).isInstanceOf(ProcessingException.class).hasCauseInstanceOf(Refused.class);
            assertThat(failed.isSafe()).isTrue();
        });
        assertThat(effects()).isEmpty();
        assertThat(store.find("k").state().inFlight())
                .extracting(Flight::status, Flight::attempts)
                .containsExactly(tuple(Flight.Status.THREW, 1));
        fails[0] = false;
        assertThat(joiner.release("k")).containsExactly(joined("a"));
        assertThat(effects()).containsExactly("FORCED k:a");
    }

    @Test
    void joinsThatAreWholeByNowAreHandedOverWhenTheyAreExaminedAgain() throws SQLException {
        Joiner<Message, String> strict = joiner(whole(3));
        List.of("k:a", "k:b", "l:a", "m:a", "m:b").forEach(message -> strict.accept(Message.of(message)));

        SweepReport report = joiner(whole(2)).reexamine();

        assertThat(report.joined()).isEqualTo(2);
        assertThat(effects()).containsExactly("COMPLETE k:a+b", "COMPLETE m:a+b");
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void whatWaitsIsSeenWithoutATransaction() {
        KeyedJoiner<Message, String, String, String> joiner = joiner(whole(2));
        joiner.accept(Message.of("k:a"));
        clock.advance(Duration.ofMinutes(1));

        assertThat(joiner.find("k")).extracting(PendingJoin::value).containsExactly(Optional.of("a"));
        assertThat(joiner.pending(10).joins()).hasSize(1);
        assertThat(joiner.pending(Duration.ofSeconds(1), 10)).hasSize(1);
        assertThat(joiner.counts().waiting()).isEqualTo(1);
        assertThat(joiner).asString().contains("Message", "JdbcJoinStore", "joiner_joins", namespace);
    }

    @Test
    void closingWaitsForTheHandlerAndLetsNoneBegin() throws Exception {
        Pause pause = new Pause();
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            process(value, handOver);
            pause.take();
            return value;
        }));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Outcome<String>> first = threads.submit(() -> joiner.accept(Message.of("k:a")));
            pause.awaitHandler();
            assertThat(joiner.isClosed()).isFalse();
            Future<?> closing = threads.submit(() -> joiner.close(ChronoUnit.FOREVER.getDuration()));
            await().untilAsserted(() -> assertThatIllegalStateException()
                    .isThrownBy(() -> joiner.sweep(() -> false))
                    .withMessageContaining("closed"));
            assertThat(closing).isNotDone();
            assertThat(joiner.isClosed()).isTrue();
            pause.end();

            assertThat(first.get()).isEqualTo(joined("a"));
            closing.get();
        } finally {
            pause.end();
            threads.shutdownNow();
        }
        assertThat(effects()).containsExactly("COMPLETE k:a");
        assertThatIllegalStateException().isThrownBy(() -> joiner.accept(Message.of("l:a")));
        joiner.close();
    }

    @Test
    void closingWaitsNoLongerThanItIsTold() throws Exception {
        Pause pause = new Pause();
        Joiner<Message, String> joiner = joiner(joining(1).process((value, handOver) -> {
            pause.take();
            return value;
        }));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Outcome<String>> first = thread.submit(() -> joiner.accept(Message.of("k:a")));
            pause.awaitHandler();

            joiner.close(Duration.ofMillis(1));

            assertThat(first).isNotDone();
            pause.end();
            first.get();
        } finally {
            pause.end();
            thread.shutdownNow();
        }
    }

    @Test
    void aMessageThatHasWaitedForItsKeyWhileItsJoinerClosesIsLeftToOthers() throws Exception {
        Pause pause = new Pause();
        KeyedJoiner<Message, String, String, String> other =
                joiner(joining(1).identifiedBy(Message::text).process((value, handOver) -> {
                    pause.take();
                    return process(value, handOver);
                }));
        CountDownLatch arrived = new CountDownLatch(1);
        Joiner<Message, String> joiner = joiner(JoinSpec.joining(Message.class)
                .keyedBy(message -> {
                    arrived.countDown();
                    return message.key();
                })
                .<String>mergedBy((message, pending) -> message.text())
                .sufficientWhen(value -> true)
                .process(this::process));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        Outcome<String> second;
        try {
            Future<Outcome<String>> first = threads.submit(() -> deliver(other, Message.of("k:a")));
            pause.awaitHandler();
            Future<Outcome<String>> waiting = threads.submit(() -> {
                try {
                    return joiner.accept(Message.of("k:b"));
                } catch (StoreException e) { // where the database lets neighbours fail each other
                    assertThat(e).hasMessageContaining("nothing of it is written");
                    return null;
                }
            });
            arrived.await();
            joiner.close(Duration.ZERO);
            pause.end();

            assertThat(first.get()).isEqualTo(joined("a"));
            second = waiting.get();
        } finally {
            pause.end();
            threads.shutdownNow();
        }
        if (second != null) {
            assertThat(second).isInstanceOf(Outcome.Incomplete.class);
        }
        assertThat(effects()).containsExactly("COMPLETE k:a");
        assertThat(other.sweep().joined()).isEqualTo(second == null ? 0 : 1);
    }

    @Test
    void aHandlerThatClosesItsJoinerDoesNotWaitForItself() throws SQLException {
        AtomicReference<Joiner<Message, String>> joiner = new AtomicReference<>();
        joiner.set(joiner(joining(1).process((value, handOver) -> {
            joiner.get().close(Duration.ofHours(1));
            return process(value, handOver);
        })));

        assertThat(joiner.get().accept(Message.of("k:a"))).isEqualTo(joined("a"));

        assertThat(effects()).containsExactly("COMPLETE k:a");
    }
}
