package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.OrdersExample.Event;
import dev.joiner.examples.OrdersExample.Paid;
import dev.joiner.examples.OrdersExample.Placed;
import dev.joiner.examples.OrdersExample.Shipped;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrdersExampleTest {

    @Test
    void orderIsWholeWhateverComesFirst() {
        List<Event> events = List.of(
                new Shipped("a", "post"),
                new Paid("b", "card"),
                new Paid("a", "voucher"),
                new Placed("a", BigDecimal.TEN));

        assertThat(Printed.by(out -> OrdersExample.run(events, out)))
                .containsExactly("Order[id=a, total=10, paidBy=voucher, shippedBy=post]");
    }
}
