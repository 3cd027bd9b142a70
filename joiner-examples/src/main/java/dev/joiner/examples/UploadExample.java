package dev.joiner.examples;

import dev.joiner.Codec;
import dev.joiner.Collected;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * The lines of a file come one by one, each with the number of all: they are collected beside that number, and go into a table
 * together.
 */
public final class UploadExample {
    private static final int ROWS_AT_ONCE = 1_000;

    /** @param of how many lines its upload has */
    record Line(String upload, int number, int of, String text) {}

    private final DataSource database;

    UploadExample(DataSource database) {
        this.database = database;
    }

    /** Uploads 5,000 lines into a database in memory. */
    public static void main(String[] args) throws SQLException {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:uploads;DB_CLOSE_DELAY=-1", "sa", "");
        try {
            new UploadExample(database).run(5_000, System.out);
        } finally {
            database.dispose();
        }
    }

    void run(int lines, PrintStream out) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE lines (upload VARCHAR(100), position INT, text VARCHAR(1000))");
        }
        try (Joiner<Line, Integer> joiner = Joiner.create(uploads(out), MapJoinStore.create())) {
            for (int i = 1; i <= lines; i++) {
                Line line = new Line("july.csv", i, lines, "line " + i);
                joiner.accept(line);
                if (i % 100 == 0) {
                    joiner.accept(line); // the transport delivers some twice
                }
            }
        }
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*), COUNT(DISTINCT text) FROM lines")) {
            rows.next();
            out.println("in the table: " + rows.getInt(1) + " rows, " + rows.getInt(2) + " different");
        }
    }

    private JoinSpec<Line, String, Integer, Integer> uploads(PrintStream out) {
        // snippet:collecting
        var spec = JoinSpec.joining(Line.class)
                .keyedBy(Line::upload)
                .mergedBy(Integer.class, (line, expected) -> line.of()) // how many lines there are is all
                .collecting(Line::text, Codec.string())
                .sufficientWhen((expected, lines) -> lines == expected)
                .identifiedBy(Line::number)
                .collectAtMost(100_000)
                .expireAfter(Duration.ofHours(1))
                .onExpired((lines, handOver) -> out.println(handOver.key() + ": only " + lines.size() + " lines came"))
                .process((lines, handOver) -> insert(handOver.key(), lines))
                .build();
        // end:collecting
        return spec;
    }

    /** Streams the lines into batches; they are never in memory all at once. */
    int insert(String upload, Collected<Integer, String> lines) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO lines VALUES (?, ?, ?)")) {
            int position = 0;
            // snippet:collected
            for (String line : lines) {
                insert.setString(1, upload);
                insert.setInt(2, ++position);
                insert.setString(3, line);
                insert.addBatch();
                if (position % ROWS_AT_ONCE == 0) {
                    insert.executeBatch();
                }
            }
            // end:collected
            insert.executeBatch();
            return position;
        }
    }

    /** The texts of the lines in the table, in their order. */
    List<String> texts() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT text FROM lines ORDER BY position")) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }
}
