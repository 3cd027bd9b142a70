package dev.joiner.examples;

import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.ProcessingException;
import dev.joiner.store.jdbc.JdbcJoinStore;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * What {@code process} inserts and what becomes of the join are committed together, so that each joined pair is in the table once,
 * whatever fails and however often the messages come again.
 */
public final class ExactlyOnceExample {

    record Half(String pair, int number, String text) {}

    private ExactlyOnceExample() {}

    /** Joins a pair in a database in memory; its first insert fails. */
    public static void main(String[] args) throws SQLException {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:pairs;DB_CLOSE_DELAY=-1", "sa", "");
        try {
            run(database, System.out);
        } finally {
            database.dispose();
        }
    }

    static void run(DataSource database, PrintStream out) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE pairs (name VARCHAR(100), content VARCHAR(100))");
        }
        JdbcJoinStore<String, String> store = JdbcJoinStore.builder(database)
                .namespace("pairs")
                .valueCodec(Codec.string())
                .createTableIfMissing()
                .build();
        boolean[] hasFailed = {false};
        var spec = JoinSpec.joining(Half.class)
                .keyedBy(Half::pair)
                .mergedBy(
                        String.class,
                        (half, pending) -> pending == null ? half.text() : pending + " and " + half.text())
                .sufficientWhen(text -> text.contains(" and "))
                .identifiedBy(Half::number)
                .rememberFor(Duration.ofDays(1))
                .process((text, handOver) -> {
                    insert(store, handOver.key(), text);
                    if (!hasFailed[0]) {
                        hasFailed[0] = true;
                        throw new IllegalStateException("after the insert");
                    }
                    return text;
                })
                .build();

        try (Joiner<Half, String> joiner = store.transactional(spec)) {
            Half one = new Half("thing", 1, "one");
            Half two = new Half("thing", 2, "two");
            deliver(joiner, one, out);
            deliver(joiner, two, out);
            deliver(joiner, two, out); // the transport delivers again what was not acknowledged
            deliver(joiner, one, out); // and now and then what was
        }
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name, content FROM pairs")) {
            while (rows.next()) {
                out.println("in the table: " + rows.getString(1) + ", " + rows.getString(2));
            }
        }
    }

    private static void insert(JdbcJoinStore<String, String> store, String name, String content) throws SQLException {
        try (Connection connection = store.handOverConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO pairs VALUES (?, ?)")) {
            insert.setString(1, name);
            insert.setString(2, content);
            insert.executeUpdate();
        }
    }

    private static void deliver(Joiner<Half, String> joiner, Half half, PrintStream out) {
        try {
            out.println(half.text() + ": " + joiner.accept(half).getClass().getSimpleName());
        } catch (ProcessingException e) {
            out.println(half.text() + (e.isSafe() ? ": stored" : ": undone, to be delivered again"));
        }
    }
}
