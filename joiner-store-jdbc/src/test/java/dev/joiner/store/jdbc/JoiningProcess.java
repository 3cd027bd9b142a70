package dev.joiner.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Joins messages, as a consumer does that is given all of them again at each start, and writes an effect for each join;
 * until it is killed.
 *
 * <p>It says {@code joined KEY} after each join, and {@code at KEY} when it has come to where it is to be killed. There
 * it halts, which runs no shutdown hook and closes no connection and so is for the database what SIGKILL is, or stands
 * still until it is killed from outside.
 */
final class JoiningProcess {
    /** The status of a process that halted. */
    static final int HALTED = 86;

    static final Duration LEASE = Duration.ofMinutes(1);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /**
     * What to do.
     *
     * @param name of the table of effects, and of the namespace
     * @param joins how many joins the messages are of
     * @param order the seed for the order of the messages
     * @param transactional whether effects are part of the store's transaction; otherwise they are written before it
     * @param age how far the clock has moved on
     * @param point where to be killed
     * @param nth how many hand-overs come that far; 0 for not to be killed
     * @param halts whether it halts there, or stands still
     */
    record Task(
            String url,
            String name,
            int joins,
            long order,
            boolean transactional,
            Duration age,
            KillPoint point,
            int nth,
            boolean halts) {
        String[] toArguments() {
            return new String[] {
                url,
                name,
                "" + joins,
                "" + order,
                "" + transactional,
                age.toString(),
                point.name(),
                "" + nth,
                "" + halts
            };
        }

        static Task of(String... arguments) {
            return new Task(
                    arguments[0],
                    arguments[1],
                    Integer.parseInt(arguments[2]),
                    Long.parseLong(arguments[3]),
                    Boolean.parseBoolean(arguments[4]),
                    Duration.parse(arguments[5]),
                    KillPoint.valueOf(arguments[6]),
                    Integer.parseInt(arguments[7]),
                    Boolean.parseBoolean(arguments[8]));
        }
    }

    record Message(int join, int part) {
        String key() {
            return "join-" + join;
        }

        /** Tells how many parts there are, too. */
        String id() {
            return (part + 1) + "/" + parts(join);
        }
    }

    private final Task task;
    private final Consumer<String> says;
    private int arrivals;
    /** The join that is being handed over. */
    private @Nullable String handedOver;

    private JoiningProcess(Task task, Consumer<String> says) {
        this.task = task;
        this.says = says;
    }

    public static void main(String[] args) throws SQLException {
        new JoiningProcess(Task.of(args), System.out::println).run();
    }

    /** Does it in this process. */
    static void run(Task task) throws SQLException {
        new JoiningProcess(task, line -> {}).run();
    }

    /** How many messages make a join whole. */
    private static int parts(int join) {
        return 2 + join % 2;
    }

    /** What is handed over of a join: its parts, in any order. */
    static List<String> content(int join) {
        return IntStream.range(0, parts(join))
                .mapToObj(part -> new Message(join, part).id())
                .toList();
    }

    /** The messages of all joins: those of a few neighbours are mixed, so that several joins are open at a time. */
    private List<Message> messages() {
        record Placed(int place, Message message) {}
        Random random = new Random(task.order());
        List<Placed> placed = new ArrayList<>();
        for (int join = 0; join < task.joins(); join++) {
            for (int part = 0; part < parts(join); part++) {
                placed.add(new Placed(join + random.nextInt(4), new Message(join, part)));
            }
        }
        return placed.stream()
                .sorted(Comparator.comparingInt(Placed::place))
                .map(Placed::message)
                .toList();
    }

    static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(2);
        return new HikariDataSource(config);
    }

    static JdbcJoinStore<String, String> store(DataSource dataSource, String name) {
        return JdbcJoinStore.builder(dataSource)
                .namespace(name)
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .build();
    }

    private void run() throws SQLException {
        try (HikariDataSource pool = pool(task.url())) {
            DataSource hooked = CommitHooks.around(
                    pool, () -> reached(KillPoint.BEFORE_COMMIT), () -> reached(KillPoint.AFTER_COMMIT));
            JdbcJoinStore<String, String> store = store(hooked, task.name());
            InstantSource clock = InstantSource.fixed(START.plus(task.age()));
            try (Joiner<Message, String> joiner =
                    task.transactional() ? transactional(store, clock) : atLeastOnce(store, pool, clock)) {
                joiner.sweep(); // what a process before this one has begun
                handedOver = null;
                for (Message message : messages()) {
                    if (joiner.accept(message) instanceof Outcome.Joined) {
                        says.accept("joined " + message.key());
                        reached(KillPoint.ANY_MOMENT);
                    }
                    handedOver = null;
                }
            }
        }
    }

    private Joiner<Message, String> transactional(JdbcJoinStore<String, String> store, InstantSource clock) {
        return store.transactional(
                spec((value, handOver) -> {
                    handedOver = handOver.key();
                    insert(store.handOverConnection(), handedOver, value);
                    reached(KillPoint.INSIDE_PROCESS);
                    return value;
                }),
                clock);
    }

    private Joiner<Message, String> atLeastOnce(
            JdbcJoinStore<String, String> store, DataSource effects, InstantSource clock) {
        return Joiner.create(
                spec((value, handOver) -> {
                    handedOver = handOver.key();
                    reached(KillPoint.INSIDE_PROCESS); // where the effect may still be lost
                    try (Connection connection = effects.getConnection()) {
                        insert(connection, handedOver, value);
                    }
                    reached(KillPoint.INSIDE_PROCESS); // and where it may come twice
                    return value;
                }),
                store,
                clock);
    }

    /** Keys are remembered for longer than the clock moves on. */
    private static JoinSpec<Message, String, String, String> spec(JoinSpec.Processor<String, String, String> process) {
        return JoinSpec.joining(Message.class)
                .keyedBy(Message::key)
                .<String>mergedBy((message, pending) -> pending == null ? message.id() : pending + "+" + message.id())
                .sufficientWhen(JoiningProcess::isWhole)
                .identifiedBy(Message::id)
                .rememberFor(Duration.ofDays(1000))
                .lease(LEASE)
                .process(process)
                .build();
    }

    private static boolean isWhole(String value) {
        String[] ids = value.split("\\+", -1);
        return ids.length == Integer.parseInt(ids[0].substring(ids[0].indexOf('/') + 1));
    }

    private void insert(Connection connection, String key, String value) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO " + task.name() + " VALUES (?, ?)")) {
            statement.setString(1, key);
            statement.setString(2, value);
            statement.executeUpdate();
        }
    }

    private void reached(KillPoint point) {
        if (handedOver == null || point != task.point() || ++arrivals != task.nth()) {
            return;
        }
        says.accept("at " + handedOver);
        if (!task.halts()) {
            awaitKill();
        }
        Runtime.getRuntime().halt(HALTED);
    }

    /** Returns only if whoever was to kill this process has gone without doing so. */
    private static void awaitKill() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes: it is at its end when the other process is.
            }
        } catch (IOException e) {
            // The same.
        }
    }
}
