package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.store.memory.MapJoinStore;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A shop knows an order by its number, a bank knows its payment by a reference, and one message knows both: two joins in a row, the
 * first of which finds the order of a payment.
 */
public final class TwoIdsExample {

    /** The bank's: it has never heard of the order. */
    record Transfer(String reference, int cents) {}

    /** The checkout's: the only one that knows both ids. */
    record Checkout(String orderId, String reference) {}

    /** The warehouse's. */
    record Parcel(String orderId, String carrier) {}

    /** What is known by the reference. */
    record Payment(@Nullable Checkout checkout, @Nullable Transfer transfer) {
        static Payment merge(Object message, @Nullable Payment pending) {
            Payment payment = pending == null ? new Payment(null, null) : pending;
            return message instanceof Checkout checkout
                    ? new Payment(checkout, payment.transfer)
                    : new Payment(payment.checkout, (Transfer) message);
        }

        boolean isWhole() {
            return checkout != null && transfer != null;
        }

        String orderId() {
            if (checkout == null) {
                throw new IllegalStateException("not whole");
            }
            return checkout.orderId();
        }

        static String reference(Object message) {
            return message instanceof Checkout checkout ? checkout.reference() : ((Transfer) message).reference();
        }
    }

    /** What is known by the order. */
    record Order(@Nullable Payment payment, @Nullable Parcel parcel) {
        static Order merge(Object message, @Nullable Order pending) {
            Order order = pending == null ? new Order(null, null) : pending;
            return message instanceof Payment payment
                    ? new Order(payment, order.parcel)
                    : new Order(order.payment, (Parcel) message);
        }

        boolean isWhole() {
            return payment != null && parcel != null;
        }

        static String orderId(Object message) {
            return message instanceof Payment payment ? payment.orderId() : ((Parcel) message).orderId();
        }
    }

    private TwoIdsExample() {}

    /** Joins one order. */
    public static void main(String[] args) {
        run(
                List.of(new Parcel("o-1", "post"), new Transfer("ref-7", 9_90), new Checkout("o-1", "ref-7")),
                System.out::println);
    }

    static void run(List<Object> messages, Consumer<Order> whole) {
        var orders = JoinSpec.joining(Object.class)
                .keyedBy(Order::orderId)
                .mergedBy(Order::merge)
                .sufficientWhen(Order::isWhole)
                .named("orders")
                .process(order -> {
                    whole.accept(order);
                    return order;
                })
                .build();
        try (Joiner<Object, Order> byOrder = Joiner.create(orders, MapJoinStore.create())) {
            var payments = JoinSpec.joining(Object.class)
                    .keyedBy(Payment::reference)
                    .mergedBy(Payment::merge)
                    .sufficientWhen(Payment::isWhole)
                    .named("payments")
                    .process(byOrder::accept) // if this fails it is repeated: give messages ids where that would count
                    // twice
                    .build();
            try (var byReference = Joiner.create(payments, MapJoinStore.create())) {
                for (Object message : messages) {
                    if (message instanceof Parcel) {
                        byOrder.accept(message);
                    } else {
                        byReference.accept(message);
                    }
                }
            }
        }
    }
}
