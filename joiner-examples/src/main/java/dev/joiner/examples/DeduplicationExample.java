package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Outcome;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * A queue delivers at least once, and each payment counts once: three payments settle a bill.
 *
 * <p>Ids are remembered for an hour after the join, so that a payment that is delivered again then begins no new join.
 */
public final class DeduplicationExample {

    record Payment(String billId, String paymentId, int cents) {}

    private DeduplicationExample() {}

    /** Delivers one payment three times: twice before its bill is settled, once after. */
    public static void main(String[] args) {
        run(
                List.of(
                        new Payment("bill", "p-1", 10_00),
                        new Payment("bill", "p-1", 10_00),
                        new Payment("bill", "p-2", 20_00),
                        new Payment("bill", "p-3", 5_00),
                        new Payment("bill", "p-1", 10_00)),
                System.out);
    }

    static JoinSpec<Payment, String, Integer, Integer> bills() {
        return JoinSpec.joining(Payment.class)
                .keyedBy(Payment::billId)
                .mergedBy(Integer.class, (payment, paid) -> paid == null ? payment.cents() : paid + payment.cents())
                .sufficientWhen(paid -> paid >= 35_00)
                .identifiedBy(Payment::paymentId, Duration.ofHours(1))
                .build();
    }

    static void run(List<Payment> payments, PrintStream out) {
        try (Joiner<Payment, Integer> joiner = Joiner.create(bills(), MapJoinStore.create())) {
            for (Payment payment : payments) {
                Outcome<Integer> outcome = joiner.accept(payment);
                out.println(payment.paymentId() + ": " + outcome.getClass().getSimpleName());
            }
        }
    }
}
