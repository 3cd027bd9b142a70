package dev.joiner.examples.spring.polling;

import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.examples.spring.orders.OrderParts;
import dev.joiner.merge.Parts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Joins orders from a table that others write their messages to. */
@SpringBootApplication
@EnableScheduling
@Import(OrderParts.class)
public class PollingOrders {

    // snippet:spring-polling
    record Row(long number, String source, String body) {}

    @Component
    static class Poller {
        private final Joiner<Object, Parts> joiner;
        private final JdbcTemplate jdbc;

        Poller(Joiner<Object, Parts> joiner, JdbcTemplate jdbc) {
            this.joiner = joiner;
            this.jdbc = jdbc;
        }

        /** Rows leave the table in the transaction in which they are joined. In the order of keys, nodes do not block each other. */
        @Scheduled(fixedDelay = 100)
        @Transactional
        public void poll() {
            List<Row> rows = jdbc.query(
                    "SELECT number, source, body FROM inbox WHERE problem IS NULL ORDER BY order_id, number LIMIT 100"
                            + " FOR UPDATE SKIP LOCKED",
                    (row, index) -> new Row(row.getLong(1), row.getString(2), row.getString(3)));
            List<Row> read = new ArrayList<>();
            List<Object> messages = new ArrayList<>();
            for (Row row : rows) {
                try {
                    messages.add(OrderParts.decoded(row.source, row.body.getBytes(StandardCharsets.UTF_8)));
                    read.add(row);
                } catch (RuntimeException e) {
                    jdbc.update("UPDATE inbox SET problem = ? WHERE number = ?", e.getMessage(), row.number);
                }
            }
            List<Outcome<Parts>> outcomes = joiner.acceptAll(messages);
            for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i).isSafe()) {
                    jdbc.update("DELETE FROM inbox WHERE number = ?", read.get(i).number);
                }
            }
        }
    }
    // end:spring-polling

    public static void main(String[] arguments) {
        new SpringApplicationBuilder(PollingOrders.class)
                .properties("spring.config.name=polling")
                .run(arguments);
    }
}
