package dev.joiner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec;
import dev.joiner.ProcessingException;
import dev.joiner.testing.JoinerTesting;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MicrometerListenerTest {
    private static final UUID ID = new UUID(0, 1);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerListener listener = MicrometerListener.of(registry);

    private double count(String meter, String... tags) {
        return registry.get(meter).tag("join", "orders").tags(tags).counter().count();
    }

    private Timer timer(String meter, String cause, String outcome) {
        return registry.get(meter)
                .tags("join", "orders", "cause", cause, "outcome", outcome)
                .timer();
    }

    private Order insert(Order order) {
        return order;
    }

    @Test
    void messagesAreCountedByOutcome() {
        var join = JoinerTesting.of(Order.joining()
                .sufficientWhen(Order::isWhole)
                .named("orders")
                .listener(listener)
                .identifiedBy(order -> order.paidBy() + "/" + order.sentBy())
                .rememberFor(Duration.ofHours(1))
                .build());

        join.accept(Order.paid(ID)).isIncomplete();
        join.accept(Order.paid(ID)).isDuplicate();
        join.accept(Order.sent(ID)).isJoined(new Order(ID, "card", "post"));
        join.accept(new Order(ID, "cash", null)).isLate();
        join.accept(new Order(ID, "bank", null)).isLate();

        assertThat(count("joiner.messages", "outcome", "incomplete")).isEqualTo(1);
        assertThat(count("joiner.messages", "outcome", "duplicate")).isEqualTo(1);
        assertThat(count("joiner.messages", "outcome", "late")).isEqualTo(2);
        assertThat(count("joiner.messages", "outcome", "unchanged")).isZero();
    }

    @Test
    void messageThatChangesNothingIsCounted() {
        var join = JoinerTesting.of(JoinSpec.joining(Order.class)
                .keyedBy(Order::id)
                .<Order>mergedBy((message, pending) -> pending == null ? message : pending)
                .sufficientWhen(order -> true)
                .named("orders")
                .listener(listener)
                .keepAfterJoin()
                .expireAfter(Duration.ofHours(1))
                .joinOnExpiry()
                .build());
        join.accept(Order.paid(ID));

        join.accept(Order.sent(ID)).isUnchanged();

        assertThat(count("joiner.messages", "outcome", "unchanged")).isEqualTo(1);
    }

    @Test
    void timeToJoinIsThatSinceTheFirstMessage() {
        // snippet:micrometer-listener
        var spec = JoinSpec.joining(Order.class)
                .keyedBy(Order::id)
                .mergedBy(Order::merge)
                .sufficientWhen(Order::isWhole)
                .named("orders")
                .listener(MicrometerListener.of(registry))
                .process(this::insert)
                .build();
        // end:micrometer-listener
        var join = JoinerTesting.of(spec);

        join.accept(Order.paid(ID));
        join.passes(Duration.ofMinutes(3));
        join.accept(Order.sent(ID));

        Timer age = timer("joiner.join.age", "complete", "joined");
        assertThat(age.count()).isEqualTo(1);
        assertThat(age.totalTime(TimeUnit.MINUTES)).isEqualTo(3);
    }

    @Test
    void handlersAreTimed() {
        var join = JoinerTesting.of(Order.joining()
                .sufficientWhen(order -> order.paidBy() != null)
                .named("orders")
                .listener(listener)
                .expireAfter(Duration.ofMinutes(1))
                .onExpired((order, handOver) -> {})
                .build());
        join.accept(Order.paid(ID));
        join.accept(Order.sent(ID));
        join.passes(Duration.ofMinutes(2));

        assertThat(timer("joiner.handler", "complete", "joined").count()).isEqualTo(1);
        assertThat(timer("joiner.handler", "expired", "expired").count()).isEqualTo(1);
        assertThat(timer("joiner.join.age", "expired", "expired").totalTime(TimeUnit.MINUTES))
                .isEqualTo(2);
    }

    @Test
    void slowHandlerTakesItsTime() {
        JoinerTesting<?, ?, ?, ?>[] self = new JoinerTesting<?, ?, ?, ?>[1];
        var join = JoinerTesting.of(Order.joining()
                .sufficientWhen(order -> true)
                .named("orders")
                .listener(listener)
                .process(order -> {
                    self[0].clock().advance(Duration.ofSeconds(5));
                    return order;
                })
                .build());
        self[0] = join;

        join.accept(Order.paid(ID));

        assertThat(timer("joiner.handler", "complete", "joined").totalTime(TimeUnit.SECONDS))
                .isEqualTo(5);
    }

    private JoinSpec.Merged<Order, UUID, Order> paidOrders() {
        return Order.joining();
    }

    private static Order fail(Order order) {
        throw new IllegalStateException("no stock for " + order.id());
    }

    @Test
    void failuresRetriesAndPoisonedJoinsAreCounted() {
        var join = JoinerTesting.of(paidOrders()
                .sufficientWhen(order -> true)
                .named("orders")
                .listener(listener)
                .retry(2, Duration.ofSeconds(1))
                .onPoisoned((order, handOver) -> {})
                .process(MicrometerListenerTest::fail)
                .build());

        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> join.joiner().accept(Order.paid(ID)));
        join.passes(Duration.ofMinutes(1));

        assertThat(timer("joiner.handler", "complete", "failed").count()).isEqualTo(2);
        assertThat(count("joiner.failures", "exception", "IllegalStateException"))
                .isEqualTo(2);
        assertThat(count("joiner.retries")).isEqualTo(2); // the second attempt, and onPoisoned
        assertThat(timer("joiner.handler", "complete", "poisoned").count()).isEqualTo(1);
    }

    @Test
    void exceptionWithoutANameIsCountedByTheClassThatItIsIn() {
        RuntimeException anonymous = new IllegalStateException("refused") {
            private static final long serialVersionUID = 1L;
        };
        var join = JoinerTesting.of(paidOrders()
                .sufficientWhen(order -> true)
                .named("orders")
                .listener(listener)
                .process(order -> {
                    throw anonymous;
                })
                .build());

        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> join.joiner().accept(Order.paid(ID)));

        assertThat(count("joiner.failures", "exception", "MicrometerListenerTest$1"))
                .isEqualTo(1);
    }

    @Test
    void parkedJoinsAreCounted() {
        var join = JoinerTesting.of(paidOrders()
                .sufficientWhen(order -> true)
                .named("orders")
                .listener(listener)
                .retry(1)
                .parkPoisoned()
                .process(MicrometerListenerTest::fail)
                .build());

        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> join.joiner().accept(Order.paid(ID)));

        assertThat(count("joiner.parked")).isEqualTo(1);
    }

    @Test
    void conflictsAreCounted() {
        listener.conflict("orders", ID, 1);
        listener.conflict("orders", ID, 2);

        assertThat(count("joiner.conflicts")).isEqualTo(2);
    }

    @Test
    void metersAreThereAtZeroOnceTheyAreRegistered() {
        listener.register("orders");

        assertThat(count("joiner.parked")).isZero();
        assertThat(timer("joiner.handler", "expired", "failed").count()).isZero();
    }

    @Test
    void joinsAreToldApart() {
        listener.merged("orders", ID, 1, Duration.ZERO);
        listener.merged("refunds", ID, 1, Duration.ZERO);

        assertThat(count("joiner.messages", "outcome", "incomplete")).isEqualTo(1);
    }
}
