package dev.joiner.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.KeyedJoiner;
import dev.joiner.ProcessingException;
import dev.joiner.testing.JoinerTesting;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/metrics.md} has the meters that there are, with their types and tags. */
class MeterTableTest {
    private static final Path DOCUMENT = Path.of("..", "..", "docs", "metrics.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `(joiner[a-z.]+)` \\| ([a-z ]+) \\| ([^|]+) \\|", Pattern.MULTILINE);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private void useAll() {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
        var spec = Order.joining()
                .sufficientWhen(Order::isWhole)
                .named("orders")
                .<Order>process(order -> {
                    throw new IllegalStateException("no stock");
                })
                .build()
                .withListener(MicrometerListener.of(registry))
                .withHandlerScope(HandOverObservation.of(observations));
        KeyedJoiner<Order, UUID, Order, Order> joiner = JoinerTesting.of(spec).joiner();
        PendingMetrics.builder("orders", joiner).build().bindTo(registry);
        SweepMetrics.of("orders", registry);
        try {
            joiner.accept(new Order(new UUID(0, 1), "card", "post"));
        } catch (ProcessingException e) {
            // It is to be counted.
        }
    }

    private static String row(Meter meter) {
        String tags = meter.getId().getTags().stream().map(Tag::getKey).sorted().collect(Collectors.joining(", "));
        String type = meter.getId().getType().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return meter.getId().getName() + " (" + type + "): " + tags;
    }

    @Test
    void tableHasAllMeters() throws IOException {
        useAll();
        Set<String> there =
                registry.getMeters().stream().map(MeterTableTest::row).collect(Collectors.toCollection(TreeSet::new));

        Set<String> documented = ROW.matcher(Files.readString(DOCUMENT))
                .results()
                .map(row -> row.group(1) + " (" + row.group(2) + "): "
                        + Pattern.compile(",")
                                .splitAsStream(row.group(3).replace("`", ""))
                                .map(String::strip)
                                .sorted()
                                .collect(Collectors.joining(", ")))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(there);
    }
}
