package dev.joiner.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.internal.driver.MapStore;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What is ready-made against what would be written by hand: random messages of a few keys, some of them twice, each alone or in
 * batches; every hand-over is the same, and so is all that waits in the end.
 */
@NullUnmarked
class RandomMergeTest {
    private static final int RUNS = 200;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** The hand-overs of a joiner, in order, and what waits in the end. */
    private record Seen(List<Object> handedOver, List<Object> waiting) {}

    private static <M, V> Seen joined(JoinSpec.Builder<M, String, V, V, V> spec, List<List<M>> batches) {
        List<Object> handedOver = new ArrayList<>();
        JoinSpec<M, String, V, V> whole = spec.process((value, handOver) -> {
                    handedOver.add(value);
                    return value;
                })
                .build();
        List<Object> waiting = new ArrayList<>();
        try (KeyedJoiner<M, String, V, V> joiner = Joiner.create(whole, new MapStore<>(new ArrayList<>()))) {
            for (List<M> batch : batches) {
                if (batch.size() == 1) {
                    joiner.accept(batch.get(0));
                } else {
                    joiner.acceptAll(batch);
                }
            }
            joiner.pending(100).joins().forEach(join -> waiting.add(join.value().orElseThrow()));
        }
        return new Seen(handedOver, waiting);
    }

    private <M> List<List<M>> batches(IntFunction<M> message) {
        List<M> messages = new ArrayList<>();
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            messages.add(i > 0 && random.nextInt(4) == 0 ? messages.get(random.nextInt(i)) : message.apply(i));
        }
        List<List<M>> batches = new ArrayList<>();
        for (int from = 0; from < count; ) {
            int to = Math.min(count, from + (random.nextBoolean() ? 1 : 1 + random.nextInt(6)));
            batches.add(messages.subList(from, to));
            from = to;
        }
        return batches;
    }

    private String key() {
        return "k" + random.nextInt(3);
    }

    private <T> @Nullable T maybe(T value) {
        return random.nextInt(3) == 0 ? null : value;
    }

    /** One component of each kind of rule. */
    record Order(
            String id,
            String newest,
            String first,
            Integer sum,
            BigDecimal least,
            Long greatest,
            List<String> list,
            Set<String> set,
            String text,
            @Nullable String own,
            int primitive) {}

    private Order order(int i) {
        return new Order(
                key(),
                maybe("n" + i),
                maybe("f" + i),
                maybe(random.nextInt(100)),
                maybe(BigDecimal.valueOf(random.nextInt(20), random.nextInt(2))),
                maybe(random.nextLong(20)),
                maybe(List.of("l" + random.nextInt(5))),
                maybe(Set.of("s" + random.nextInt(5))),
                maybe("t" + i),
                maybe("o" + i),
                random.nextInt(10));
    }

    private final Records<Order> orders = Records.of(Order.class)
            .first("first")
            .sum("sum")
            .min("least")
            .max("greatest")
            .collect("list")
            .collect("set")
            .concat("text", "+")
            .merging("own", String.class, (pending, message) -> pending + message)
            .max("primitive");

    private static <T> T either(@Nullable T preferred, @Nullable T other) {
        return preferred != null ? preferred : other;
    }

    private static Order byHand(Order message, @Nullable Order pending) {
        if (pending == null) {
            return message;
        }
        List<String> list = either(pending.list, message.list);
        if (pending.list != null && message.list != null) {
            list = new ArrayList<>(pending.list);
            list.addAll(message.list);
        }
        Set<String> set = either(pending.set, message.set);
        if (pending.set != null && message.set != null) {
            set = new LinkedHashSet<>(pending.set);
            set.addAll(message.set);
        }
        boolean sums = pending.sum != null && message.sum != null;
        boolean texts = pending.text != null && message.text != null;
        boolean owns = pending.own != null && message.own != null;
        boolean least = pending.least != null && (message.least == null || pending.least.compareTo(message.least) <= 0);
        boolean greatest =
                pending.greatest != null && (message.greatest == null || pending.greatest >= message.greatest);
        return new Order(
                message.id,
                either(message.newest, pending.newest),
                either(pending.first, message.first),
                sums ? Integer.valueOf(pending.sum + message.sum) : either(pending.sum, message.sum),
                least ? pending.least : message.least,
                greatest ? pending.greatest : message.greatest,
                list,
                set,
                texts ? pending.text + "+" + message.text : either(pending.text, message.text),
                owns ? pending.own + message.own : either(pending.own, message.own),
                Math.max(pending.primitive, message.primitive));
    }

    private static boolean isWhole(Order order) {
        return order.newest != null
                && order.first != null
                && order.sum != null
                && order.least != null
                && order.greatest != null
                && order.list != null
                && order.set != null
                && order.text != null;
    }

    @Test
    void recordsAreWhatAMergeByHandMakes() {
        for (int run = 0; run < RUNS; run++) {
            List<List<Order>> batches = batches(this::order);
            JoinSpec.Builder<Order, String, Order, Order, Order> byHand = JoinSpec.joining(Order.class)
                    .keyedBy(Order::id)
                    .mergedBy(RandomMergeTest::byHand)
                    .sufficientWhen(RandomMergeTest::isWhole);

            assertThat(joined(orders.keyedBy(Order::id), batches))
                    .as("seed %d", seed)
                    .isEqualTo(joined(byHand, batches));
        }
    }

    record Payment(String id, int version, String text) {}

    record Stock(String id, int left) {}

    record Coupon(String id, String code) {}

    record Note(String id, String text) {}

    /** The same as the parts below. */
    record ByHand(
            @Nullable Payment payment,
            @Nullable Stock stock,
            @Nullable Coupon coupon,
            @Nullable List<Note> notes) {

        static ByHand merge(Object message, @Nullable ByHand before) {
            ByHand pending = before == null ? new ByHand(null, null, null, null) : before;
            if (message instanceof Payment payment) {
                boolean isNewer = pending.payment == null || payment.version > pending.payment.version;
                return new ByHand(isNewer ? payment : pending.payment, pending.stock, pending.coupon, pending.notes);
            }
            if (message instanceof Stock stock) {
                return new ByHand(pending.payment, stock, pending.coupon, pending.notes);
            }
            if (message instanceof Coupon coupon) {
                return new ByHand(pending.payment, pending.stock, either(pending.coupon, coupon), pending.notes);
            }
            List<Note> notes = pending.notes == null ? new ArrayList<>() : new ArrayList<>(pending.notes);
            notes.add((Note) message);
            return new ByHand(pending.payment, pending.stock, pending.coupon, notes);
        }

        boolean isWhole() {
            return payment != null && stock != null && notes != null;
        }

        static String key(Object message) {
            return message instanceof Payment payment
                    ? payment.id
                    : message instanceof Stock stock
                            ? stock.id
                            : message instanceof Coupon coupon ? coupon.id : ((Note) message).id;
        }
    }

    private static final Part<Payment> PAYMENT =
            Part.of("payment", Payment.class, Payment::id).newest(Payment::version);
    private static final Part<Stock> STOCK = Part.of("stock", Stock.class, Stock::id);
    private static final Part<Coupon> COUPON =
            Part.of("coupon", Coupon.class, Coupon::id).keepFirst();
    private static final Part<List<Note>> NOTES =
            Part.of("notes", Note.class, Note::id).collect();

    private final PartsMerge parts = Parts.of(PAYMENT, STOCK, NOTES).optional(COUPON);

    private Object message(int i) {
        return switch (random.nextInt(4)) {
            case 0 -> new Payment(key(), random.nextInt(5), "p" + i);
            case 1 -> new Stock(key(), random.nextInt(5));
            case 2 -> new Coupon(key(), "c" + i);
            default -> new Note(key(), "t" + i);
        };
    }

    private static Object asByHand(Object parts) {
        Parts all = (Parts) parts;
        return new ByHand(
                all.find(PAYMENT).orElse(null),
                all.find(STOCK).orElse(null),
                all.find(COUPON).orElse(null),
                all.find(NOTES).orElse(null));
    }

    @Test
    void partsAreWhatAMergeByHandMakes() {
        for (int run = 0; run < RUNS; run++) {
            List<List<Object>> batches = batches(this::message);
            JoinSpec.Builder<Object, String, ByHand, ByHand, ByHand> byHand = JoinSpec.<Object>joining()
                    .<String>keyedBy(ByHand::key)
                    .<ByHand>mergedBy(ByHand::merge)
                    .sufficientWhen(ByHand::isWhole);

            Seen seen = joined(parts.keyedBy(String.class), batches);

            assertThat(new Seen(
                            seen.handedOver.stream()
                                    .map(RandomMergeTest::asByHand)
                                    .toList(),
                            seen.waiting.stream().map(RandomMergeTest::asByHand).toList()))
                    .as("seed %d", seed)
                    .isEqualTo(joined(byHand, batches));
        }
    }

    /** Those that say so in their Javadoc. */
    @Nested
    class InAnyOrder {

        private <M, V> void assertOrderFree(List<M> messages, JoinSpec.Merge<M, V> merge) {
            V expected = folded(messages, merge);
            for (int i = 0; i < 10; i++) {
                List<M> shuffled = new ArrayList<>(messages);
                Collections.shuffle(shuffled, random);

                assertThat(folded(shuffled, merge)).as("seed %d", seed).isEqualTo(expected);
            }
        }

        private <M, V> V folded(List<M> messages, JoinSpec.Merge<M, V> merge) {
            V value = null;
            for (M message : messages) {
                value = merge.merge(message, value);
            }
            return Objects.requireNonNull(value);
        }

        private <M> List<M> some(IntFunction<M> message) {
            return IntStream.range(0, 1 + random.nextInt(8)).mapToObj(message).toList();
        }

        record Totals(String id, Integer sum, BigDecimal money, Long least, BigDecimal greatest, Set<String> set) {}

        @Test
        void sumMinMaxAndSets() {
            Records<Totals> totals = Records.of(Totals.class)
                    .sum("sum")
                    .sum("money")
                    .min("least")
                    .max("greatest")
                    .collect("set");
            for (int run = 0; run < RUNS; run++) {
                assertOrderFree(
                        some(i -> new Totals(
                                "k",
                                maybe(random.nextInt(100)),
                                maybe(BigDecimal.valueOf(random.nextInt(500), random.nextInt(4))),
                                maybe(random.nextLong(10)),
                                maybe(BigDecimal.valueOf(random.nextInt(10))),
                                maybe(Set.of("s" + random.nextInt(4))))),
                        totals::merge);
            }
        }

        /** Each message has other components than the others, so no rule is asked for two values. */
        @Test
        void recordsThatHaveNoComponentInCommon() {
            Function<Integer, Order> only = i -> new Order(
                    "k",
                    i == 0 ? "n" : null,
                    i == 1 ? "f" : null,
                    i == 2 ? 1 : null,
                    i == 3 ? BigDecimal.ONE : null,
                    i == 4 ? 1L : null,
                    i == 5 ? List.of("l") : null,
                    i == 6 ? Set.of("s") : null,
                    i == 7 ? "t" : null,
                    i == 8 ? "o" : null,
                    0);
            for (int run = 0; run < RUNS; run++) {
                assertOrderFree(IntStream.range(0, 9).boxed().map(only).toList(), orders::merge);
            }
        }

        /** Of the same version, messages are the same. */
        @Test
        void partsWithVersionsAndPartsThatComeOnce() {
            PartsMerge newest = Parts.of(PAYMENT, STOCK).optional(COUPON);
            for (int run = 0; run < RUNS; run++) {
                List<Object> messages = new ArrayList<>(some(i -> {
                    int version = random.nextInt(5);
                    return new Payment("k", version, "p" + version);
                }));
                messages.add(new Stock("k", 1));
                messages.add(new Coupon("k", "half"));

                assertOrderFree(messages, newest::merge);
            }
        }
    }
}
