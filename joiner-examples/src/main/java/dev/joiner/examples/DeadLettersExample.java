package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.KeyedJoiner;
import dev.joiner.PendingJoin;
import dev.joiner.ProcessingException;
import dev.joiner.SweepReport;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An invoice that cannot be sent is tried again twice, then parked. Once the mail server is back, an operator sends it again.
 *
 * <p>A parked join costs nothing and blocks no other; {@code pending} lists it, {@code release} hands it over once more.
 */
public final class DeadLettersExample {

    record Half(
            String orderId,
            @Nullable String address,
            @Nullable String amount) {}

    record Invoice(
            String orderId,
            @Nullable String address,
            @Nullable String amount) {
        static Invoice merge(Half half, @Nullable Invoice pending) {
            return new Invoice(
                    half.orderId(),
                    half.address() != null || pending == null ? half.address() : pending.address,
                    half.amount() != null || pending == null ? half.amount() : pending.amount);
        }

        boolean isWhole() {
            return address != null && amount != null;
        }
    }

    private DeadLettersExample() {}

    /** Sends an invoice by a mail server that is down, and then up. */
    public static void main(String[] args) {
        // An hour passes at each look at the clock, so that nobody waits for this example.
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        int[] hours = {0};
        boolean[] isUp = {false};
        Consumer<Invoice> mail = invoice -> {
            if (!isUp[0]) {
                throw new IllegalStateException("no route to mail server");
            }
            System.out.println("sent " + invoice);
        };
        try (var joiner = joiner(mail, () -> begin.plus(Duration.ofHours(hours[0]++)))) {
            deliver(joiner, List.of(new Half("o-1", "here", null), new Half("o-1", null, "9.90")), System.out);
            while (!isParked(joiner)) {
                SweepReport report = joiner.sweep();
                System.out.println("swept: " + report.failures().size() + " failed");
            }
            show(joiner, System.out);
            isUp[0] = true;
            sendAgain(joiner);
        }
    }

    static KeyedJoiner<Half, String, Invoice, Invoice> joiner(Consumer<Invoice> mail, InstantSource clock) {
        var spec = JoinSpec.joining(Half.class)
                .keyedBy(Half::orderId)
                .mergedBy(Invoice::merge)
                .sufficientWhen(Invoice::isWhole)
                .retry(3, Duration.ofSeconds(10))
                .parkPoisoned()
                .process((invoice, handOver) -> {
                    mail.accept(invoice);
                    return invoice;
                })
                .build();
        return Joiner.create(spec, MapJoinStore.create(), clock);
    }

    static void deliver(KeyedJoiner<Half, String, Invoice, Invoice> joiner, List<Half> halves, PrintStream out) {
        for (Half half : halves) {
            try {
                joiner.accept(half);
            } catch (ProcessingException e) {
                // The join is stored, and sweeps try it again: the message may be acknowledged.
                out.println(e.getMessage());
            }
        }
    }

    static boolean isParked(KeyedJoiner<?, ?, ?, ?> joiner) {
        return joiner.counts().parked() > 0;
    }

    /** What is in the list of dead letters. */
    static void show(KeyedJoiner<Half, String, Invoice, Invoice> joiner, PrintStream out) {
        for (PendingJoin<String, Invoice> join : joiner.pending(100).joins()) {
            out.println(join.key() + " " + join.status() + " after " + join.attempts() + " attempts: "
                    + join.lastError().orElse(""));
        }
    }

    /** Hands everything over that is parked. */
    static void sendAgain(KeyedJoiner<Half, String, Invoice, Invoice> joiner) {
        for (PendingJoin<String, Invoice> join : joiner.pending(100).joins()) {
            String key = join.key();
            if (key != null && join.status() == PendingJoin.Status.PARKED) {
                joiner.release(key);
            }
        }
    }
}
