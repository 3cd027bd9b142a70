package dev.joiner.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.test.servers.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A schema of its own on the server that all tests share, with what an example has shipped. */
public final class Database {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String url;
    private final JdbcTemplate jdbc;

    private Database(String url, JdbcTemplate jdbc) {
        this.url = url;
        this.jdbc = jdbc;
    }

    public static Database create() {
        PostgresServer server = PostgresServer.shared();
        String schema = "s" + UUID.randomUUID().toString().replace("-", "");
        String url = server.jdbcUrl();
        new JdbcTemplate(new SingleConnectionDataSource(url, server.user(), "", true))
                .execute("CREATE SCHEMA " + schema);
        String own = url + (url.contains("?") ? "&" : "?") + "currentSchema=" + schema;
        return new Database(own, new JdbcTemplate(new SingleConnectionDataSource(own, server.user(), "", true)));
    }

    /** As options of an application. */
    public List<String> options() {
        return List.of(
                "--spring.datasource.url=" + url,
                "--spring.datasource.username=" + PostgresServer.shared().user());
    }

    public JdbcTemplate jdbc() {
        return jdbc;
    }

    public List<String> shipped() {
        return jdbc.queryForList("SELECT id FROM shipped", String.class);
    }

    /** Waits until so many are shipped. */
    public void awaitShipped(int count) {
        await().atMost(PATIENCE).until(() -> shipped().size() >= count);
    }

    void printShipped(int count) {
        awaitShipped(count);
        jdbc.queryForList("SELECT * FROM shipped ORDER BY id").forEach(System.out::println);
    }

    public void writeToInbox(Workload.Message message) {
        jdbc.update(
                "INSERT INTO inbox (order_id, source, body) VALUES (?, ?, ?)",
                message.order(),
                message.destination(),
                message.json());
    }

    /** Waits until all are shipped, and sees that each was shipped once. */
    public void awaitEachShippedOnce(Workload workload) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(shipped())
                        .as("seed %s", workload.seed())
                        .hasSizeGreaterThanOrEqualTo(workload.orders().size()));
        assertThat(shipped()).as("seed %s", workload.seed()).containsExactlyInAnyOrderElementsOf(workload.orders());
    }

    /** Nothing waits for a message that has been lost, or has come again. */
    public void assertNothingWaits() {
        assertThat(jdbc.queryForList("SELECT join_value FROM joiner_joins WHERE join_value IS NOT NULL", String.class))
                .isEmpty();
    }

    /** Takes a table away, and brings it back after the work. */
    public void without(String table, Runnable work) {
        jdbc.execute("ALTER TABLE " + table + " RENAME TO taken_away");
        work.run();
        jdbc.execute("ALTER TABLE taken_away RENAME TO " + table);
    }
}
