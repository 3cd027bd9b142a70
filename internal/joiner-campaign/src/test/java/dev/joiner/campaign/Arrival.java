package dev.joiner.campaign;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * An event, and the time that it is once the event has arrived. One event in six arrives twice.
 *
 * @param now time as far as it is safe: no event that happened before it is still to come, unless it has been there already
 */
record Arrival(AuctionEvent event, Instant now) {
    /** How long after an event that happened later an event may arrive, where time follows the data. */
    private static final Duration DISORDER = Duration.ofSeconds(15);
    /** How long after it happened an event may arrive for the second time. */
    static final Duration LATEST_REDELIVERY = Duration.ofMinutes(2);

    private static final int ONE_TWICE_OF = 6;

    private record Delivery(AuctionEvent event, Instant at) {
        static Delivery of(AuctionEvent event, Duration latest, Random random) {
            return new Delivery(event, event.at().plusMillis(random.nextLong(latest.toMillis())));
        }
    }

    /** Events in any order, all of them before time moves on. */
    static List<Arrival> inAnyOrder(List<AuctionEvent> events, Instant now, Random random) {
        List<Arrival> arrivals = new ArrayList<>();
        for (AuctionEvent event : events) {
            arrivals.add(new Arrival(event, now));
            if (random.nextInt(ONE_TWICE_OF) == 0) {
                arrivals.add(new Arrival(event, now));
            }
        }
        Collections.shuffle(arrivals, random);
        return arrivals;
    }

    /** Events about when they happened, the second deliveries long after, and time behind the latest by the disorder. */
    static List<Arrival> byTime(List<AuctionEvent> events, Instant begin, Random random) {
        List<Delivery> deliveries = new ArrayList<>();
        for (AuctionEvent event : events) {
            deliveries.add(Delivery.of(event, DISORDER, random));
            if (random.nextInt(ONE_TWICE_OF) == 0) {
                deliveries.add(Delivery.of(event, LATEST_REDELIVERY, random));
            }
        }
        deliveries.sort(Comparator.comparing(Delivery::at));
        List<Arrival> arrivals = new ArrayList<>();
        Instant now = begin;
        for (Delivery delivery : deliveries) {
            Instant safe = delivery.event.at().minus(DISORDER);
            now = safe.isAfter(now) ? safe : now;
            arrivals.add(new Arrival(delivery.event, now));
        }
        return arrivals;
    }
}
