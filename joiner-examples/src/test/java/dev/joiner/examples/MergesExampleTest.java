package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.Codec;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.codec.jackson.JacksonCodec;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import dev.joiner.merge.Records;
import dev.joiner.store.jdbc.JdbcJoinStore;
import dev.joiner.store.memory.MapJoinStore;
import dev.joiner.testing.HandSetClock;
import dev.joiner.testing.JoinerTesting;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The code of docs/merges.md, run. Messages leave components out that an order must have. */
@NullUnmarked
class MergesExampleTest {

    // snippet:merges-record
    record Order(
            String id,
            BigDecimal total,
            String paidBy,
            @Nullable String coupon) {}
    // end:merges-record

    private static final Order PLACED = new Order("o", BigDecimal.TEN, null, "half");
    private static final Order PAID = new Order("o", null, "card", null);

    private final List<Order> inserted = new ArrayList<>();
    private final List<String> settled = new ArrayList<>();

    private Order insert(Order order) {
        inserted.add(order);
        return order;
    }

    @Test
    void recordsAreMergedComponentByComponent() {
        // snippet:merges-records
        var spec = Records.joining(Order.class, Order::id).process(this::insert).build();
        // end:merges-records
        var orders = JoinerTesting.of(spec);

        orders.accept(PAID).isIncomplete();
        assertThat(waitsFor(orders.joiner())).containsExactly("o waits for [total]");
        orders.accept(PLACED).isJoined(new Order("o", BigDecimal.TEN, "card", "half"));
        assertThat(inserted).containsExactly(new Order("o", BigDecimal.TEN, "card", "half"));
    }

    private static List<String> waitsFor(KeyedJoiner<?, String, ?, ?> joiner) {
        List<String> lines = new ArrayList<>();
        // snippet:merges-missing
        for (PendingJoin<String, ?> join : joiner.pending(20).joins()) {
            lines.add(join.key() + " waits for " + join.missing());
        }
        // end:merges-missing
        return lines;
    }

    @Test
    void componentsMayHaveRulesOfTheirOwn() {
        // snippet:merges-rules
        var spec = Records.of(Order.class)
                .first("paidBy")
                .sum("total")
                .merging("coupon", String.class, (pending, message) -> pending + " and " + message)
                .keyedBy(Order::id)
                .build();
        // end:merges-rules
        var orders = JoinerTesting.of(spec);

        orders.accept(PLACED).isIncomplete();
        orders.accept(PLACED).isIncomplete();
        orders.accept(PAID).isJoined(new Order("o", new BigDecimal("20"), "card", "half and half"));
    }

    record Payment(String orderId, int cents) {}

    record Coupon(String orderId, int cents) {}

    private static final Part<Payment> PAYMENT = Part.of("payment", Payment.class, Payment::orderId);
    private static final Part<Coupon> COUPON = Part.of("coupon", Coupon.class, Coupon::orderId);

    @Test
    void couponIsWaitedForAWhile() {
        HandSetClock clock = new HandSetClock(Instant.EPOCH);
        List<String> paid = new ArrayList<>();
        // snippet:merges-wait
        var spec = Parts.of(PAYMENT)
                .optional(COUPON)
                .waitFor(COUPON, Duration.ofSeconds(30), clock)
                .keyedBy(String.class)
                .process((parts, handOver) -> paid.add(handOver.cause() + " " + parts))
                .build();
        // end:merges-wait
        try (var joiner = Joiner.create(spec, MapJoinStore.create(), clock)) {
            joiner.accept(new Payment("a", 100));
            joiner.accept(new Payment("b", 200));
            joiner.accept(new Coupon("b", 50));
            clock.advance(Duration.ofSeconds(30));
            joiner.sweep();
        }

        assertThat(paid)
                .containsExactly(
                        "COMPLETE Parts{payment=Payment[orderId=b, cents=200], coupon=Coupon[orderId=b, cents=50]}",
                        "EXPIRED Parts{payment=Payment[orderId=a, cents=100]}");
    }

    private Parts settle(Parts parts) {
        settled.add(parts.toString());
        return parts;
    }

    @Test
    void specAndCodecAreOfOneMerge() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        // snippet:merges-spec-and-codec
        PartsMerge merge = Parts.of(PAYMENT).optional(COUPON);
        var spec = merge.keyedBy(String.class).process(this::settle).build();
        var store = JdbcJoinStore.builder(dataSource)
                .namespace("payments")
                .keyCodec(KeyCodec.string())
                .valueCodec(JacksonCodec.of(merge))
                .createTableIfMissing()
                .build();
        try (var joiner = Joiner.create(spec, store)) {
            joiner.accept(new Coupon("o-1", 50));
            joiner.accept(new Payment("o-1", 100));
        }
        // end:merges-spec-and-codec

        assertThat(settled)
                .containsExactly(
                        "Parts{payment=Payment[orderId=o-1, cents=100], coupon=Coupon[orderId=o-1, cents=50]}");
    }

    // snippet:merges-key
    record OrderKey(String tenant, LocalDate day, long number) {}
    // end:merges-key

    @Test
    void recordsAreKeysAndPartsAreValuesOnEveryStore() {
        // snippet:merges-key-codec
        KeyCodec<OrderKey> keys = KeyCodec.of(OrderKey.class);
        String text = keys.encode(new OrderKey("acme", LocalDate.of(2026, 1, 31), 42)); // acme/2026-01-31/42
        // end:merges-key-codec
        Codec<Payment> payments = Codec.ofText(
                payment -> payment.orderId() + "," + payment.cents(),
                written -> new Payment(
                        written.substring(0, written.indexOf(',')),
                        Integer.parseInt(written.substring(written.indexOf(',') + 1))));
        // snippet:merges-codec
        PartsMerge merge = Parts.of(PAYMENT.storedBy(payments));
        Codec<Parts> codec = merge.codec();
        // end:merges-codec
        assertThat(text).isEqualTo("acme/2026-01-31/42");
        assertThat(codec.isText()).isTrue();
        Parts paid = merge.merge(new Payment("o", 100), null);
        JoinerTesting.of(merge.keyedBy(String.class).build(), KeyCodec.string(), codec)
                .accept(new Payment("o", 100))
                .isJoined(paid);
    }
}
