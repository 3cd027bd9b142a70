package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.JoinStores;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A store of orders in which many wait and some failed, as it may be on a bad day. */
final class ConsoleSample {
    private static final int BATCH = 500;
    private static final Duration OLDEST = Duration.ofHours(47);
    private static final RequiredFields REQUIRED =
            new RequiredFields(FieldPath.parseAll("order.total,payment,shipment"));

    private ConsoleSample() {}

    /**
     * Fills a store by batches, as programs do that join.
     *
     * @param steps at how many times the joins began; most of them lately
     */
    static void fill(String url, String namespace, int joins, int steps, Instant now) {
        Random random = new Random(42);
        AtomicReference<Instant> clock = new AtomicReference<>(now.minus(OLDEST));
        var spec = JoinSpec.joining(ObjectNode.class)
                .keyedBy(order -> order.path("order").path("id").asText())
                .mergedBy((ObjectNode order, @Nullable ObjectNode pending) -> DeepMerge.NEWEST.merge(order, pending))
                .sufficientWhen(REQUIRED::areIn)
                .expireAfter(Duration.ofDays(2))
                .onExpired((order, handOver) -> {})
                .retry(2, Duration.ofHours(6), Duration.ofHours(6))
                .parkPoisoned()
                .process(order -> {
                    throw new ConnectException(
                            "warehouse-" + order.path("shipment").path("parcels") + ".example:8443: "
                                    + (order.path("order").path("total").asInt() % 2 == 0
                                            ? "connection refused"
                                            : "timed out"));
                })
                .build();
        var config = JoinStoreConfig.of(namespace, KeyCodec.string(), Json.codec());
        try (var joiner = Joiner.create(spec, JoinStores.open(url, config), clock::get)) {
            int number = 0;
            for (int step = 1; step <= steps; step++) {
                double left = Math.pow(1 - (double) step / (steps + 1), 2.5);
                clock.set(now.minusMillis((long) (left * OLDEST.toMillis())));
                int end = (int) ((long) joins * step / steps);
                while (number < end) {
                    List<ObjectNode> batch = new ArrayList<>();
                    for (; number < end && batch.size() < BATCH; number++) {
                        batch.add(order(number, random));
                    }
                    joiner.acceptAll(batch);
                }
                joiner.sweep();
            }
        }
    }

    private static ObjectNode order(int number, Random random) {
        ObjectNode order = Json.MAPPER.createObjectNode();
        order.putObject("order")
                .put("id", String.format(Locale.ROOT, "order-%08x-%07d", random.nextInt(), number))
                .put("customer", "customer-" + random.nextInt(900))
                .put("total", 5 + random.nextInt(400));
        int kind = random.nextInt(1000);
        if (kind < 550 || kind >= 985) {
            order.putObject("payment").put("method", kind % 3 == 0 ? "invoice" : "card");
        }
        if (kind >= 800) {
            order.putObject("shipment").put("parcels", 1 + random.nextInt(3));
        }
        return order;
    }
}
