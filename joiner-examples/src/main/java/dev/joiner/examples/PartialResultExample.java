package dev.joiner.examples;

import dev.joiner.Cause;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Sweeper;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Three shops are asked for a price. After two seconds the best of those that have answered will do. */
public final class PartialResultExample {

    record Quote(String requestId, String shop, int cents) {}

    record Best(Quote quote, int answers) {
        static Best merge(Quote quote, @Nullable Best pending) {
            if (pending == null) {
                return new Best(quote, 1);
            }
            Quote best = quote.cents() < pending.quote.cents() ? quote : pending.quote;
            return new Best(best, pending.answers + 1);
        }
    }

    private PartialResultExample() {}

    /** One request is answered by all shops, the other by one. */
    @SuppressWarnings("try") // the sweeper works by being open
    public static void main(String[] args) throws InterruptedException {
        var spec = best(System.out);
        try (Joiner<Quote, Best> joiner = Joiner.create(spec, MapJoinStore.create());
                Sweeper sweeper = Sweeper.start(joiner, Duration.ofMillis(100))) {
            joiner.accept(new Quote("r-1", "north", 300));
            joiner.accept(new Quote("r-2", "north", 450));
            joiner.accept(new Quote("r-1", "east", 250));
            joiner.accept(new Quote("r-1", "south", 320));
            Thread.sleep(2_500);
        }
    }

    static JoinSpec<Quote, String, Best, Best> best(PrintStream out) {
        return JoinSpec.joining(Quote.class)
                .keyedBy(Quote::requestId)
                .mergedBy(Best::merge)
                .sufficientWhen(best -> best.answers() == 3)
                .expireAfter(Duration.ofSeconds(2))
                .joinOnExpiry() // process is called for joins that expire, too
                .process((best, handOver) -> {
                    String missing = handOver.cause() == Cause.EXPIRED ? ", not all have answered" : "";
                    out.println(handOver.key() + ": " + best.quote() + missing);
                    return best;
                })
                .build();
    }
}
