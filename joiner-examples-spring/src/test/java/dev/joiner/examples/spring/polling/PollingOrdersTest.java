package dev.joiner.examples.spring.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.joiner.examples.spring.Database;
import dev.joiner.examples.spring.Workload;
import dev.joiner.examples.spring.Workload.Message;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

@Timeout(120)
@SuppressWarnings("try") // an application works by running
class PollingOrdersTest {
    private final Database database = Database.create();

    private ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(PollingOrders.class)
                .properties("spring.config.name=polling")
                .run(database.options().toArray(String[]::new));
    }

    private void write(List<Message> messages) {
        messages.forEach(database::writeToInbox);
    }

    private List<String> inbox() {
        return database.jdbc().queryForList("SELECT body FROM inbox", String.class);
    }

    @Test
    void eachOrderIsShippedOnceByTwoNodes() {
        Workload workload = Workload.of(100);
        try (ConfigurableApplicationContext first = start();
                ConfigurableApplicationContext second = start()) {
            write(workload.messages());

            database.awaitEachShippedOnce(workload);
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(inbox()).isEmpty());
        }
        database.awaitEachShippedOnce(workload);
        database.assertNothingWaits();
    }

    private void awaitInbox(int rows) {
        await().atMost(Duration.ofMinutes(1)).until(() -> inbox().size() == rows);
    }

    @Test
    void rowThatIsNotJoinedStays() {
        Workload workload = Workload.of(3);
        try (ConfigurableApplicationContext node = start()) {
            database.without("shipped", () -> {
                write(workload.messages());
                awaitInbox(3); // the last message of each order, for whose hand-over there is no table
            });

            database.awaitEachShippedOnce(workload);
            awaitInbox(0);
        }
    }

    @Test
    void rowThatCannotBeReadIsMarked() {
        try (ConfigurableApplicationContext node = start()) {
            write(List.of(new Message("payments", "order-1", "no JSON")));

            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(database.jdbc()
                                    .queryForList("SELECT body FROM inbox WHERE problem IS NOT NULL", String.class))
                            .containsExactly("no JSON"));
        }
    }
}
