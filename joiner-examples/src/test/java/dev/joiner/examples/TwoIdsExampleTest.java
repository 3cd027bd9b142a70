package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.TwoIdsExample.Checkout;
import dev.joiner.examples.TwoIdsExample.Order;
import dev.joiner.examples.TwoIdsExample.Parcel;
import dev.joiner.examples.TwoIdsExample.Payment;
import dev.joiner.examples.TwoIdsExample.Transfer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TwoIdsExampleTest {
    private static final Transfer TRANSFER = new Transfer("ref", 100);
    private static final Checkout CHECKOUT = new Checkout("o", "ref");
    private static final Parcel PARCEL = new Parcel("o", "post");

    private static List<Order> joined(Object... messages) {
        List<Order> whole = new ArrayList<>();
        TwoIdsExample.run(List.of(messages), whole::add);
        return whole;
    }

    @Test
    void orderIsWholeInAnyOrder() {
        Order whole = new Order(new Payment(CHECKOUT, TRANSFER), PARCEL);

        assertThat(joined(TRANSFER, CHECKOUT, PARCEL)).containsExactly(whole);
        assertThat(joined(PARCEL, CHECKOUT, TRANSFER)).containsExactly(whole);
        assertThat(joined(CHECKOUT, PARCEL, TRANSFER)).containsExactly(whole);
    }

    @Test
    void paymentOfUnknownOrderWaits() {
        assertThat(joined(TRANSFER, PARCEL)).isEmpty();
    }
}
