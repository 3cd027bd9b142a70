package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.ThreeServicesExample.Coupon;
import dev.joiner.examples.ThreeServicesExample.Delivery;
import dev.joiner.examples.ThreeServicesExample.Offer;
import dev.joiner.examples.ThreeServicesExample.Price;
import dev.joiner.examples.ThreeServicesExample.Stock;
import dev.joiner.testing.JoinerTesting;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThreeServicesExampleTest {

    @Test
    void offerNeedsAllThreeAnswers() {
        var offers = JoinerTesting.of(ThreeServicesExample.offers());

        offers.accept(new Delivery("o", "post")).isIncomplete();
        offers.accept(new Price("o", 1_250)).isIncomplete();
        assertThat(offers.joiner().find("o").get(0).missing()).containsExactly("stock");
        offers.accept(new Stock("o", "north")).isJoined(new Offer(1_250, "north", "post"));
        offers.isEmpty();
    }

    @Test
    void couponIsSubtractedIfItIsThere() {
        assertThat(Printed.by(out -> ThreeServicesExample.run(
                        List.of(
                                new Coupon("a", 200),
                                new Stock("a", "north"),
                                new Price("b", 500),
                                new Delivery("a", "post"),
                                new Price("a", 1_250),
                                new Delivery("b", "bike"),
                                new Stock("b", "south")),
                        out)))
                .containsExactly(
                        new Offer(1_050, "north", "post").toString(), new Offer(500, "south", "bike").toString());
    }
}
