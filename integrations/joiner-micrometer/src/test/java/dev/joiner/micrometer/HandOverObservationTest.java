package dev.joiner.micrometer;

import static io.micrometer.observation.tck.TestObservationRegistryAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.joiner.JoinSpec;
import dev.joiner.ProcessingException;
import dev.joiner.testing.JoinerTesting;
import io.micrometer.observation.Observation;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandOverObservationTest {
    private static final UUID ID = new UUID(0, 1);

    private final TestObservationRegistry observations = TestObservationRegistry.create();
    private final List<@Nullable Observation> inHandlers = new ArrayList<>();

    private Order insert(Order order) {
        inHandlers.add(observations.getCurrentObservation());
        return order;
    }

    private JoinerTesting<Order, UUID, Order, Order> joining() {
        var spec = Order.joining()
                .sufficientWhen(Order::isWhole)
                .named("orders")
                .expireAfter(Duration.ofMinutes(1))
                .onExpired((order, handOver) -> insert(order))
                .process(this::insert)
                .build();
        // snippet:hand-over-observation
        var observed = spec.withHandlerScope(HandOverObservation.of(observations));
        // end:hand-over-observation
        return JoinerTesting.of(observed);
    }

    @Test
    void processIsObserved() {
        var join = joining();
        join.accept(Order.paid(ID));
        join.accept(Order.sent(ID));

        assertThat(observations)
                .hasSingleObservationThat()
                .hasNameEqualTo("joiner.hand.over")
                .hasContextualNameEqualTo("orders hand-over")
                .hasLowCardinalityKeyValue("join", "orders")
                .hasLowCardinalityKeyValue("cause", "complete")
                .hasHighCardinalityKeyValue("key", ID.toString())
                .hasHighCardinalityKeyValue("attempt", "1")
                .hasBeenStopped();
        assertThat(inHandlers).doesNotContainNull().hasSize(1);
    }

    @Test
    void observationOfAMessageIsTheParent() {
        var join = joining();
        join.accept(Order.paid(ID));

        Observation receipt = Observation.start("receipt", observations);
        receipt.scoped(() -> join.joiner().accept(Order.sent(ID)));

        assertThat(observations)
                .hasObservationWithNameEqualTo("joiner.hand.over")
                .that()
                .hasParentObservationEqualTo(receipt);
    }

    @Test
    void sweepHasNoParent() {
        var join = joining();
        join.accept(Order.paid(ID));
        join.passes(Duration.ofMinutes(1));

        assertThat(observations)
                .hasSingleObservationThat()
                .hasLowCardinalityKeyValue("cause", "expired")
                .doesNotHaveParentObservation();
    }

    @Test
    void whatAHandlerThrowsIsObservedAndPassesOn() {
        var join = JoinerTesting.of(JoinSpec.joining(Order.class)
                .keyedBy(Order::id)
                .mergedBy(Order::merge)
                .sufficientWhen(order -> true)
                .process(order -> {
                    throw new IllegalStateException("no stock");
                })
                .build()
                .withHandlerScope(HandOverObservation.of(observations)));

        assertThatExceptionOfType(ProcessingException.class)
                .isThrownBy(() -> join.joiner().accept(Order.paid(ID)))
                .havingCause()
                .isInstanceOf(IllegalStateException.class);

        assertThat(observations).hasSingleObservationThat().hasError().hasBeenStopped();
    }
}
