package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import dev.joiner.Cause;
import dev.joiner.Codec;
import dev.joiner.CodecException;
import dev.joiner.Collected;
import dev.joiner.HandOver;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.spi.Ids;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinState.Ended;
import dev.joiner.spi.JoinState.Join;
import dev.joiner.spi.StoredParts;
import dev.joiner.spi.Versioned;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Joins that collect: transactional joiners keep parts apart as plain ones do, on the connection of their transaction. */
@Timeout(60)
abstract class TransactionalPartsContract extends TransactionalFixture {
    private static final Duration HOUR = Duration.ofHours(1);

    private final List<String> given = new ArrayList<>();

    TransactionalPartsContract(Consumer<HikariConfig> options) {
        super(options);
    }

    /** One instance has all tests. */
    @BeforeEach
    void forget() {
        given.clear();
    }

    private static JoinSpec.Builder<Message, String, String, Collected<String, String>, Collected<String, String>>
            collecting(int parts) {
        return withoutIds(parts).identifiedBy(Message::text);
    }

    private static JoinSpec.Builder<Message, String, String, Collected<String, String>, Collected<String, String>>
            withoutIds(int parts) {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> message.text())
                .collecting(Message::text, Codec.string())
                .sufficientWhen((value, count) -> count >= parts);
    }

    private String give(Collected<String, String> collected, HandOver<String> handOver) {
        String parts = String.join("+", collected);
        given.add(parts);
        return parts;
    }

    private KeyedJoiner<Message, String, String, String> plain(int parts) {
        return Joiner.create(collecting(parts).process(this::give).build(), store, clock);
    }

    private KeyedJoiner<Message, String, String, String> transactional(int parts) {
        return store.transactional(collecting(parts).process(this::give).build(), clock);
    }

    private long partsStored() throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT COUNT(*) FROM joiner_joins_parts WHERE namespace = ?")) {
            statement.setString(1, namespace);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                long count = rows.getLong(1);
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
                return count;
            }
        }
    }

    private void assertNothingLeft() throws SQLException {
        assertThat(store.size()).isZero();
        assertThat(partsStored()).isZero();
    }

    @Test
    void transactionCompletesAJoinThatKeptItsPartsApart() throws SQLException {
        plain(3).accept(Message.of("k:a"));
        plain(3).accept(Message.of("k:b"));
        assertThat(partsStored()).isEqualTo(2);
        KeyedJoiner<Message, String, String, String> joiner = transactional(3);

        assertThat(joiner.accept(Message.of("k:b"))).isInstanceOf(Outcome.Duplicate.class);
        assertThat(joiner.accept(Message.of("k:c"))).isEqualTo(joined("a+b+c"));

        assertThat(given).containsExactly("a+b+c");
        assertNothingLeft();
    }

    @Test
    void transactionThatOnlyAddsAPartKeepsItApart() throws SQLException {
        transactional(4).accept(Message.of("k:a"));
        transactional(4).accept(Message.of("k:b"));
        assertThat(partsStored()).isEqualTo(2);
        plain(4).accept(Message.of("k:c"));

        assertThat(plain(4).accept(Message.of("k:a"))).isInstanceOf(Outcome.Duplicate.class);
        assertThat(plain(4).accept(Message.of("k:d"))).isEqualTo(joined("a+b+c+d"));

        plain(4).sweep();
        assertNothingLeft();
    }

    @Test
    void idOfATransactionIsADuplicateForTheNext() throws SQLException {
        KeyedJoiner<Message, String, String, String> joiner = transactional(3);
        joiner.accept(Message.of("k:a"));

        assertThat(joiner.accept(Message.of("k:a"))).isInstanceOf(Outcome.Duplicate.class);

        assertThat(partsStored()).isEqualTo(1);
    }

    @Test
    void partThatCompletesAJoinIsNotWrittenButItsIdIsKept() throws SQLException {
        JoinSpec<Message, String, String, String> spec = withoutIds(2)
                .identifiedBy(Message::text, HOUR)
                .process(this::give)
                .build();
        KeyedJoiner<Message, String, String, String> joiner = store.transactional(spec, clock);
        joiner.accept(Message.of("k:a"));

        assertThat(joiner.accept(Message.of("k:b"))).isEqualTo(joined("a+b"));

        assertThat(joiner.accept(Message.of("k:b"))).isInstanceOf(Outcome.Duplicate.class);
        assertThat(Joiner.create(spec, store, clock).accept(Message.of("k:a"))).isInstanceOf(Outcome.Duplicate.class);
        assertThat(partsStored()).as("ids").isEqualTo(2);
    }

    @Test
    void droppedJoinComesWithItsParts() throws SQLException {
        transactional(3).accept(Message.of("k:a"));
        transactional(3).accept(Message.of("k:b"));

        assertThat(transactional(3).drop("k"))
                .singleElement()
                .satisfies(join -> assertThat(join.collected().orElseThrow())
                        .map(Object::toString)
                        .containsExactly("a", "b"));

        assertNothingLeft();
    }

    /** More than one page to read, and to remove. */
    @Test
    void largeJoinIsReadAndRemovedInPages() throws SQLException {
        int parts = 2_500;
        KeyedJoiner<Message, String, String, String> joiner = transactional(parts);
        List<Message> others = new ArrayList<>();
        for (int i = 1; i < parts; i++) {
            others.add(Message.of("k:" + i));
        }
        plain(parts).acceptAll(others);

        joiner.accept(Message.of("k:last"));

        assertThat(given)
                .singleElement()
                .satisfies(all -> assertThat(all.split("\\+"))
                        .hasSize(parts)
                        .startsWith("1", "2")
                        .endsWith("last"));
        joiner.sweep();
        assertNothingLeft();
    }

    @Test
    void partsStayWhenAHandlerThrows() throws SQLException {
        plain(2).accept(Message.of("k:a"));
        Versioned<String> before = store.find("k");
        JoinSpec<Message, String, String, String> spec = collecting(2)
                .<String>process((collected, handOver) -> {
                    throw new Refused();
                })
                .build();
        Joiner<Message, String> failing = store.transactional(spec, clock);

        assertThatExceptionOfType(UndoneException.class).isThrownBy(() -> failing.accept(Message.of("k:b")));

        assertThat(store.find("k").state()).isEqualTo(before.state());
        assertThat(partsStored()).isEqualTo(1);
        assertThat(plain(2).accept(Message.of("k:b"))).isEqualTo(joined("a+b"));
    }

    @Test
    void sweepForgetsIdsOfJoinsThatHaveEnded() throws SQLException {
        JoinSpec<Message, String, String, String> spec = withoutIds(2)
                .identifiedBy(Message::text, HOUR)
                .process(this::give)
                .build();
        Joiner<Message, String> plain = Joiner.create(spec, store, clock);
        plain.accept(Message.of("k:a"));
        plain.accept(Message.of("k:b"));
        assertThat(partsStored()).as("ids").isEqualTo(2);
        Joiner<Message, String> joiner = store.transactional(spec, clock);

        assertThat(joiner.accept(Message.of("k:a"))).isInstanceOf(Outcome.Duplicate.class);
        clock.advance(HOUR);
        joiner.sweep();

        assertNothingLeft();
    }

    /** Of a join with more parts than one write takes out. */
    @Test
    void sweepTakesOutPartsOfAJoinThatHasEnded() throws SQLException {
        StoredParts parts = StoredParts.none(7).with("a", new byte[] {1}).with(null, new byte[] {2});
        Join<String> join = new Join<>("v", 2, 1_000, JoinState.NEVER, JoinState.NEVER, Ids.NONE, false, parts);
        Versioned<String> open = Versioned.of(1, new JoinState<>(join, List.of(), null, 0));
        store.compareAndExchange("k", null, open);
        Ended ended = new Ended(7, 2, 2, 1_000, 0, Cause.COMPLETE);
        store.compareAndExchange("k", open, Versioned.of(2, new JoinState<>(null, List.of(), null, 0, List.of(ended))));
        assertThat(partsStored()).isEqualTo(2);

        transactional(2).sweep();

        assertNothingLeft();
    }

    @Test
    void sweepHandsOverAJoinThatKeptItsPartsApart() throws SQLException {
        JoinSpec<Message, String, String, String> spec = collecting(3)
                .expireAfter(HOUR)
                .joinOnExpiry()
                .process(this::give)
                .build();
        Joiner<Message, String> plain = Joiner.create(spec, store, clock);
        plain.accept(Message.of("k:a"));
        plain.accept(Message.of("k:b"));
        clock.advance(HOUR);

        assertThat(store.transactional(spec, clock).sweep().joined()).isEqualTo(1);

        assertThat(given).containsExactly("a+b");
        assertNothingLeft();
    }

    @Test
    void partsOfAnEntryThatCannotBeReadGoWithIt() throws SQLException {
        plain(3).accept(Message.of("k:a"));
        JdbcJoinStore<String, String> unreadable = JdbcJoinStore.builder(pool)
                .namespace(namespace)
                .valueCodec(Codec.of(Codec.string()::encode, bytes -> {
                    throw new IllegalStateException("cannot decode");
                }))
                .build();
        KeyedJoiner<Message, String, String, String> joiner =
                unreadable.transactional(collecting(3).process(this::give).build(), clock);
        assertThatExceptionOfType(CodecException.class).isThrownBy(() -> joiner.accept(Message.of("k:b")));
        assertThat(partsStored()).isEqualTo(1);

        assertThat(joiner.drop("k")).hasSize(1);

        assertNothingLeft();
    }
}
