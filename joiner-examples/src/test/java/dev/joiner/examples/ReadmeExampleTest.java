package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.Outcome;
import dev.joiner.PendingJoin;
import dev.joiner.Sweeper;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.testing.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The code of the README, run. */
class ReadmeExampleTest {
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);
    private static final UUID THIRD = new UUID(0, 3);

    // snippet:readme-order
    record Order(UUID id, @Nullable String paidBy, @Nullable String sentBy) {

        static Order merge(Order message, @Nullable Order pending) {
            return pending == null
                    ? message
                    : new Order(
                            message.id,
                            message.paidBy != null ? message.paidBy : pending.paidBy,
                            message.sentBy != null ? message.sentBy : pending.sentBy);
        }

        boolean isWhole() {
            return paidBy != null && sentBy != null;
        }
    }
    // end:readme-order

    record Receipt(UUID id) {}

    private final List<Order> inserted = new ArrayList<>();
    private final List<Order> deadLetters = new ArrayList<>();
    private final List<Order> acknowledged = new ArrayList<>();
    private final List<Order> redelivered = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();

    private Receipt insert(Order order) {
        inserted.add(order);
        return new Receipt(order.id());
    }

    @SuppressWarnings("try") // the sweeper works by being open
    private void run(List<Order> consumer) {
        // snippet:readme-join
        var spec = JoinSpec.joining(Order.class)
                .keyedBy(Order::id)
                .mergedBy(Order::merge)
                .sufficientWhen(Order::isWhole)
                .expireAfter(Duration.ofMinutes(10))
                .onExpired((order, handOver) -> deadLetters.add(order))
                .process(this::insert)
                .build();

        try (Joiner<Order, Receipt> joiner = Joiner.create(spec, MapJoinStore.create());
                Sweeper sweeper = Sweeper.start(joiner, Duration.ofSeconds(1))) {
            for (Order order : consumer) {
                joiner.accept(order);
            }
        }
        // end:readme-join
    }

    @Test
    void partsAreJoined() {
        run(List.of(
                new Order(FIRST, "card", null),
                new Order(SECOND, null, "post"),
                new Order(THIRD, "voucher", null),
                new Order(FIRST, null, "bike"),
                new Order(SECOND, "invoice", null)));

        assertThat(inserted).containsExactly(new Order(FIRST, "card", "bike"), new Order(SECOND, "invoice", "post"));
        assertThat(deadLetters).isEmpty();
    }

    private void take(Joiner<Order, Receipt> joiner, List<Order> batch) {
        // snippet:readme-batch
        List<Outcome<Receipt>> outcomes = joiner.acceptAll(batch);
        for (int i = 0; i < batch.size(); i++) {
            if (outcomes.get(i).isSafe()) {
                acknowledge(batch.get(i));
            } else {
                redeliver(batch.get(i));
            }
        }
        // end:readme-batch
    }

    private void acknowledge(Order order) {
        acknowledged.add(order);
    }

    private void redeliver(Order order) {
        redelivered.add(order);
    }

    @Test
    void messagesOfABatchAreAcknowledgedOrRedelivered() {
        Order good = new Order(FIRST, "card", null);
        Order bad = new Order(SECOND, "no merge", null);
        var spec = JoinSpec.joining(Order.class)
                .keyedBy(Order::id)
                .<Order>mergedBy((order, pending) -> {
                    if (order.equals(bad)) {
                        throw new IllegalArgumentException("bad");
                    }
                    return Order.merge(order, pending);
                })
                .sufficientWhen(Order::isWhole)
                .process(this::insert)
                .build();

        try (Joiner<Order, Receipt> joiner = Joiner.create(spec, MapJoinStore.create())) {
            take(joiner, List.of(good, bad));
        }

        assertThat(acknowledged).containsExactly(good);
        assertThat(redelivered).containsExactly(bad);
    }

    private void help(KeyedJoiner<Order, UUID, Order, Receipt> joiner, UUID stuck) {
        // snippet:readme-stuck
        for (PendingJoin<UUID, Order> join : joiner.pending(Duration.ofHours(1), 20)) {
            show(join.key() + " is " + join.status() + ", " + join.parts() + " parts, " + join.lastError());
        }
        joiner.release(stuck); // hands it over as it is; drop(stuck) removes and returns it
        // end:readme-stuck
    }

    private void show(String text) {
        shown.add(text);
    }

    @Test
    void whatIsStuckIsShownAndReleased() {
        HandSetClock clock = new HandSetClock(Instant.EPOCH);
        var spec = JoinSpec.joining(Order.class)
                .keyedBy(Order::id)
                .mergedBy(Order::merge)
                .sufficientWhen(Order::isWhole)
                .process(this::insert)
                .build();

        try (var joiner = Joiner.create(spec, MapJoinStore.create(), clock)) {
            joiner.accept(new Order(FIRST, "card", null));
            clock.advance(Duration.ofHours(2));
            joiner.accept(new Order(SECOND, "card", null));
            help(joiner, FIRST);
        }

        assertThat(shown).containsExactly(FIRST + " is WAITING, 1 parts, Optional.empty");
        assertThat(inserted).containsExactly(new Order(FIRST, "card", null));
    }
}
