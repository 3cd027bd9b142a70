package dev.joiner.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.spi.JoinState;
import dev.joiner.spi.JoinStore.Entry;
import dev.joiner.spi.JoinStore.Page;
import dev.joiner.store.jdbc.JoiningProcess.Message;
import dev.joiner.store.jdbc.JoiningProcess.Task;
import dev.joiner.test.servers.JavaProcess;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Processes that join the same messages, one after the other, each killed in the middle; the last one is not. */
final class KillCampaign {
    /** Of up to three hand-overs in a process, some last: what is killed is not always the same join. */
    private static final int MOST_HAND_OVERS = 3;

    private static final long LONGEST_MOMENT = TimeUnit.MILLISECONDS.toNanos(3);
    private static final int KILLED = 128 + 9;

    /** What the handlers write. */
    enum Effects {
        /** As part of the store's transaction. */
        TRANSACTIONAL,
        /** On a connection of their own. */
        AT_LEAST_ONCE
    }

    private final String url;
    private final KillPoint point;
    private final Effects kind;
    private final int kills;
    private final int joins;
    private final String name;
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    /** The joins that were handed over when their process was killed. */
    private final Set<String> killed = new HashSet<>();

    private int done;
    private int signals;
    private Map<String, List<String>> effects = Map.of();

    KillCampaign(String url, KillPoint point, Effects kind, int kills) {
        this.url = url;
        this.point = point;
        this.kind = kind;
        this.kills = kills;
        joins = MOST_HAND_OVERS * (kills + 1);
        name = ("effects_" + kind + "_" + point.name() + "_" + Long.toUnsignedString(seed)).toLowerCase(Locale.ROOT);
    }

    /** Fails unless each join has come to what it should. */
    void run() throws SQLException {
        // Without a constraint, so that a join that comes twice shows.
        execute("CREATE TABLE " + name + " (join_key VARCHAR(100) NOT NULL, content VARCHAR(100) NOT NULL)");
        while (done < kills) {
            kill();
            done++;
        }
        JoiningProcess.run(task(0, false));

        effects = effects();
        assertThat(effects).as("joins; seed %d", seed).hasSize(joins);
        IntStream.range(0, joins).forEach(this::requireComplete);
        requireNothingButTombstones();
    }

    private Task task(int nth, boolean halts) {
        // Each process finds the leases of the one before it ended.
        Duration age = JoiningProcess.LEASE.multipliedBy(2L * done);
        return new Task(url, name, joins, seed, kind == Effects.TRANSACTIONAL, age, point, nth, halts);
    }

    private void kill() throws SQLException {
        if (point == KillPoint.ANY_MOMENT) {
            killAtAnyMoment();
        } else {
            killAtPoint(1 + random.nextInt(MOST_HAND_OVERS), random.nextBoolean());
        }
    }

    /** Between the first join and the last that the process gets to, where it waits if this one is slow. */
    private void killAtAnyMoment() {
        try (JavaProcess process = JavaProcess.start(
                JoiningProcess.class, task(MOST_HAND_OVERS, false).toArguments())) {
            process.awaitLine(line -> line.startsWith("joined "));
            LockSupport.parkNanos(random.nextLong(LONGEST_MOMENT)); // a moment that nobody has chosen
            kill(process);
        }
    }

    private void killAtPoint(int nth, boolean halts) throws SQLException {
        String key;
        try (JavaProcess process =
                JavaProcess.start(JoiningProcess.class, task(nth, halts).toArguments())) {
            key = process.awaitLine(line -> line.startsWith("at ")).substring("at ".length());
            if (halts) {
                assertThat(process.awaitExit()).isEqualTo(JoiningProcess.HALTED);
            } else {
                kill(process);
            }
        }
        killed.add(key);
        if (kind == Effects.TRANSACTIONAL) {
            assertThat(effects().getOrDefault(key, List.of()))
                    .as("effects of %s, killed %s; seed %d", key, point, seed)
                    .hasSize(point.effects());
        }
    }

    private void kill(JavaProcess process) {
        process.kill();
        assertThat(process.awaitExit()).isEqualTo(KILLED);
        signals++;
    }

    private void requireComplete(int join) {
        String key = new Message(join, 0).key();
        boolean mayRepeat = kind == Effects.AT_LEAST_ONCE && killed.contains(key);
        assertThat(effects.get(key))
                .as("effects of %s; seed %d", key, seed)
                .hasSizeBetween(1, mayRepeat ? 1 + kills : 1)
                .allSatisfy(content -> assertThat(content.split("\\+"))
                        .containsExactlyInAnyOrderElementsOf(JoiningProcess.content(join)));
    }

    private void requireNothingButTombstones() {
        try (HikariDataSource pool = JoiningProcess.pool(url)) {
            JdbcJoinStore<String, String> store = JoiningProcess.store(pool, name);
            assertThat(store.size()).isEqualTo(joins);
            Page<String, String> page = store.scan(null, joins);
            assertThat(page.entries()).hasSize(joins).extracting(Entry::held).allSatisfy(held -> {
                JoinState<String> state = held.state();
                assertThat(state.open()).isNull();
                assertThat(state.inFlight()).isEmpty();
                assertThat(state.closed()).isNotNull();
            });
        }
    }

    private void execute(String sql) throws SQLException {
        try (HikariDataSource pool = JoiningProcess.pool(url);
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What is written, by key. */
    private Map<String, List<String>> effects() throws SQLException {
        try (HikariDataSource pool = JoiningProcess.pool(url);
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT join_key, content FROM " + name)) {
            Map<String, List<String>> found = new HashMap<>();
            while (rows.next()) {
                found.computeIfAbsent(rows.getString(1), key -> new ArrayList<>())
                        .add(rows.getString(2));
            }
            return found;
        }
    }

    /** The rest of a table's row. */
    String result() {
        long once = effects.values().stream().filter(all -> all.size() == 1).count();
        return Stream.of(point, done, signals, joins, once, joins - effects.size(), effects.size() - once)
                .map(String::valueOf)
                .collect(Collectors.joining(" | ", " | ", " |"));
    }
}
