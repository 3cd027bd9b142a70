package dev.joiner.examples;

import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.Sweeper;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.store.memory.MapJoinStore;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Three carriers are asked to carry an order. All answers are waited for, but not for longer than two seconds. */
public final class ScatterGatherExample {

    record Request(String id, String city) {}

    sealed interface Quote {
        String requestId();

        int cents();
    }

    record PostQuote(String requestId, int cents) implements Quote {}

    record CourierQuote(String requestId, int cents) implements Quote {}

    record BikeQuote(String requestId, int cents) implements Quote {}

    private static final Part<Request> REQUEST = Part.of("request", Request.class, Request::id);
    private static final Part<PostQuote> POST = Part.of("post", PostQuote.class, Quote::requestId);
    private static final Part<CourierQuote> COURIER = Part.of("courier", CourierQuote.class, Quote::requestId);
    private static final Part<BikeQuote> BIKE = Part.of("bike", BikeQuote.class, Quote::requestId);

    private ScatterGatherExample() {}

    /** One request is answered by all carriers, the other by one. */
    @SuppressWarnings("try") // the sweeper works by being open
    public static void main(String[] args) throws InterruptedException {
        var spec = cheapest(InstantSource.system(), System.out);
        try (Joiner<Object, Optional<Quote>> joiner = Joiner.create(spec, MapJoinStore.create());
                Sweeper sweeper = Sweeper.start(joiner, Duration.ofMillis(100))) {
            joiner.accept(new Request("r-1", "Rome"));
            joiner.accept(new Request("r-2", "Oslo"));
            joiner.accept(new PostQuote("r-1", 300));
            joiner.accept(new PostQuote("r-2", 450));
            joiner.accept(new BikeQuote("r-1", 250));
            joiner.accept(new CourierQuote("r-1", 320));
            Thread.sleep(2_500);
        }
    }

    /** @param clock that of the joiner */
    static JoinSpec<Object, String, Parts, Optional<Quote>> cheapest(InstantSource clock, PrintStream out) {
        // snippet:merges-scatter-gather
        Duration patience = Duration.ofSeconds(2);
        var spec = Parts.of(REQUEST)
                .optional(POST, COURIER, BIKE)
                .waitFor(POST, patience, clock) // from the request on
                .waitFor(COURIER, patience)
                .waitFor(BIKE, patience)
                .keyedBy(String.class)
                .process((parts, handOver) -> {
                    Optional<Quote> cheapest = cheapestOf(parts);
                    out.println(handOver.key() + ": " + cheapest + ", without an answer: " + parts.awaited());
                    return cheapest;
                })
                .build();
        // end:merges-scatter-gather
        return spec;
    }

    private static Optional<Quote> cheapestOf(Parts parts) {
        return Stream.of(POST, COURIER, BIKE)
                .<Quote>flatMap(carrier -> parts.find(carrier).stream())
                .min(Comparator.comparingInt(Quote::cents));
    }
}
